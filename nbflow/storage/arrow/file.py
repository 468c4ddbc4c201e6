"""A table as an Arrow stream: in a file of a result, or in memory."""

from __future__ import annotations

import errno
import importlib
import mmap
from collections.abc import Iterable
from pathlib import Path

import pyarrow as pa

from nbflow.base.atomic_files import replacing
from nbflow.storage.quoting import ARROW, make_path
from nbflow.storage.results.damage import note

_END = b"\xff\xff\xff\xff\0\0\0\0"  # the end of each complete Arrow stream


def find_arrow(folder: Path, name: str) -> Path:
    """Return the path of a table's Arrow file, which may not exist."""
    return make_path(folder, name, ".arrows", ARROW)


def write_arrow(path: Path, schema: pa.Schema, batches: Iterable[pa.RecordBatch]) -> None:
    """Write batches; a file with its final name is complete."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with replacing(path) as part, pa.OSFile(str(part), "wb") as file:
        _write(file, schema, batches)


def map_arrow(path: Path) -> pa.Table:
    """Return a table whose memory is the file's, copied page by page where it is written to.

    Reading copies nothing, and a reader cannot change the file. Raises FileNotFoundError, and
    DamageError for a damaged file.
    """
    try:
        buffer = _map(path)
        if bytes(buffer[-len(_END) :]) != _END:
            raise pa.ArrowInvalid("its end is missing")
        table = _read(buffer)
        if any(_is_of_pandas(field) for field in table.schema):
            importlib.import_module("pandas.core.arrays.arrow.extension_types")  # registers them
            table = _read(buffer)
    except (pa.ArrowException, ValueError, OSError) as error:  # ValueError: an empty file
        if isinstance(error, OSError) and error.errno is not None:  # the system's, not Arrow's
            raise
        folder = path.parent.parent
        why = str(error).strip().rstrip(".")
        raise note(folder, path.relative_to(folder).as_posix(), why) from error
    return table


def to_bytes(table: pa.Table) -> bytes:
    """Return a table as an Arrow stream."""
    sink = pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, table.schema) as writer:
        writer.write_table(table)
    data: bytes = sink.getvalue().to_pybytes()
    return data


def from_bytes(data: bytes) -> pa.Table:
    return _read(pa.py_buffer(data))


def _write(file: pa.NativeFile, schema: pa.Schema, batches: Iterable[pa.RecordBatch]) -> None:
    empty = True
    with pa.ipc.new_stream(file, schema) as writer:
        for batch in batches:
            writer.write_batch(batch)
            empty = False
        if empty:  # libraries stumble over a table without any chunk
            columns = [chunk for column in schema.empty_table().columns for chunk in column.chunks]
            writer.write_batch(pa.RecordBatch.from_arrays(columns, schema=schema))


def _read(buffer: pa.Buffer) -> pa.Table:
    options = pa.ipc.IpcReadOptions(use_threads=False)
    with pa.ipc.open_stream(pa.BufferReader(buffer), options=options) as reader:
        return reader.read_all()


def _is_of_pandas(field: pa.Field) -> bool:
    """Tell whether Arrow knows a type only once pandas is imported."""
    return bool((field.metadata or {}).get(b"ARROW:extension:name", b"").startswith(b"pandas."))


def _map(path: Path) -> pa.Buffer:
    with path.open("rb") as file:
        try:
            return pa.py_buffer(mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_COPY))
        except OSError as error:
            if error.errno != errno.ENOMEM:
                raise
            # Larger than memory: only a map that cannot be written to needs no room.
            return pa.py_buffer(mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ))
