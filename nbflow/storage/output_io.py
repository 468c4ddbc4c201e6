"""Tables and values kept in a result's folder: written once, read back as they were."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from msgspec.structs import replace

from nbflow.base.hashing import hash_bytes
from nbflow.errors import StoreError
from nbflow.model import Output
from nbflow.storage.arrow.types import NotExact
from nbflow.storage.results.integrity import refuse_damaged
from nbflow.storage.results.outputs import (
    add_output,
    check_new,
    find_output,
    read_outputs,
    read_written,
)
from nbflow.storage.table_reader import read_table
from nbflow.storage.table_sources import make_source
from nbflow.storage.table_writer import write_table
from nbflow.storage.value_kinds import read_value, write_pickle, write_value

if TYPE_CHECKING:
    import duckdb

__all__ = ["read", "read_outputs", "write"]

_FORMS = ("pandas", "arrow", "polars", "relation", "reader")
_writing = threading.RLock()


def write(folder: Path, name: str, value: Any) -> Output:
    """Keep one table or value in the result being made in `folder`.

    A table becomes an Arrow file, which DuckDB's file is filled from later (`filling.fill`).
    What cannot be kept exactly as a table is pickled whole, and the output's `note` says why.
    Raises StoreError if the name is taken or the write fails; earlier outputs stay readable.
    """
    with _writing:
        _make_folder(folder)
        check_new(folder, name)
        output = _write(folder, name, value)
        add_output(folder, output)
        return output


def read(
    folder: Path,
    name: str,
    *,
    to: str = "pandas",
    columns: Sequence[str] | None = None,
    where: str | None = None,
    connection: duckdb.DuckDBPyConnection | None = None,
) -> Any:
    """Return what was written under `name`, as it was.

    For tables, `to` is pandas, arrow, polars, relation (lazy, on the connection) or reader (a
    pyarrow.RecordBatchReader); `columns` picks columns and `where` rows, by a condition in SQL
    over the columns' names; what they leave out is not loaded. Raises UnknownNameError for names
    that do not exist and StoreError for a condition that is wrong.
    """
    if to not in _FORMS:
        raise StoreError(f"to={to!r} is not known. Use one of: {', '.join(_FORMS)}.")
    written = read_written(folder)
    output = find_output(folder, name, written)
    refuse_damaged(folder, output, written.files)
    if output.kind == "table":
        return read_table(folder, name, to=to, columns=columns, where=where, connection=connection)
    if output.kind == "nothing":
        return None
    return _select(read_value(folder, output), output, columns, where)


def _make_folder(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise StoreError(f"{folder} cannot be made: {error.strerror}.") from error


def _write(folder: Path, name: str, value: Any) -> Output:
    if value is None:
        return Output(name=name, kind="nothing", hash=hash_bytes("nothing"))
    try:
        source = make_source(value)
        if source is None:
            return write_value(folder, name, value)
        return write_table(folder, name, source)
    except NotExact as error:
        why = f"kept whole, as a pickle, and not as a table: {error}"
        return replace(write_pickle(folder, name, value, why), unkept=True)


def _select(value: Any, output: Output, columns: Sequence[str] | None, where: str | None) -> Any:
    if columns is None and where is None:
        return value
    raise StoreError(
        f"{output.name!r} is no table but {output.kind} ({output.note}), so that columns= and"
        " where= do not apply. Read it whole and pick from it in Python."
    )
