"""Reads one table, as it was written or in another form: from a mapped file, or by DuckDB."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

import pyarrow as pa

from nbflow.base.nearest import say_nearest
from nbflow.errors import StoreError, UnknownNameError
from nbflow.storage.arrow.file import find_arrow, map_arrow
from nbflow.storage.arrow.hash import FRAME, FRAME_TEXT
from nbflow.storage.duckdb.column_types import make_sql_names
from nbflow.storage.duckdb.relations import BATCH

if TYPE_CHECKING:
    import duckdb


class Rows(Protocol):
    """A table that can be read in part: from memory that is mapped, or through DuckDB."""

    schema: pa.Schema

    def read(self, places: list[int]) -> pa.Table: ...

    def stream(self, places: list[int]) -> Iterator[pa.RecordBatch]: ...


def read_table(
    folder: Path,
    name: str,
    *,
    to: str,
    columns: Sequence[str] | None,
    where: str | None,
    connection: duckdb.DuckDBPyConnection | None = None,
) -> Any:
    """Return a table in the form `to`; only columns and rows that are asked for are loaded."""
    if to == "relation":
        query = _make_query(folder, name, where, connection)
        return query.relate(_find_places(folder, name, query.schema, columns))
    mapped = _find_mapped(folder, name) if where is None else None
    rows = mapped or _make_query(folder, name, where, connection)
    places = _find_places(folder, name, rows.schema, columns, index=to == "pandas")
    return _stream(rows, places) if to == "reader" else _FORMS[to](rows.read(places), folder)


class Mapped:
    """A table in an Arrow file."""

    def __init__(self, table: pa.Table) -> None:
        self.schema, self._table = table.schema, table

    def read(self, places: list[int]) -> pa.Table:
        return self._table.select(places)

    def stream(self, places: list[int]) -> Iterator[pa.RecordBatch]:
        return iter(self.read(places).to_batches(max_chunksize=BATCH))


def _find_mapped(folder: Path, name: str) -> Mapped | None:
    """Return the table of an Arrow file, None where that was dropped."""
    try:
        return Mapped(map_arrow(find_arrow(folder, name)))
    except FileNotFoundError:
        return None


def _make_query(
    folder: Path, name: str, where: str | None, connection: duckdb.DuckDBPyConnection | None
) -> Any:
    from nbflow.storage.duckdb.result_tables import Query  # noqa: PLC0415 - loads duckdb

    return Query(folder, name, where, connection)


def _stream(rows: Rows, places: list[int]) -> pa.RecordBatchReader:
    fields = [rows.schema.field(place) for place in places]
    schema = pa.schema(fields, metadata=_strip(rows.schema.metadata))
    batches = (batch.cast(schema) for batch in rows.stream(places))
    return pa.RecordBatchReader.from_batches(schema, batches)


def _make_pandas(table: pa.Table, folder: Path) -> Any:
    if FRAME not in (table.schema.metadata or {}):
        from nbflow.storage.frames.to_pandas import make_frame  # noqa: PLC0415 - loads pandas

        return make_frame(table)
    from nbflow.storage.frames.frames import decode_frame  # noqa: PLC0415 - loads pandas

    return decode_frame(table, folder)


def _make_arrow(table: pa.Table, _: Path) -> pa.Table:
    """Return the table without nbflow's metadata."""
    return table.replace_schema_metadata(_strip(table.schema.metadata))


def _make_polars(table: pa.Table, folder: Path) -> Any:
    try:
        import polars as pl  # noqa: PLC0415 - the user's, not ours
    except ImportError as error:
        raise StoreError('to="polars" needs Polars: install it, or use to="arrow".') from error
    return pl.from_arrow(_drop_extensions(_make_arrow(table, folder)))


def convert(table: pa.Table, to: str, folder: Path) -> Any:
    """Return an Arrow table in the form `to`; `folder` is where it was read."""
    return _FORMS[to](table, folder)


_FORMS: dict[str, Callable[[pa.Table, Path], Any]] = {
    "pandas": _make_pandas,
    "arrow": _make_arrow,
    "polars": _make_polars,
}


def _find_places(
    folder: Path,
    name: str,
    schema: pa.Schema,
    columns: Sequence[str] | None,
    *,
    index: bool = False,
) -> list[int]:
    """Return the positions of the columns asked for, the index of a frame included."""
    if columns is None:
        return list(range(len(schema)))
    wanted = [columns] if isinstance(columns, str) else columns
    names = make_sql_names(schema)
    known = _find_known(folder, schema, names)
    for column in wanted:
        if column not in known:
            raise UnknownNameError(
                f"{name!r} has no column {column!r}. {say_nearest(str(column), names, repr)}"
            )
    places = [known[column] for column in wanted]
    levels = _find_levels(schema) if index else []
    return [*places, *(place for place in levels if place not in places)]


def _find_known(folder: Path, schema: pa.Schema, names: list[str]) -> dict[Any, int]:
    """Return every name of each column: in SQL, in Arrow, and its label in pandas."""
    places = {name: place for place, name in enumerate(schema.names)}
    known: dict[Any, int] = {name: place for place, name in enumerate(names)} | places
    if FRAME not in (schema.metadata or {}):
        return known
    from nbflow.storage.frames.frames import find_label_names  # noqa: PLC0415 - loads pandas

    labels = find_label_names(schema, folder)
    return known | {label: places[name] for label, name in labels.items()}


def _find_levels(schema: pa.Schema) -> list[int]:
    """Return the positions of the columns that hold the index of a pandas frame."""
    recipe = (schema.metadata or {}).get(FRAME)
    return [schema.names.index(name) for name in json.loads(recipe)["levels"]] if recipe else []


def _strip(metadata: dict[bytes, bytes] | None) -> dict[bytes, bytes]:
    """Return metadata without nbflow's, which would be wrong for a table that is changed."""
    pairs = (metadata or {}).items()
    return {key: value for key, value in pairs if key not in {FRAME, FRAME_TEXT}}


def _drop_extensions(table: pa.Table) -> pa.Table:
    """Return the table with storage in place of pandas' extension types, unknown to Polars."""
    for place, field in enumerate(table.schema):
        if isinstance(field.type, pa.BaseExtensionType):
            storage = [chunk.storage for chunk in table.column(place).chunks]
            column = pa.chunked_array(storage, field.type.storage_type)
            table = table.set_column(place, field.name, column)
    return table
