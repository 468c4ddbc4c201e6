"""One table written to a result's DuckDB file: streamed, hashed on the way, all or nothing."""
# ruff: noqa: S608 - names go through quote()

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from itertools import chain
from pathlib import Path

import duckdb
import pyarrow as pa

from nbflow.errors import NbflowError, StoreError
from nbflow.model import Output
from nbflow.store.arrowtypes import Unkept
from nbflow.store.codec import Codec
from nbflow.store.connections import attached_to_write
from nbflow.store.expressions import make_expression
from nbflow.store.names import make_unique, quote
from nbflow.store.sources import Source
from nbflow.store.tablehash import TableHasher

_SMALL = 16 << 20  # bytes: below, small blocks keep a file of few rows small
_SMALL_BLOCK, _LARGE_BLOCK = 16384, 262144
_GROUP = 64 << 20  # bytes of a stream to insert at once
_SOURCE = "nbflow_source"


def write_table(
    connection: duckdb.DuckDBPyConnection, folder: Path, name: str, source: Source
) -> Output:
    """Write a table under a new name; raises Unkept for what is in memory, else StoreError."""
    try:
        stream = Stream(source)
        columns = _write_stream(connection, folder, name, stream)
    except Unkept as error:
        if source.whole:
            raise
        raise StoreError(
            f"{name!r} cannot be kept as a table: {error}. Change that in the query or generator,"
            " or make a DataFrame of it and write that."
        ) from error
    except NbflowError:
        raise
    except Exception as error:  # a generator of the user's may raise anything
        raise _make_error(name, folder, error) from error
    digest = stream.hasher.hexdigest(stream.codec.dictionaries)
    return Output(name, "table", digest, bytes=stream.bytes, rows=stream.rows, columns=columns)


class Stream:
    """A source's batches, lowered, in tables of a size to insert; hashed and counted in passing.

    DuckDB could pull them itself, but would do so in threads of its own, where a generator's
    Ctrl-C, its errors and its own calls of the store do not belong.
    """

    def __init__(self, source: Source) -> None:
        self.source = source
        self.codec = Codec(source.schema)
        self.hasher = TableHasher(source.schema)
        self.rows = self.bytes = 0

    def __iter__(self) -> Iterator[pa.Table]:
        limit = float("inf") if self.source.whole else self.bytes + _GROUP
        group: list[pa.RecordBatch] = []
        for batch in self.source.batches:
            group.append(self._pass(batch))
            if self.bytes > limit:
                yield pa.Table.from_batches(group, self.codec.lowered)
                group, limit = [], self.bytes + _GROUP
        yield pa.Table.from_batches(group, self.codec.lowered)

    def _pass(self, batch: pa.RecordBatch) -> pa.RecordBatch:
        lowered = self.codec.lower(batch)
        self.hasher.update(batch, self.codec.dictionaries)
        self.rows += batch.num_rows
        self.bytes += batch.nbytes
        return lowered


def make_view_sql(codec: Codec, names: list[str]) -> str:
    """Return the SELECT list that shows physical columns under the names of users."""
    expressions = [make_expression(field, f"c{i}") for i, field in enumerate(codec.schema)]
    return ", ".join(f"{e} AS {quote(n)}" for e, n in zip(expressions, names, strict=True))


def make_sql_names(schema: pa.Schema) -> list[str]:
    """Return the columns' names in SQL: unique whatever their case, none empty."""
    names = schema.names
    unnamed = [name for name in names if name.startswith("__index_level_")]
    return make_unique(
        _name_level(name, alone=len(unnamed) == 1) if name in unnamed else name for name in names
    )


def _name_level(name: str, *, alone: bool) -> str:
    """Return an unnamed index level as pandas' reset_index names it."""
    return "index" if alone else name.strip("_").removeprefix("index_")


def _write_stream(
    connection: duckdb.DuckDBPyConnection, folder: Path, name: str, stream: Stream
) -> dict[str, str]:
    tables = iter(stream)
    first = next(tables)
    block = _SMALL_BLOCK if stream.bytes <= _SMALL else _LARGE_BLOCK
    with attached_to_write(connection, folder, block) as (cursor, alias):
        cursor.execute("BEGIN")
        try:
            columns = _fill(cursor, alias, name, stream, chain([first], tables))
            cursor.execute("COMMIT")
        except BaseException:
            with suppress(duckdb.Error):  # a full disk has ended the transaction already
                cursor.execute("ROLLBACK")
            with suppress(duckdb.Error):
                cursor.execute(f"DROP TABLE IF EXISTS {_make_table_name(alias, name)}")
            raise
    return columns


def _fill(
    cursor: duckdb.DuckDBPyConnection,
    alias: str,
    name: str,
    stream: Stream,
    tables: Iterator[pa.Table],
) -> dict[str, str]:
    """Fill the table, then make it known. A part of a table is not known to anyone."""
    table = _make_table_name(alias, name)
    _make_schema(cursor, alias)
    _insert(cursor, f"CREATE OR REPLACE TABLE {table} AS", next(tables))
    for more in tables:
        cursor.execute("COMMIT")  # or DuckDB holds on to what was registered before
        cursor.execute("BEGIN")
        _insert(cursor, f"INSERT INTO {table}", more)
    schemas = f"{quote(alias)}.nbflow.schemas"
    cursor.execute(f"DELETE FROM {schemas} WHERE name = ?", [name])
    cursor.execute(f"INSERT INTO {schemas} VALUES (?, ?)", [name, stream.codec.to_bytes()])
    return _make_view(cursor, alias, name, stream.codec)


def _insert(cursor: duckdb.DuckDBPyConnection, statement: str, rows: pa.Table) -> None:
    cursor.register(_SOURCE, rows)
    try:
        cursor.execute(f"{statement} SELECT * FROM {_SOURCE}")
    finally:
        cursor.unregister(_SOURCE)


def _make_view(
    cursor: duckdb.DuckDBPyConnection, alias: str, name: str, codec: Codec
) -> dict[str, str]:
    """Make the view that people see, and return its columns with their SQL types."""
    view = f"{quote(alias)}.main.{quote(name)}"
    shown = make_view_sql(codec, make_sql_names(codec.schema))
    cursor.execute(f"CREATE OR REPLACE VIEW {view} AS SELECT {shown} FROM nbflow.{quote(name)}")
    relation = cursor.sql(f"SELECT * FROM {view}")
    return {name: str(kind) for name, kind in zip(relation.columns, relation.types, strict=True)}


def _make_table_name(alias: str, name: str) -> str:
    return f"{quote(alias)}.nbflow.{quote(name)}"


def _make_schema(cursor: duckdb.DuckDBPyConnection, alias: str) -> None:
    cursor.execute(f"CREATE SCHEMA IF NOT EXISTS {quote(alias)}.nbflow")
    cursor.execute(
        f"CREATE TABLE IF NOT EXISTS {quote(alias)}.nbflow.schemas (name VARCHAR, schema BLOB)"
    )


def _make_error(name: str, folder: Path, error: Exception) -> StoreError:
    full = "No space" in str(error) or "File too large" in str(error)
    hint = "Make room on that disk" if full else "Mend what this says"
    return StoreError(
        f"{name!r} could not be written in {folder}: {type(error).__name__}: {error}\n"
        f"{hint}, then write it again; what was written before it is intact."
    )
