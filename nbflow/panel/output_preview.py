"""Reads what can be shown of an output: the first rows, a picture, a text."""

from __future__ import annotations

import json
import math
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from markupsafe import Markup

from nbflow.base.text import say_bytes, say_count
from nbflow.model import Frozen, Output
from nbflow.present.html.figures import PLOTLY, draw_picture
from nbflow.present.html.markup import dim, join, tag
from nbflow.present.rows import is_number
from nbflow.storage import output_io
from nbflow.storage.duckdb import connections
from nbflow.storage.quoting import make_path

ROWS = 300
_CELLS = 12_000  # that are sent to the page
_COLUMNS = 60
_WIDEST = 300  # characters of a cell
_LONGEST = 4000  # characters of a value
_SMALL = 1_000_000  # bytes of a value that is read to be shown
_LARGEST = 8_000_000  # bytes of a drawing that goes into the page
_PLOTLY = "application/vnd.plotly.v1+json"


class Grid(Frozen, frozen=True):
    """The first rows of a table: texts by row, None for null.

    `numbers` holds the numbers of a column, by its position: to sort by, and to copy in full.
    """

    columns: list[str]
    kinds: list[str]
    rows: list[list[str | None]]
    numbers: dict[str, list[float | None]]
    said: str


class Preview(Frozen, frozen=True):
    """What is shown of an output: rows, or HTML, or what only the front end draws."""

    grid: Grid | None = None
    html: Markup = Markup()
    bundle: dict[str, Any] = {}


def read_preview(folder: Path, output: Output) -> Preview:
    """Return what can be shown of an output. A pickle is not loaded: it could run any code."""
    if output.kind == "table":
        return Preview(grid=_read_grid(folder, output))
    about = " · ".join(part for part in (output.kind, say_bytes(output.bytes), output.note) if part)
    said = tag("div", dim(about))
    if output.kind == "json" and output.bytes <= _SMALL:
        value = output_io.read(folder, output.name)
        text = json.dumps(value, indent=2, ensure_ascii=False, default=str)
        return Preview(html=join(said, tag("pre", text[:_LONGEST], tabindex="0")))
    if (drawing := _read_drawing(folder, output)) is not None:
        return Preview(html=said, bundle={_PLOTLY: drawing, "text/plain": about})
    return Preview(html=join(said, draw_picture(folder, output)))


def _read_drawing(folder: Path, output: Output) -> Any:
    """Return the data of a figure of plotly; None if the output is no such figure."""
    path = make_path(folder, output.name, PLOTLY)
    if output.kind != "figure" or not path.is_file() or path.stat().st_size > _LARGEST:
        return None
    return json.loads(path.read_bytes())


def _read_grid(folder: Path, output: Output) -> Grid:
    connection = connections.connect()
    try:
        relation = output_io.read(folder, output.name, to="relation", connection=connection)
        width = len(relation.columns)
        shown = min(width, _COLUMNS)
        names, kinds = relation.columns[:shown], [str(kind) for kind in relation.types[:shown]]
        rows = relation.limit(max(20, min(ROWS, _CELLS // max(shown, 1)))).fetchall()
    finally:
        connection.close()
    columns = [[row[at] for row in rows] for at in range(shown)]
    texts = [_say_column(column) for column in columns]
    numbers = {
        str(at): [_to_number(value) for value in columns[at]]
        for at, kind in enumerate(kinds)
        if is_number(kind)
    }
    return Grid(
        columns=list(names),
        kinds=[kind.lower() for kind in kinds],
        rows=[list(row) for row in zip(*texts, strict=True)],
        numbers=numbers,
        said=_say_count(output.rows or 0, len(rows), width, shown),
    )


def _say_count(count: int, rows: int, width: int, columns: int) -> str:
    said = f"{say_count(count, 'row')} · {say_count(width, 'column')}"
    if count > rows:
        said += f" · the first {rows} are here"
    return f"{said} · the first {columns} columns are here" if width > columns else said


def _say_column(values: Sequence[Any]) -> list[str | None]:
    """Return the values as texts, numbers as pandas shows a column of them."""
    if any(isinstance(value, float) for value in values):
        return _say_floats(values)
    return [None if one is None else _cut(str(one)) for one in values]


def _say_floats(values: Sequence[Any]) -> list[str | None]:
    import pandas as pd  # noqa: PLC0415 - for tables only

    said = pd.Series(values, dtype=float).to_string(index=False, header=False).split("\n")
    pairs = zip(values, said, strict=True)
    return [None if value is None else text.strip() for value, text in pairs]


def _cut(text: str) -> str:
    return text if len(text) <= _WIDEST else f"{text[: _WIDEST - 1]}…"


def _to_number(value: Any) -> float | None:
    """Return a number as JSON can hold it: None for NaN, the largest for infinity."""
    if value is None or math.isnan(number := float(value)):
        return None
    return max(-1e308, min(1e308, number))
