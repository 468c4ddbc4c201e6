"""Shows the rows of a query as a table, or writes them as CSV, JSON or Parquet."""

from __future__ import annotations

import shutil
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Any

import click
from rich.console import Group, JustifyMethod, RenderableType
from rich.text import Text

from nbflow.app.answers import Queried
from nbflow.base.text import say_count
from nbflow.errors import StoreError
from nbflow.present.rows import (
    ALL,
    Rows,
    align,
    draw_rule,
    is_number,
    measure,
    read_rows,
    say_value,
)
from nbflow.storage.duckdb.errors import translated
from nbflow.terminal import console, exports
from nbflow.terminal.render import make_table

_BATCH = 1000  # rows of a table that are printed at once
_WIDEST = 60  # characters of a cell


def print_rows(queried: Queried) -> None:
    """Show a table, or write the rows where and as it was asked for."""
    if queried.output or queried.kind != "table":
        _write(queried)
        return
    with translated():
        rows = read_rows(queried.relation, queried.limit or _BATCH, lazy=False)
    if rows.more and not queried.limit:
        _show_all(queried)
    else:
        console.show(console.make_console(), _make_table(rows))


def _make_table(rows: Rows) -> RenderableType:
    """Return rows with the columns' types, and how many there are."""
    table = make_table("")
    for name, kind in zip(rows.columns, rows.types, strict=True):
        heading = Text.assemble((name, "bold"), (f"\n{kind.lower()}", "dim"))
        side: JustifyMethod = "right" if is_number(kind) else "left"
        table.add_column(heading, justify=side, overflow="ellipsis")
    for row in rows.rows:
        table.add_row(*(_make_cell(value) for value in row))
    count = len(rows.rows)
    more = f"the first {count} rows; --limit 0 shows all" if rows.more else ""
    return Group(table, Text(more or say_count(count, "row"), "dim"))


def _show_all(queried: Queried) -> None:
    """Print all rows as they come: columns are as wide as the first thousand rows need."""
    relation, count = queried.relation, 0
    kinds = [str(kind) for kind in relation.types]
    heads = [relation.columns, [kind.lower() for kind in kinds]]
    widths: list[int] = []
    for rows in _read_texts(relation):
        above = []
        if not widths:
            widths = measure([*heads, *rows[:_BATCH]])
            above = [*heads, draw_rule(widths)]
        sys.stdout.writelines(f"{line}\n" for line in align([*above, *rows], widths, kinds))
        count += len(rows)
    sys.stdout.write(f"{say_count(count, 'row')}\n")


def _read_texts(relation: Any) -> Iterator[list[list[str]]]:
    with translated():
        for columns in exports.read_columns(relation):
            rows = zip(*columns, strict=True)
            yield [[say_value(value, _WIDEST) for value in row] for row in rows]


def _write(queried: Queried) -> None:
    """Write the rows to the file that was named, else to the standard output."""
    if queried.output is not None:
        with translated():
            _write_file(queried.relation, queried.kind, queried.output)
        count = _count_rows(queried.output, queried.kind)
        rows = "the rows" if count is None else say_count(count, "row")
        click.echo(f"wrote {rows} to {queried.output}", err=True)
        return
    if queried.kind == "parquet" and sys.stdout.isatty():
        raise StoreError("Parquet is not for a terminal. Name a file with --output, or pipe it.")
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "rows"
        with translated():
            _write_file(queried.relation, queried.kind, path)
        sys.stdout.flush()
        _print_file(path, queried.kind)


def _print_file(path: Path, kind: str) -> None:
    """Copy a file to the standard output; a notebook's takes text only."""
    if hasattr(sys.stdout, "buffer"):
        with path.open("rb") as file:
            shutil.copyfileobj(file, sys.stdout.buffer)
        sys.stdout.buffer.flush()
    elif kind == "parquet":
        raise StoreError("Parquet is not for a cell's output. Name a file with --output.")
    else:
        with path.open(encoding="utf-8") as text:
            shutil.copyfileobj(text, sys.stdout)


def _count_rows(path: Path, kind: str) -> int | None:
    """Return how many rows a file holds that `write` made; None where it does not tell.

    The file is asked and not the query: to count its rows would be to run it again.
    """
    if kind == "table" or not path.is_file():  # a pipe
        return None
    if kind == "parquet":
        import pyarrow.parquet as pq  # noqa: PLC0415 - only here

        return int(pq.read_metadata(path).num_rows)
    with path.open("rb") as file:
        return _count_records(file) - 1 if kind == "csv" else max(sum(1 for _ in file) - 2, 0)


def _count_records(file: IO[bytes]) -> int:
    """Count the lines of CSV less the breaks within quotes."""
    count, within = 0, False
    for line in file:
        within ^= bool(line.count(b'"') % 2)
        count += not within
    return count


def _write_file(relation: Any, kind: str, path: Path) -> None:
    if kind in _WRITERS:
        _WRITERS[kind](relation, path)
    else:
        with path.open("w", encoding="utf-8") as file:
            rows = read_rows(relation, ALL, lazy=False)
            console.show(console.make_console(file), _make_table(rows))


_WRITERS = {
    "csv": exports.write_csv,
    "json": exports.write_json,
    "parquet": exports.write_parquet,
}


def _make_cell(value: Any) -> Text:
    return Text(say_value(value, _WIDEST), "dim" if value is None else "")
