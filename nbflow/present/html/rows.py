"""The first rows of a table as HTML."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from markupsafe import Markup

from nbflow.present.html.markup import join, tag
from nbflow.present.html.style import draw_style
from nbflow.present.rows import COLUMNS, Rows, is_number, say_size

_TITLE, _CELL = 500, 100  # characters of a value at most
_SHORT = 50  # characters of a value that is seen in full


def draw_rows(rows: Rows) -> Markup:
    """Return the rows that are shown, with the types of their columns."""
    kinds = rows.types[:COLUMNS]
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
        tag("p", tag("small", say_size(rows))),
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
            title=_shorten(text, _TITLE) if name == "td" and len(text) > _SHORT else None,
        )


def _draw_value(value: Any) -> str:
    if value is None:
        return tag("i", "NULL")
    return value if isinstance(value, Markup) else _shorten(str(value), _CELL)


def _shorten(text: str, most: int) -> str:
    return text if len(text) <= most else f"{text[: most - 1]}…"
