"""DuckDB's rows as Arrow, each value as it was: types that Arrow lacks are marked, or texts."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

import pyarrow as pa

from nbflow.storage.arrow.types import HUGE, SQL_TYPE
from nbflow.storage.quoting import quote

if TYPE_CHECKING:
    import duckdb

BATCH = 1 << 17  # rows of a stream that are taken at a time
# Of these Arrow gets other values than they are, or bytes of DuckDB's own.
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
    if hasattr(relation, "to_arrow_reader"):
        return relation.to_arrow_reader(BATCH)
    return relation.fetch_arrow_reader(BATCH)  # DuckDB before 1.5


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
    if kind.id in ("struct", "map"):
        children = [child for _, child in kind.children]
        if kind.id == "map":
            sides = type_.key_field, type_.item_field
            return pa.map_(*map(_mark_field, sides, children))
        fields = [type_.field(place) for place in range(type_.num_fields)]
        return pa.struct(list(map(_mark_field, fields, children)))
    if kind.id in ("list", "array"):
        child = _mark_field(type_.value_field, kind.children[0][1])
        if pa.types.is_fixed_size_list(type_):
            return pa.list_(child, type_.list_size)
        return pa.large_list(child) if pa.types.is_large_list(type_) else pa.list_(child)
    return type_  # a union, which Arrow's own conversions refuse


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
    if not any(one in name for one in change) or kind.id not in ("list", "array", "struct", "map"):
        return name
    inner = [(child, one) for child, one in kind.children if not isinstance(one, int)]
    types = [_rename(one, change) for _, one in inner]
    if kind.id == "struct":
        pairs = zip(inner, types, strict=True)
        return f"STRUCT({', '.join(f'{quote(child)} {one}' for (child, _), one in pairs)})"
    if kind.id == "map":
        return f"MAP({', '.join(types)})"
    return f"{types[0]}[{dict(kind.children).get('size', '')}]"
