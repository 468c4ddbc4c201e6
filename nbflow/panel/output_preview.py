"""Reads what can be shown of an output: the first rows, a picture, a text."""

from __future__ import annotations

import json
import math
from pathlib import Path
from typing import Any

from markupsafe import Markup

from nbflow.base.text import say_bytes, say_count
from nbflow.model import Frozen, Output
from nbflow.present.html.figures import PLOTLY, draw_picture
from nbflow.present.html.markup import dim, join, tag
from nbflow.present.report.column_texts import format_column, is_number, say_facts, say_type
from nbflow.present.report.histograms import make_bars
from nbflow.reports.facts import TablePreview
from nbflow.reports.table_previews import make_table_preview
from nbflow.storage import output_io
from nbflow.storage.quoting import make_path

_LONGEST = 4000  # characters of a value
_SMALL = 1_000_000  # bytes of a value that is read to be shown
_LARGEST = 8_000_000  # bytes of a drawing that goes into the page
_PLOTLY = "application/vnd.plotly.v1+json"


class Grid(Frozen, frozen=True):
    """The first rows of a table: texts by row, None for null.

    `numbers` holds the numbers of a column, by its position: to sort by, and to copy in full.
    `facts` are what is known of a column in all rows, `bars` its histogram as the path of an SVG.
    """

    columns: list[str]
    kinds: list[str]
    rows: list[list[str | None]]
    numbers: dict[str, list[float | None]]
    said: str
    facts: list[list[str]]
    bars: list[str]


class Preview(Frozen, frozen=True):
    """What is shown of an output: rows, or HTML, or what only the front end draws."""

    grid: Grid | None = None
    html: Markup = Markup()
    bundle: dict[str, Any] = {}


def read_preview(folder: Path, output: Output, home: Path | None = None) -> Preview:
    """Return what can be shown of an output. A pickle is not loaded: it could run any code.

    `home` is the pipeline's folder, whose cache keeps what was found in a table of a result.
    """
    if output.kind == "table":
        return Preview(grid=_read_grid(folder, output, home))
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


def _read_grid(folder: Path, output: Output, home: Path | None) -> Grid:
    table = make_table_preview(folder, "", output, home)
    values = list(zip(*table.head, strict=True)) or [()] * len(table.columns)
    columns = list(zip(table.columns, values, strict=True))
    texts = [format_column(column, found) for column, found in columns]
    numbers = {
        str(at): [_to_number(value) for value in found]
        for at, (column, found) in enumerate(columns)
        if is_number(column.type)
    }
    return Grid(
        columns=[column.name for column in table.columns],
        kinds=[say_type(column.type) for column in table.columns],
        rows=[list(row) for row in zip(*texts, strict=True)],
        numbers=numbers,
        said=_say_count(table),
        facts=[say_facts(column, table.rows) for column in table.columns],
        bars=[make_bars(column) for column in table.columns],
    )


def _say_count(table: TablePreview) -> str:
    count, rows, columns = table.rows, len(table.head), len(table.columns)
    width = columns + table.left_out
    said = f"{say_count(count, 'row')} · {say_count(width, 'column')}"
    if count > rows:
        said += f" · the first {rows} are here"
    return f"{said} · the first {columns} columns are here" if table.left_out else said


def _to_number(value: Any) -> float | None:
    """Return a number as JSON can hold it: None for NaN, the largest for infinity."""
    if value is None or math.isnan(number := float(value)):
        return None
    return max(-1e308, min(1e308, number))
