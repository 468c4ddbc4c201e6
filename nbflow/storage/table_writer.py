"""Writes one table to an Arrow file of a result: as a stream, hashed on the way, all or nothing."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pyarrow as pa

from nbflow.errors import NbflowError, StoreError
from nbflow.model import Output
from nbflow.storage.arrow.codec import Codec
from nbflow.storage.arrow.file import find_arrow, write_arrow
from nbflow.storage.arrow.hash import TableHasher
from nbflow.storage.arrow.types import NotExact
from nbflow.storage.duckdb.column_types import make_columns
from nbflow.storage.table_sources import Source

_GROUP = 64 << 20  # bytes of a stream to write at once
_MANY = 4 << 20  # bytes: above, a thread that hashes costs less than it saves


def write_table(folder: Path, name: str, source: Source) -> Output:
    """Write a table under a new name; raises NotExact for what is in memory, else StoreError."""
    try:
        stream = Stream(source)
        columns = make_columns(source.schema)
        write_arrow(find_arrow(folder, name), source.schema, stream)
    except NotExact as error:
        if source.whole:
            raise
        raise StoreError(
            f"{name!r} cannot be kept as a table: {error}. Change that in the query or generator,"
            " or make a DataFrame of it and write that."
        ) from error
    except NbflowError:
        raise
    except Exception as error:  # a generator of the user's may raise anything
        raise make_error(name, folder, error) from error
    digest = stream.hasher.hexdigest()
    size, note = stream.bytes, source.note
    return Output(name, "table", digest, size, rows=stream.rows, columns=columns, note=note)


def make_error(name: str, folder: Path, error: Exception) -> StoreError:
    full = any(said in str(error) for said in ("No space", "File too large", "Disk quota"))
    hint = "Make room on that disk" if full else "Mend what this says"
    return StoreError(
        f"{name!r} could not be written in {folder}: {type(error).__name__}: {error}\n"
        f"{hint}, then write it again; what was written before it is intact."
    )


class Stream:
    """A source's batches, joined to a good size for writing, hashed and counted as they pass."""

    def __init__(self, source: Source) -> None:
        self.source = source
        self.hasher = TableHasher(Codec(source.schema))
        self.rows = self.bytes = 0

    def __iter__(self) -> Iterator[pa.RecordBatch]:
        group: list[pa.RecordBatch] = []
        size = 0
        for batch in self.source.batches:
            self.hasher.codec.gather(batch)
            group.append(batch)
            size += batch.nbytes
            if size >= _GROUP:
                yield from self._pass(group, size)
                group, size = [], 0
        if group:
            yield from self._pass(group, size)

    def _pass(self, group: list[pa.RecordBatch], size: int) -> Iterator[pa.RecordBatch]:
        self.rows += sum(batch.num_rows for batch in group)
        self.bytes += size
        if size < _MANY:
            self._hash(group)
            yield from _join(group)
            return
        with ThreadPoolExecutor(1) as beside:  # both mostly work without Python's lock
            hashed = beside.submit(self._hash, group)
            yield from _join(group)
            hashed.result()

    def _hash(self, group: list[pa.RecordBatch]) -> None:
        for batch in group:
            self.hasher.update(batch)


def _join(group: list[pa.RecordBatch]) -> list[pa.RecordBatch]:
    """Return fewer, larger batches: a column in one piece is read without copying."""
    if len(group) == 1:
        return group
    try:
        joined: list[pa.RecordBatch] = pa.Table.from_batches(group).combine_chunks().to_batches()
    except (pa.ArrowException, NotImplementedError):  # dictionaries that grow too large together
        return group
    return joined
