"""The queries that `nbflow sql` runs: statements that only read."""

from __future__ import annotations

import re

from nbflow.errors import SqlError
from nbflow.storage.duckdb.connections import process_connection
from nbflow.storage.duckdb.statements import Statement, blank_texts, split

_ASKING = {"select", "multi", "explain", "call", "pragma"}  # MULTI is a PIVOT
_SETTING = {"set"}
_EXPLAINED = re.compile(r"\s*explain\s+(?:analy[sz]e\b|\([^)]*\))?", re.IGNORECASE)
_SHOW = re.compile(r"\s*(?:show|describe)(?:\s+(?P<all>all)?\s*tables)?\s*;?\s*", re.IGNORECASE)
_TABLES = "FROM (SHOW ALL TABLES) WHERE database = 'memory' ORDER BY 1"
_NAME = "schema || '.' || name AS name"


def read_query(text: str) -> str:
    """Return the query to execute for a text; raises SqlError for a statement that may write.

    SHOW TABLES lists the tables of steps, `step.table`, which lie in schemas of their own.
    """
    statements = split(text)
    if not statements:
        raise SqlError('There is no query. For example: nbflow sql "show tables".')
    for statement in statements:
        _check(statement)
    if statements[-1].kind in _SETTING:
        raise SqlError('SET gives no rows. Write the query behind it: "set …; select …".')
    # A query may read a file, but no extension is downloaded for that.
    process_connection().execute("SET autoinstall_known_extensions = false")
    found = _SHOW.fullmatch(blank_texts(text)) if len(statements) == 1 else None
    if found is None:
        return text
    shown = f"{_NAME}, column_names, column_types" if found["all"] else _NAME
    return f"SELECT {shown} {_TABLES}"


def _check(statement: Statement) -> None:
    kind = statement.kind
    if kind == "explain":
        begun = _EXPLAINED.match(blank_texts(statement.text))
        inner = statement.text[begun.end() :] if begun else ""
        kind = next((one.kind for one in split(inner)), kind)
    if kind in _ASKING or (kind in _SETTING and kind == statement.kind):
        return
    raise SqlError(
        f"`nbflow sql` runs queries only, and this is {kind.replace('_', ' ').upper()}. To write "
        'rows to a file: nbflow sql "select …" --output rows.csv (or .parquet, .json). To make a '
        "table of a step: `%%sql --write TABLE` in its notebook."
    )
