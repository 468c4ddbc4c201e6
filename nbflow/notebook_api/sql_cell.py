"""Parses the first line of a `%%sql` cell, for running the cell and for planning."""

from __future__ import annotations

import re
from typing import Any

from nbflow.base.nearest import say_nearest
from nbflow.errors import SqlError
from nbflow.model import Frozen
from nbflow.notebook_api.ref_names import make_identifier

MAGICS = frozenset({"nbsql", "sql"})
FORMS = ("pandas", "arrow", "polars", "relation")
OPTIONS = {  # the argument of each
    "--limit": "ROWS",
    "--reads": "STEP.TABLE",
    "--run": "RUN",
    "--to": "FORM",
    "--write": "TABLE",
}
_WORD = re.compile(r"\s*(?:\"([^\"]*)\"|'([^']*)'|(\S+))")
_OPTION = re.compile(r"\s*(--[\w-]+|-C)(=|(?=\s|$))")
_NAME = re.compile(r"\s*([^\W\d]\w*)\s*(?=--\w|$)")  # alone, or before options
_NO_NAME = re.compile(r"[\w.-]+")  # a single word that is no name
_REF = re.compile(r"[^\W\d]\w*\.[^\W\d]\w*")


class SqlCell(Frozen, frozen=True):
    """A query and what to do with its rows; `lines` is the number of lines before its text."""

    query: str
    name: str = ""
    to: str = ""
    write: str = ""
    run: str = ""
    reads: tuple[str, ...] = ()
    limit: int | None = None
    lines: int = 0


def read_cell(line: str, body: str | None) -> SqlCell:
    """Parse a magic's line and body; `body` is None for `%sql`, a single line.

    `[NAME] [OPTIONS]`, in either order, and a query below, or `[OPTIONS] query`. Raises SqlError
    for what cannot be meant.
    """
    given: dict[str, list[str]] = {}
    rest = _read_options(line, given)
    name = _NAME.match(rest) if body is not None else None
    if name is None:
        return _make_cell(given, "", rest.strip(), body)
    return _make_cell(given, name[1], _read_options(rest[name.end() :], given).strip(), body)


def _read_options(text: str, given: dict[str, list[str]]) -> str:
    """Add the options that a text begins with, and return the rest of it."""
    while (found := _OPTION.match(text)) is not None:
        option = found[1]
        if option not in OPTIONS:
            raise SqlError(_explain_unknown(option))
        text = text[found.end() :]
        if (word := _WORD.match(text)) is None:
            raise SqlError(f"{option} takes a {OPTIONS[option]}: %%sql {option} {OPTIONS[option]}.")
        given.setdefault(option, []).append(word[1] or word[2] or word[3] or "")
        text = text[word.end() :]
    return text


def _make_cell(given: dict[str, list[str]], name: str, on_line: str, body: str | None) -> SqlCell:
    if body and _NO_NAME.fullmatch(on_line):
        raise SqlError(
            f"%%sql {on_line}: this cannot name the rows. A name is letters, digits and _, and "
            f"does not begin with a digit: %%sql {make_identifier(on_line)}."
        )
    query = "\n".join(part for part in (on_line, body) if part)
    if not query.strip():
        raise SqlError(
            "There is no query. Write it below: `%%sql` or `%%sql name`, and the query in the next "
            "lines; or on one line: `%sql select …`."
        )
    fields: dict[str, Any] = {one.strip("-"): values[-1] for one, values in given.items()}
    reads = tuple(_check_ref(one) for one in given.get("--reads", ()))
    _check(fields, name)
    limit = _read_limit(fields.pop("limit")) if "limit" in fields else None
    lines = 0 if on_line or body is None else 1
    return SqlCell(query, name, **fields | {"reads": reads}, limit=limit, lines=lines)


def _check(fields: dict[str, Any], name: str) -> None:
    to, write = fields.get("to", ""), fields.get("write", "")
    if to and to not in FORMS:
        raise SqlError(f"--to {to} is not known. Use one of: {', '.join(FORMS)}.")
    if write and not write.isidentifier():
        raise SqlError(f"--write {write}: a table's name is letters, digits and _.")
    if write and name:
        raise SqlError(
            f"--write {write} keeps the rows as a table, and {name} would keep them in Python. "
            "Choose one; reading what was written needs the query once more."
        )


def _read_limit(text: str) -> int:
    if not text.isdecimal() or int(text) == 0:
        raise SqlError(f"--limit {text}: how many rows are fetched to be shown, 1 or more.")
    return int(text)


def _check_ref(text: str) -> str:
    if not _REF.fullmatch(text):
        raise SqlError(f"--reads {text}: it takes a step and its table: --reads step.table.")
    return text


def _explain_unknown(option: str) -> str:
    if option in {"-C", "--folder"}:
        return f"%%sql has no {option}. It reads the project of the working folder: `%cd FOLDER`."
    return f"%%sql has no option {option}. {say_nearest(option, OPTIONS)}"
