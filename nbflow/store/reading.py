"""One table read from a result's DuckDB file, as what was written or in another form."""
# ruff: noqa: S608 - names go through quote()

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa

from nbflow.errors import StoreError, UnknownNameError
from nbflow.model import Frozen
from nbflow.store.arrowtypes import HUGE
from nbflow.store.codec import Codec
from nbflow.store.connections import attach, attached
from nbflow.store.names import quote, suggest
from nbflow.store.sources import read_relation
from nbflow.store.tablehash import FRAME, FRAME_TEXT
from nbflow.store.writing import make_sql_names, make_view_sql


class Table(Frozen, frozen=True):
    """Where a table stands on a connection, and what its columns are."""

    alias: str
    name: str
    codec: Any
    names: list[str]  # in SQL


def read_table(
    connection: duckdb.DuckDBPyConnection,
    folder: Path,
    name: str,
    *,
    to: str,
    columns: Sequence[str] | None,
    where: str | None,
) -> Any:
    """Return a table in the form `to`; only columns and rows that are asked for are loaded."""
    if to in {"relation", "reader"}:
        alias = attach(connection, folder)  # stays: what is returned is read later
        table = _find_table(connection, alias, name)
        return _FORMS[to](connection, table, columns, where)
    with attached(connection, folder) as alias:
        table = _find_table(connection, alias, name)
        return _FORMS[to](connection, table, columns, where)


def _find_table(connection: duckdb.DuckDBPyConnection, alias: str, name: str) -> Table:
    query = f"SELECT schema FROM {quote(alias)}.nbflow.schemas WHERE name = ?"
    rows = connection.cursor().execute(query, [name]).fetchall()
    codec = Codec.from_bytes(rows[0][0])
    return Table(alias, name, codec, make_sql_names(codec.schema))


def _read_arrow(
    connection: duckdb.DuckDBPyConnection,
    table: Table,
    columns: Sequence[str] | None,
    where: str | None,
    *,
    index: bool = False,
) -> pa.Table:
    places = _find_places(table, columns, index=index)
    relation = _select(connection.cursor(), table, places, where)
    result = table.codec.raise_table(relation.to_arrow_table(), places)
    return result if index else _drop_recipe(result)


def _read_pandas(
    connection: duckdb.DuckDBPyConnection,
    table: Table,
    columns: Sequence[str] | None,
    where: str | None,
) -> Any:
    result = _read_arrow(connection, table, columns, where, index=True)
    if FRAME not in (result.schema.metadata or {}):
        return _shrink(result).to_pandas()
    from nbflow.store.frames import decode_frame  # noqa: PLC0415 - loads pandas

    return decode_frame(result)


def _shrink(table: pa.Table) -> pa.Table:
    """Return sums of integers as integers where they fit, and not as Decimal objects."""
    for place, field in enumerate(table.schema):
        if field.metadata == HUGE:
            with suppress(pa.ArrowInvalid):
                column = table.column(place).cast(pa.int64())
                table = table.set_column(place, field.name, column)
    return table


def _read_polars(
    connection: duckdb.DuckDBPyConnection,
    table: Table,
    columns: Sequence[str] | None,
    where: str | None,
) -> Any:
    try:
        import polars as pl  # noqa: PLC0415 - the user's, not ours
    except ImportError as error:
        raise StoreError('to="polars" needs Polars: install it, or use to="arrow".') from error
    return pl.from_arrow(_drop_extensions(_read_arrow(connection, table, columns, where)))


def _read_reader(
    connection: duckdb.DuckDBPyConnection,
    table: Table,
    columns: Sequence[str] | None,
    where: str | None,
) -> pa.RecordBatchReader:
    places = _find_places(table, columns)
    batches = read_relation(_select(connection.cursor(), table, places, where))
    fields = [table.codec.schema.field(place) for place in places]
    schema = pa.schema(fields, metadata=_strip(table.codec.schema.metadata))
    raised: Iterator[pa.RecordBatch] = (table.codec.raise_table(b, places) for b in batches)
    return pa.RecordBatchReader.from_batches(schema, (b.cast(schema) for b in raised))


def _read_relation(
    connection: duckdb.DuckDBPyConnection,
    table: Table,
    columns: Sequence[str] | None,
    where: str | None,
) -> duckdb.DuckDBPyRelation:
    shown = [quote(table.names[place]) for place in _find_places(table, columns)]
    source = f"{quote(table.alias)}.main.{quote(table.name)}"
    return _ask(connection, f"SELECT {', '.join(shown)} FROM {source}", table, where)


_FORMS: dict[str, Any] = {
    "pandas": _read_pandas,
    "arrow": _read_arrow,
    "polars": _read_polars,
    "reader": _read_reader,
    "relation": _read_relation,
}


def _find_places(table: Table, columns: Sequence[str] | None, *, index: bool = False) -> list[int]:
    """Return the positions of the columns asked for, the index of a frame included."""
    schema = table.codec.schema
    if columns is None:
        return list(range(len(schema)))
    if isinstance(columns, str):
        columns = [columns]
    known = _find_known(table)
    for name in columns:
        if name not in known:
            raise UnknownNameError(
                f"{table.name!r} has no column {name!r}. {suggest(str(name), table.names)}"
            )
    places = [known[name] for name in columns]
    return [*places, *(p for p in _find_levels(schema) if p not in places)] if index else places


def _find_known(table: Table) -> dict[Any, int]:
    """Return every name of each column: in SQL, in Arrow, and its label in pandas."""
    schema = table.codec.schema
    places = {name: place for place, name in enumerate(schema.names)}
    known: dict[Any, int] = {name: place for place, name in enumerate(table.names)} | places
    if FRAME not in (schema.metadata or {}):
        return known
    from nbflow.store.frames import find_label_names  # noqa: PLC0415 - loads pandas

    return known | {label: places[name] for label, name in find_label_names(schema).items()}


def _find_levels(schema: pa.Schema) -> list[int]:
    if FRAME not in (schema.metadata or {}):
        return []
    from nbflow.store.frames import find_index_columns  # noqa: PLC0415 - loads pandas

    return [schema.names.index(name) for name in find_index_columns(schema)]


def _select(
    connection: duckdb.DuckDBPyConnection, table: Table, places: list[int], where: str | None
) -> duckdb.DuckDBPyRelation:
    """Return physical columns; a condition sees the columns as users do."""
    source = f"{quote(table.alias)}.nbflow.{quote(table.name)}"
    if where is None:
        wanted = ", ".join(f"c{place}" for place in places)
        return connection.sql(f"SELECT {wanted} FROM {source}")
    prefix = "nbflow c"
    while any(name.casefold().startswith(prefix) for name in table.names):
        prefix = f"_{prefix}"
    physical = ", ".join(f"c{place} AS {quote(f'{prefix}{place}')}" for place in set(places))
    shown = make_view_sql(table.codec, table.names)
    wanted = ", ".join(quote(f"{prefix}{place}") for place in places)
    query = f"SELECT {wanted} FROM (SELECT {physical}, {shown} FROM {source})"
    return _ask(connection, query, table, where)


def _ask(
    connection: duckdb.DuckDBPyConnection, query: str, table: Table, where: str | None
) -> duckdb.DuckDBPyRelation:
    try:
        return connection.sql(query if where is None else f"{query} WHERE ({where}\n)")
    except duckdb.Error as error:
        missing = re.search(r'Referenced column "(.*?)" not found', str(error))
        if missing:
            raise UnknownNameError(
                f"{table.name!r} has no column {missing[1]!r}, which where={where!r} names."
                f" {suggest(missing[1], table.names)}"
            ) from error
        raise StoreError(
            f"where={where!r} is no condition that DuckDB understands: {error}\nWrite what could"
            f" follow WHERE in SQL, over the columns {', '.join(table.names[:20])}."
        ) from error


def _drop_recipe(table: pa.Table) -> pa.Table:
    return table.replace_schema_metadata(_strip(table.schema.metadata))


def _strip(metadata: dict[bytes, bytes] | None) -> dict[bytes, bytes]:
    """Return metadata without ours: a table changed and written again must not carry it."""
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
