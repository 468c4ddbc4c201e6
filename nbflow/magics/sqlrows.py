"""The first rows of a query, however many there are: as HTML, and as text for plain front ends."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from typing import Any

from nbflow.html.kinds import is_number
from nbflow.html.style import draw_style
from nbflow.model import Frozen

FETCHED, SHOWN = 1000, 20
_COLUMNS = 30  # more are counted only
_WIDEST, _NARROW, _WIDEST_TEXT = 500, 50, 40  # characters of a value


class Rows(Frozen, frozen=True):
    """The first rows of a relation; `more` tells that not all were fetched.

    `relation` is DuckDB's, lazy: `.df()`, `.to_arrow_table()` and `.pl()` fetch all of it. There is
    none of a run that was only looked at.
    """

    columns: tuple[str, ...]
    types: tuple[str, ...]
    rows: tuple[tuple[Any, ...], ...]
    more: bool = False
    shown: int = SHOWN
    relation: Any = None

    def __str__(self) -> str:
        return _make_text(self)

    def __repr__(self) -> str:
        return _make_text(self)

    def __len__(self) -> int:
        return len(self.rows)

    def _repr_mimebundle_(self, **_: Any) -> dict[str, str]:
        return {"text/html": _make_html(self), "text/plain": _make_text(self)}


def make_rows(relation: Any, limit: int | None = None, *, lazy: bool = True) -> Rows:
    """Fetch no more rows than are looked at, and one to know whether there are more.

    `limit` is how many are fetched and shown; by default 20 are shown of up to 1,000 counted.
    """
    fetched = limit or FETCHED
    rows = relation.limit(fetched + 1).fetchall()
    return Rows(
        columns=tuple(relation.columns),
        types=tuple(str(kind) for kind in relation.types),
        rows=tuple(rows[:fetched]),
        more=len(rows) > fetched,
        shown=limit or SHOWN,
        relation=relation if lazy else None,
    )


def _say_count(rows: Rows) -> str:
    """Return how many rows and columns there are, and how many of them are shown."""
    width, count = len(rows.columns), len(rows.rows)
    columns = f"{width:,} column{'' if width == 1 else 's'}"
    said = f"{count:,} row{'' if count == 1 else 's'}, {columns}"
    said = f"more than {said}" if rows.more else said
    if count > rows.shown or (rows.more and count == rows.shown):
        said = f"{said}; the first {min(rows.shown, count):,} rows shown"
    if width > _COLUMNS:
        said = f"{said}; the first {_COLUMNS} columns shown"
    return said


def _make_html(rows: Rows) -> str:
    columns = list(zip(rows.columns, rows.types, strict=True))[:_COLUMNS]
    numeric = [is_number(kind) for _, kind in columns]
    head = "".join(
        f"<th{_align(right)}>{escape(name)}<br><small>{_make_value(kind.lower())}</small></th>"
        for (name, kind), right in zip(columns, numeric, strict=True)
    )
    lines = "".join(f"<tr>{_make_cells(row, numeric)}</tr>" for row in rows.rows[: rows.shown])
    style = draw_style("rows")
    return (
        f'<div class="nbflow-rows tex2jax_ignore mathjax_ignore">{style}'
        f'<table class="dataframe"><thead><tr>{head}</tr></thead><tbody>{lines}</tbody></table>'
        f"<p><small>{_say_count(rows)}</small></p></div>"
    )


def _make_cells(row: Sequence[Any], numeric: Sequence[bool]) -> str:
    # a row may have more columns than are shown
    cells = zip(row, numeric, strict=False)
    return "".join(
        f"<td{_align(right)}{_make_title(value)}>{_make_value(value)}</td>"
        for value, right in cells
    )


def _make_value(value: Any) -> str:
    return "<i>NULL</i>" if value is None else escape(_shorten(str(value), 2 * _NARROW))


def _make_title(value: Any) -> str:
    """Return what the pointer shows of a value that the table cuts off."""
    text = str(value)
    return f' title="{escape(_shorten(text, _WIDEST))}"' if len(text) > _NARROW else ""


def _align(right: bool) -> str:  # noqa: FBT001 - a column is a number's or is not
    return ' class="n"' if right else ""


def _shorten(text: str, most: int) -> str:
    return text if len(text) <= most else f"{text[: most - 1]}…"


def _make_text(rows: Rows) -> str:
    names = [_flatten(name) for name in rows.columns[:_COLUMNS]]
    lines = [[_flatten(value) for value in row[:_COLUMNS]] for row in rows.rows[: rows.shown]]
    right = [is_number(kind) for kind in rows.types[:_COLUMNS]]
    widths = [max(map(len, column)) for column in zip(names, *lines, strict=True)]
    table = [names, ["─" * width for width in widths], *lines]
    text = "\n".join(_make_line(line, widths, right) for line in table)
    return f"{text}\n{_say_count(rows)}"


def _make_line(cells: Sequence[str], widths: Sequence[int], right: Sequence[bool]) -> str:
    aligned = (
        cell.rjust(width) if at_right else cell.ljust(width)
        for cell, width, at_right in zip(cells, widths, right, strict=True)
    )
    return "  ".join(aligned).rstrip()


def _flatten(value: Any) -> str:
    text = "NULL" if value is None else " ".join(str(value).split())
    return _shorten(text, _WIDEST_TEXT)
