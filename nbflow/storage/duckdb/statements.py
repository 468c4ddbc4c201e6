"""Parses SQL text: its statements, the parameters that they name, the tables that they read."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

import duckdb

from nbflow.model import Frozen
from nbflow.storage.duckdb.connections import process_connection
from nbflow.storage.duckdb.errors import make_error

_TABLE_TEXT = frozenset({"query", "query_table"})  # functions that take tables' names as text
_PART = r'(?:"((?:[^"]|"")+)"|([^\W\d]\w*))'
_QUALIFIED = re.compile(rf"(?<![\w.\"]){_PART}\s*\.\s*{_PART}")
_TEXTS = re.compile(r"(\"[^\"]*\")|'[^']*'|--[^\n]*|/\*.*?\*/", re.DOTALL)
_WORD = re.compile(r"[A-Za-z]+")
_OPTIONS = "skip_null := true, skip_empty := true, skip_default := true"


class Ref(Frozen, frozen=True):
    """A qualified name `step.name`, and where it stands in the text, if DuckDB says."""

    step: str
    name: str
    at: int | None = None


class Statement(Frozen, frozen=True):
    """One statement: its text, with blanks in place of the text before it to keep line numbers.

    `gives` says what executing it returns: "rows", a "count" of rows changed, or "nothing".
    """

    text: str
    kind: str
    parameters: tuple[str, ...]
    at: int
    gives: str = "rows"


class Tables(Frozen, frozen=True):
    """What a statement reads; where it is `refused`, its names are a guess."""

    refs: tuple[Ref, ...]
    refused: bool = False


def split(text: str) -> tuple[Statement, ...]:
    """Return the statements of a text; SqlError, with DuckDB's caret, where it is not SQL."""
    with process_connection().cursor() as cursor:
        return _split(cursor, text)


def find_tables(text: str) -> tuple[tuple[Statement, Tables], ...]:
    """Return the statements of a text and the qualified tables each reads, without binding.

    DuckDB names only the tables of queries. For PIVOT, CREATE, INSERT, COPY and others, everything
    that looks like a qualified name is returned. Raises SqlError where the text is not SQL.
    """
    with process_connection().cursor() as cursor:
        return tuple((one, _find_tables(cursor, one)) for one in _split(cursor, text))


def find_refs(text: str, at: int = 0) -> Iterator[Ref]:
    """Yield what looks like a qualified name, each once; in a query most of these are columns."""
    seen = set()
    for found in _QUALIFIED.finditer(text):
        step, name = ((found[one] or found[one + 1]).replace('""', '"') for one in (1, 3))
        if (step.lower(), name) not in seen:
            seen.add((step.lower(), name))
            yield Ref(step.lower(), name, at + found.start())


def _split(connection: duckdb.DuckDBPyConnection, text: str) -> tuple[Statement, ...]:
    try:
        found = connection.extract_statements(text)
    except duckdb.Error as error:
        raise make_error(error) from error
    statements, at = [], 0
    for one in found:
        start = text.find(one.query, at)
        at = start + len(one.query)
        statements.append(_make_statement(one, text[:start], start))
    return tuple(statements)


def _make_statement(found: Any, before: str, start: int) -> Statement:
    text = re.sub(r"[^\n]", " ", before) + found.query
    kind = _find_kind(found)
    # What a prepared statement leaves open is for EXECUTE to say.
    names = () if kind == "prepare" else tuple(sorted(found.named_parameters))
    return Statement(text, kind, names, start, _find_gives(found, kind))


def _find_gives(found: Any, kind: str) -> str:
    try:
        kinds = {one.name for one in found.expected_result_type}
    except Exception:  # noqa: BLE001 - an internal error of DuckDB's, for UPDATE EXTENSIONS
        return "count"
    if kinds == {"NOTHING"}:
        return "nothing"
    return "rows" if kind == "multi" or kinds == {"QUERY_RESULT"} else "count"


def _find_kind(found: Any) -> str:
    """Return what DuckDB calls a statement; its Python side does not know all of its own kinds."""
    try:
        return str(found.type.name.lower())
    except ValueError:
        return next(iter(_WORD.findall(_TEXTS.sub(" ", found.query))), "statement").lower()


def _find_tables(connection: duckdb.DuckDBPyConnection, statement: Statement) -> Tables:
    query = f"SELECT json_serialize_sql($text, {_OPTIONS})"
    rows = connection.sql(query, params={"text": statement.text}).fetchall()
    tree = json.loads(rows[0][0])
    if tree.get("error"):
        return Tables(tuple(find_refs(blank_texts(statement.text))), refused=True)
    unique: dict[tuple[str, str], Ref] = {}
    encoded = statement.text.encode()
    for ref in _walk(tree):
        at = None if ref.at is None else len(encoded[: ref.at].decode(errors="ignore"))
        unique.setdefault((ref.step, ref.name), Ref(ref.step, ref.name, at))
    return Tables(tuple(unique.values()))


def blank_texts(text: str) -> str:
    """Return SQL without its literal texts and comments, every character else in its place."""
    return _TEXTS.sub(lambda found: " " * len(found[0]) if found[1] is None else found[0], text)


def _walk(tree: Any) -> Iterator[Ref]:
    """Yield the tables of a syntax tree in the order of its text; a stack, as trees are deep."""
    stack = [tree]
    while stack:
        node = stack.pop()
        if isinstance(node, dict):
            yield from _read_node(node)
            stack.extend(reversed(node.values()))
        elif isinstance(node, list):
            stack.extend(reversed(node))


def _read_node(node: dict[str, Any]) -> Iterator[Ref]:
    at = node.get("query_location")
    at = at if isinstance(at, int) and at < 1 << 63 else None
    if node.get("type") == "BASE_TABLE" and node.get("schema_name"):
        if node.get("catalog_name", "memory").lower() == "memory":  # there the views are
            yield Ref(node["schema_name"].lower(), node["table_name"], at)
    elif node.get("function_name") in _TABLE_TEXT:
        for text in _find_texts(node.get("arguments")):
            yield from (Ref(one.step, one.name, at) for one in find_refs(text))


def _find_texts(node: Any) -> Iterator[str]:
    """Yield the literal texts among a function's arguments, those within lists too."""
    children = node.values() if isinstance(node, dict) else node if isinstance(node, list) else ()
    if isinstance(node, dict) and node.get("kind") == "STRING":
        yield node["text"]
    for child in children:
        yield from _find_texts(child)
