"""DuckDB's rows as exact Arrow values: types that Arrow lacks are marked, or become texts."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

import pyarrow as pa

from nbflow.storage.arrow.types import HUGE, SQL_TYPE, find_fields, make_nested
from nbflow.storage.quoting import quote

if TYPE_CHECKING:
    import duckdb

_NESTED = ("list", "array", "struct", "map")
BATCH = 1 << 17  # rows of a stream that are taken at a time
# DuckDB hands these to Arrow as other values, or as bytes of its own.
_AS_TEXT = frozenset({"UUID", "UHUGEINT", "BIGNUM", "VARINT", "TIME WITH TIME ZONE", "BIT"})


def stream_relation(relation: duckdb.DuckDBPyRelation) -> pa.RecordBatchReader:
    """Return a relation's rows as they are computed."""
    reader = read_relation(_make_readable(relation))
    schema = _mark(reader.schema, relation.types)
    return pa.RecordBatchReader.from_batches(schema, _pass(reader, schema))


def fetch_relation(relation: duckdb.DuckDBPyRelation) -> pa.Table:
    """Return all rows of a relation."""
    table = _make_readable(relation).to_arrow_table()
    return pa.Table.from_arrays(table.columns, schema=_mark(table.schema, relation.types))


def read_relation(relation: duckdb.DuckDBPyRelation) -> pa.RecordBatchReader:
    """Return a relation's rows as DuckDB makes Arrow of them."""
    return relation.to_arrow_reader(BATCH)


def _make_readable(relation: duckdb.DuckDBPyRelation) -> duckdb.DuckDBPyRelation:
    kinds = list(map(str, relation.types))
    if _AS_TEXT.isdisjoint(kinds):
        return relation
    shown = [
        f"CAST(#{place} AS VARCHAR) AS {quote(name)}" if kind in _AS_TEXT else f"#{place}"
        for place, (name, kind) in enumerate(zip(relation.columns, kinds, strict=True), 1)
    ]
    return relation.project(", ".join(shown))


def _pass(reader: pa.RecordBatchReader, schema: pa.Schema) -> Iterator[pa.RecordBatch]:
    for batch in reader:
        yield pa.RecordBatch.from_arrays(batch.columns, schema=schema)


def _mark(schema: pa.Schema, kinds: list[Any]) -> pa.Schema:
    pairs = zip(schema, kinds, strict=True)
    return pa.schema([_mark_field(field, kind) for field, kind in pairs], metadata=schema.metadata)


def _mark_field(field: pa.Field, kind: Any) -> pa.Field:
    name = str(kind)
    if name == "HUGEINT":
        return field.with_metadata(HUGE)
    if name in _AS_TEXT:
        return field.with_metadata({SQL_TYPE: name.encode()})
    return field.with_type(_mark_within(field.type, kind)) if "HUGEINT" in name else field


def _mark_within(type_: pa.DataType, kind: Any) -> pa.DataType:
    """Return a type whose integers of SQL's are marked, which Arrow has as decimals."""
    if kind.id not in _NESTED:
        return type_  # a union, which Arrow's own conversions refuse
    return make_nested(type_, list(map(_mark_field, find_fields(type_), _find_children(kind))))


def _find_children(kind: Any) -> list[Any]:
    return [child for _, child in kind.children if not isinstance(child, int)]  # an array's size


def recast(relation: Any, change: Mapping[str, str]) -> Any:
    """Return the relation with other SQL types in place of some, within lists and structs too.

    The columns' names differ afterwards, as those in a file of DuckDB's do: `id` and `id_1`.
    """
    kinds = [(str(kind), _rename(kind, change)) for kind in relation.types]
    names = relation.project("*").columns
    shown = [
        f"{f'#{place}' if old == new else f'CAST(#{place} AS {new})'} AS {quote(name)}"
        for place, (name, (old, new)) in enumerate(zip(names, kinds, strict=True), 1)
    ]
    return relation.project(", ".join(shown))


def _rename(kind: Any, change: Mapping[str, str]) -> str:
    name = str(kind)
    if name in change:
        return change[name]
    if not any(one in name for one in change) or kind.id not in _NESTED:
        return name
    types = [_rename(one, change) for one in _find_children(kind)]
    if kind.id == "struct":
        pairs = zip(kind.children, types, strict=True)
        return f"STRUCT({', '.join(f'{quote(child)} {one}' for (child, _), one in pairs)})"
    if kind.id == "map":
        return f"MAP({', '.join(types)})"
    return f"{types[0]}[{dict(kind.children).get('size', '')}]"
