"""A result's DuckDB file, filled from its Arrow files: aside, then renamed into place."""
# ruff: noqa: S608 - names go through quote()

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import duckdb
import pyarrow as pa

from nbflow.base.atomic_files import flush, flush_folder
from nbflow.base.locks import hold_folder
from nbflow.model import Output
from nbflow.storage.arrow.codec import Codec
from nbflow.storage.arrow.file import find_arrow, map_arrow
from nbflow.storage.duckdb.column_types import make_sql_names, make_view_sql
from nbflow.storage.duckdb.connections import attached_to_write, process_connection
from nbflow.storage.duckdb.database_file import (
    find_fault,
    make_part,
    remove_parts,
    write_mark,
)
from nbflow.storage.quoting import quote
from nbflow.storage.results.damage import note
from nbflow.storage.results.file_marks import make_mark
from nbflow.storage.results.integrity import refuse_damaged
from nbflow.storage.results.outputs import Outputs, read_written
from nbflow.storage.results.store import TABLES
from nbflow.storage.table_writer import make_error
from nbflow.storage.trust import protect

_SMALL = 16 << 20  # bytes: smaller files get small blocks
_SMALL_BLOCK, _LARGE_BLOCK = 16384, 262144
_SLICE = 1 << 17  # rows to encode at once
_SOURCE = "nbflow_source"


def fill(folder: Path, *, again: bool = False) -> None:
    """Put a result's tables into its DuckDB file, unless that is done; raises StoreError.

    A damaged file is filled again. `again` fills it in any case: the folder may have more tables
    now. Where several processes try at once, one fills and the others wait for it.
    """
    try:
        with hold_folder(folder) as held:
            if again or find_fault(folder):
                _fill(folder, held=held)
    except OSError as error:
        raise make_error(TABLES, folder, error) from error


def _fill(folder: Path, *, held: bool) -> None:
    written = read_written(folder)
    tables = [one for one in written.outputs.values() if one.kind == "table"]
    part = make_part(folder)
    removed = "" if held else part.name  # how names of files begin that may be removed
    block = _SMALL_BLOCK if sum(one.bytes for one in tables) <= _SMALL else _LARGE_BLOCK
    remove_parts(folder, removed)
    try:
        with attached_to_write(process_connection(), part, block) as (cursor, alias):
            _start(cursor, alias)
            for one in tables:
                _make_table(cursor, alias, one.name, _map(folder, one, written))
            cursor.execute("COMMIT")
        protect(part)
        flush(part)
        mark = make_mark(part)
        os.replace(part, folder / TABLES)  # noqa: PTH105 - atomic on Windows too
        write_mark(folder, mark)
        flush_folder(folder)  # Arrow files may be dropped from here on
    except duckdb.Error as error:
        raise make_error(TABLES, folder, error) from error
    finally:
        remove_parts(folder, removed)


def _start(cursor: duckdb.DuckDBPyConnection, alias: str) -> None:
    cursor.execute(
        f"BEGIN; CREATE SCHEMA {quote(alias)}.nbflow; "
        f"CREATE TABLE {quote(alias)}.nbflow.schemas (name VARCHAR, schema BLOB)"
    )


def _map(folder: Path, output: Output, written: Outputs) -> pa.Table:
    refuse_damaged(folder, output, written.files)
    path = find_arrow(folder, output.name)
    try:
        return map_arrow(path)
    except FileNotFoundError as error:
        gone = path.relative_to(folder).as_posix()
        raise note(folder, TABLES, f"it cannot be used, and {gone} was dropped") from error


def _make_table(cursor: duckdb.DuckDBPyConnection, alias: str, name: str, rows: pa.Table) -> None:
    codec = Codec(rows.schema)
    table, view = (f"{quote(alias)}.{schema}.{quote(name)}" for schema in ("nbflow", "main"))
    source = pa.RecordBatchReader.from_batches(codec.encoded, _encode(codec, rows))
    cursor.register(_SOURCE, source)
    try:
        cursor.execute(f"CREATE TABLE {table} AS SELECT * FROM {_SOURCE}")
    finally:
        with suppress(duckdb.Error):  # the first error is reported
            cursor.unregister(_SOURCE)
    cursor.execute(
        f"INSERT INTO {quote(alias)}.nbflow.schemas VALUES (?, ?)", [name, codec.to_bytes()]
    )
    shown = make_view_sql(codec.schema, make_sql_names(codec.schema))
    cursor.execute(f"CREATE VIEW {view} AS SELECT {shown} FROM nbflow.{quote(name)}")


def _encode(codec: Codec, rows: pa.Table) -> Iterator[pa.RecordBatch]:
    for batch in rows.to_batches(max_chunksize=_SLICE):
        codec.gather(batch)
        yield codec.encode(batch)
