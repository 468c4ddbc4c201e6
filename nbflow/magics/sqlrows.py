"""The first rows of a query, however many there are: as HTML, and as text for plain front ends."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from markupsafe import Markup

from nbflow.html.markup import join, tag
from nbflow.html.style import draw_style
from nbflow.model import Frozen
from nbflow.present.rows import align, draw_rule, is_number, measure, say_value

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
        return {"text/html": _draw(self), "text/plain": _make_text(self)}


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


def _draw(rows: Rows) -> Markup:
    kinds = rows.types[:_COLUMNS]
    heads = zip(rows.columns, kinds, strict=False)
    head = (join(name, tag("br"), tag("small", kind.lower())) for name, kind in heads)
    lines = (tag("tr", *_draw_cells("td", row, kinds)) for row in rows.rows[: rows.shown])
    return tag(
        "div",
        draw_style("rows"),
        tag(
            "table",
            tag("thead", tag("tr", *_draw_cells("th", head, kinds))),
            tag("tbody", *lines),
            class_="dataframe",
        ),
        tag("p", tag("small", _say_count(rows))),
        class_="nbflow-rows tex2jax_ignore mathjax_ignore",
    )


def _draw_cells(name: str, values: Iterable[Any], kinds: Sequence[str]) -> Iterator[Markup]:
    # a row may have more columns than are shown
    for value, kind in zip(values, kinds, strict=False):
        text = str(value)
        yield tag(
            name,
            _draw_value(value),
            class_="n" if is_number(kind) else None,
            title=_shorten(text, _WIDEST) if name == "td" and len(text) > _NARROW else None,
        )


def _draw_value(value: Any) -> str:
    if value is None:
        return tag("i", "NULL")
    return value if isinstance(value, Markup) else _shorten(str(value), 2 * _NARROW)


def _shorten(text: str, most: int) -> str:
    return text if len(text) <= most else f"{text[: most - 1]}…"


def _make_text(rows: Rows) -> str:
    values = (rows.columns, *rows.rows[: rows.shown])
    texts = [[say_value(one, _WIDEST_TEXT) for one in row[:_COLUMNS]] for row in values]
    widths = measure(texts)
    lines = align([texts[0], draw_rule(widths), *texts[1:]], widths, rows.types[:_COLUMNS])
    return "\n".join([*lines, _say_count(rows)])
