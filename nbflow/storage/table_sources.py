"""Tables of pandas, Arrow, Polars and DuckDB, and streams of these, as Arrow batches."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator
from itertools import chain
from types import GeneratorType
from typing import Any

import pyarrow as pa

from nbflow.errors import StoreError
from nbflow.model import Frozen
from nbflow.storage.arrow.types import NotExact
from nbflow.storage.duckdb.relations import stream_relation


class Source(Frozen, frozen=True):
    """A table to be written: batches of one schema, to be read once, in order.

    `whole` tells that all batches are in memory; `note` is for people.
    """

    schema: Any
    batches: Any
    whole: bool
    note: str = ""


def make_source(value: Any) -> Source | None:  # noqa: PLR0911 - one line for each kind of table
    """Return a value's table, None if it is no table; raises NotExact if Arrow would change it."""
    if _is_of(value, "pandas", "DataFrame", "Series"):
        return _read_pandas(value)
    if _is_of(value, "polars", "DataFrame", "LazyFrame"):
        return _read_polars(value)
    if _is_of(value, "duckdb", "DuckDBPyRelation"):
        return _read_stream(stream_relation(value))
    if isinstance(value, pa.Table):
        return _read_table(value)
    if isinstance(value, pa.RecordBatch):
        return _read_table(pa.Table.from_batches([value]))
    if isinstance(value, pa.RecordBatchReader):
        return _read_stream(value)
    if isinstance(value, GeneratorType):
        return _read_generator(value)
    if _is_of(value, "pyarrow.dataset", "Dataset", "Scanner"):
        scanner = value.scanner() if hasattr(value, "scanner") else value
        return _read_stream(scanner.to_reader())
    return None


def _is_of(value: Any, module: str, *names: str) -> bool:
    """Tell whether a value is of a library's class, without importing the library."""
    library = sys.modules.get(module)
    kinds = tuple(getattr(library, name) for name in names if hasattr(library, name))
    return isinstance(value, kinds)


def _read_pandas(value: Any) -> Source:
    from nbflow.storage.frames.frames import encode_frame  # noqa: PLC0415 - loads pandas

    notes: list[str] = []
    table = encode_frame(value, notes)
    return Source(table.schema, table.to_batches(), whole=True, note="; ".join(notes))


def _read_polars(value: Any) -> Source:
    frame = value.collect() if hasattr(value, "collect") else value
    try:
        table = frame.to_arrow()
        back = sys.modules["polars"].from_arrow(table.slice(0, 0))
    except Exception as error:
        raise NotExact(f"Arrow refuses a Polars type ({error})") from error
    for name, kind in frame.schema.items():
        if back.schema[name] != kind:
            raise NotExact(f"column {name!r} is Polars' {kind}, which has no form in Arrow")
    return _read_table(table)


def _read_table(table: pa.Table) -> Source:
    return Source(table.schema, table.to_batches(), whole=True)


def _read_stream(reader: pa.RecordBatchReader) -> Source:
    return Source(reader.schema, iter(reader), whole=False)


def _read_generator(parts: Iterator[Any]) -> Source | None:
    """Return a generator of tables or frames as one table; raises StoreError if it is empty."""
    first = next(parts, None)
    if first is None:
        raise StoreError(
            "The generator gave nothing, so the table's columns are unknown. Give at least one"
            " batch, which may have no rows."
        )
    source = make_source(first)
    if source is None:
        raise StoreError(
            f"The generator gave {type(first).__name__}, which is no table. Give DataFrames or"
            " Arrow batches, or write a list instead of a generator."
        )
    rest = _read_rest(parts, source.schema)
    return Source(source.schema, chain(source.batches, rest), whole=False)


def _read_rest(parts: Iterable[Any], schema: pa.Schema) -> Iterator[pa.RecordBatch]:
    for number, part in enumerate(parts, 2):
        source = make_source(part)
        if source is None or not source.schema.equals(schema):
            found = (
                type(part).__name__ if source is None else _find_difference(source.schema, schema)
            )
            raise StoreError(f"Batch {number} does not fit the first one: {found}.")
        yield from source.batches


def _find_difference(schema: pa.Schema, first: pa.Schema) -> str:
    if schema.names != first.names:
        return f"its columns are {schema.names}, not {first.names}"
    pairs = zip(schema, first, strict=True)
    return next(f"{a.name!r} is {a.type}, not {b.type}" for a, b in pairs if not a.equals(b))
