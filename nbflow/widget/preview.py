"""The first rows of a table, and what a value looks like."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from nbflow import words
from nbflow.html.markup import Markup, dim, join, tag
from nbflow.model import Output
from nbflow.store import connections, tables

ROWS = 20
_COLUMNS = 40
_WIDEST = 60  # characters of a cell
_LONGEST = 4000  # characters of a value
_SMALL = 1_000_000  # bytes of a value that is read to be shown


def draw_output(folder: Path, output: Output) -> Markup:
    """Return the first rows of a table, or a value as far as it can be shown as text.

    Pickles are not loaded: that would run what they say.
    """
    if output.kind == "table":
        return _draw_table(folder, output)
    about = " · ".join(
        part for part in (output.kind, words.say_bytes(output.bytes), output.note) if part
    )
    if output.kind == "json" and output.bytes <= _SMALL:
        value = json.dumps(
            tables.read(folder, output.name), indent=2, ensure_ascii=False, default=str
        )
        return join(tag("div", dim(about)), tag("pre", value[:_LONGEST]))
    return tag("div", dim(about))


def _draw_table(folder: Path, output: Output) -> Markup:
    connection = connections.connect()
    try:
        relation = tables.read(folder, output.name, to="relation", connection=connection)
        names, kinds = relation.columns[:_COLUMNS], [str(kind) for kind in relation.types]
        rows = relation.limit(ROWS).fetchall()
    finally:
        connection.close()
    count = words.say_count(output.rows or 0, "row")
    said = f"{count} · {words.say_count(len(kinds), 'column')}"
    if (output.rows or 0) > len(rows):
        said += f" · the first {len(rows)} are shown"
    heads = (
        tag("th", name, Markup("<br>"), dim(kind.lower()), class_=_find_class(kind))
        for name, kind in zip(names, kinds, strict=False)
    )
    body = (
        tag(
            "tr", *(_make_cell(one, kind) for one, kind in zip(row[:_COLUMNS], kinds, strict=False))
        )
        for row in rows
    )
    table = tag("table", tag("thead", tag("tr", *heads)), tag("tbody", *body))
    return join(tag("div", dim(said)), tag("div", table, class_="nbflow-scroll"))


def _make_cell(value: Any, kind: str) -> Markup:
    text = dim("null") if value is None else words.shorten(_say_cell(value), _WIDEST)
    return tag("td", text, class_=_find_class(kind))


def _say_cell(value: Any) -> str:
    return f"{value:.6g}" if isinstance(value, float) else str(value)


def _find_class(kind: str) -> str | None:
    numeric = ("INT", "DECIMAL", "DOUBLE", "FLOAT", "HUGEINT", "UBIGINT")
    head = kind.partition("(")[0]
    is_number = head.removeprefix("U").startswith(numeric) or "INT" in head
    return "nb-right" if is_number else None
