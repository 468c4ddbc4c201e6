"""Arrow batches encoded in types that DuckDB keeps exactly, and decoded again."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from nbflow.storage.arrow.encoding import encode_array, find_nulls, make_list, make_offsets
from nbflow.storage.arrow.file import to_bytes
from nbflow.storage.arrow.types import (
    NotExact,
    encode_type,
    holds,
    is_kept,
    is_list,
    is_view,
)

Path = tuple[int, ...]


class Codec:
    """Encodes the batches of one schema; gathers the dictionaries that decoding needs.

    Raises NotExact for types that DuckDB cannot give back.
    """

    def __init__(self, schema: pa.Schema, dictionaries: dict[Path, pa.Array] | None = None) -> None:
        if not len(schema):
            raise NotExact("SQL has no tables without columns")
        self.schema = schema
        self.dictionaries: dict[Path, pa.Array] = dictionaries or {}
        fields = [(f"c{i}", encode_type(field.type)) for i, field in enumerate(schema)]
        self.encoded = pa.schema(fields)
        kinds = list(enumerate(schema.types))
        self._coded = {i for i, kind in kinds if holds(pa.types.is_dictionary, kind)}
        self._doubtful = {i for i, kind in kinds if holds(pa.types.is_interval, kind)}

    def gather(self, batch: pa.RecordBatch) -> None:
        """Take in a batch's dictionaries; raises NotExact for values that DuckDB would change."""
        for position, column in enumerate(batch.columns):
            if position in self._coded:
                self._gather((position,), column)
            if position in self._doubtful:
                encode_array(column, self.encoded.field(position).type)

    def encode(self, batch: pa.RecordBatch) -> pa.RecordBatch:
        """Return the batch as DuckDB gets it, with columns c0, c1 and so on."""
        columns = [
            encode_array(column, kind)
            for column, kind in zip(batch.columns, self.encoded.types, strict=True)
        ]
        return pa.RecordBatch.from_arrays(columns, schema=self.encoded)

    def to_bytes(self) -> bytes:
        """Return the schema and the dictionaries as two Arrow streams."""
        kept = {
            ",".join(map(str, path)): pa.ListArray.from_arrays([0, len(values)], values)
            for path, values in sorted(self.dictionaries.items())
        }
        return to_bytes(pa.Table.from_batches([], self.schema)) + to_bytes(pa.table(kept))

    @classmethod
    def from_bytes(cls, data: bytes) -> Codec:
        source = pa.BufferReader(data)
        schema, kept = (pa.ipc.open_stream(source).read_all() for _ in range(2))
        paths = [tuple(map(int, name.split(","))) for name in kept.column_names]
        values = [column.combine_chunks().flatten() for column in kept.columns]
        return cls(schema.schema, dict(zip(paths, values, strict=True)))

    def decode_column(self, position: int, column: pa.ChunkedArray | pa.Array) -> Any:
        """Return one column of DuckDB's as it was written."""
        kind = self.schema.field(position).type
        if not isinstance(column, pa.ChunkedArray):
            return self._decode(column, kind, (position,))
        old = column.chunks or [pa.array([], column.type)]
        chunks = [self._decode(chunk, kind, (position,)) for chunk in old]
        return pa.chunked_array(chunks, kind)

    def decode_table(self, table: Any, positions: Iterable[int]) -> Any:
        """Return a table or batch with the columns `positions` as they were written."""
        positions = list(positions)
        columns = [
            self.decode_column(position, column)
            for position, column in zip(positions, table.columns, strict=True)
        ]
        fields = [self.schema.field(position) for position in positions]
        schema = pa.schema(fields, metadata=self.schema.metadata)
        return type(table).from_arrays(columns, schema=schema)

    def _gather(self, path: Path, array: pa.Array) -> None:
        while isinstance(array, pa.ExtensionArray):
            array = array.storage
        kind = array.type
        if pa.types.is_dictionary(kind):
            self.dictionaries[path] = _unite(self.dictionaries.get(path), array.dictionary)
        elif pa.types.is_map(kind):
            self._gather((*path, 0, 0), array.keys)
            self._gather((*path, 0, 1), array.items)
        elif kind.num_fields and holds(pa.types.is_dictionary, kind):
            children = array.flatten() if pa.types.is_struct(kind) else [array.flatten()]
            for number, child in enumerate(children):
                self._gather((*path, number), child)

    def _decode(self, array: pa.Array, kind: pa.DataType, path: Path) -> pa.Array:
        if array.type == kind:
            return array
        if is_kept(kind):
            return array.cast(kind)
        if isinstance(kind, pa.BaseExtensionType):
            return pa.ExtensionArray.from_storage(
                kind, self._decode(array, kind.storage_type, path)
            )
        if pa.types.is_dictionary(kind):
            return self._decode_dictionary(array, kind, path)
        if pa.types.is_struct(kind):
            return self._decode_struct(array, kind, path)
        if pa.types.is_map(kind):
            return self._decode_map(array, kind, path)
        if is_list(kind):
            child = self._decode(array.flatten(), kind.value_type, (*path, 0))
            return _fit_list(make_list(array, child), kind)
        return _decode_leaf(array, kind)

    def _decode_dictionary(self, array: pa.Array, kind: pa.DictionaryType, path: Path) -> pa.Array:
        values = self.dictionaries.get(path, pa.array([], kind.value_type))
        plain = self._decode(array, kind.value_type, path)
        codes = pc.index_in(plain, values, skip_nulls=True).cast(kind.index_type)
        return pa.DictionaryArray.from_arrays(codes, values, ordered=kind.ordered)

    def _decode_struct(self, array: pa.Array, kind: pa.StructType, path: Path) -> pa.Array:
        if not kind.num_fields:
            return pa.array([None if v is None else {} for v in array.to_pylist()], kind)
        children = [
            self._decode(child, field.type, (*path, number))
            for number, (child, field) in enumerate(zip(array.flatten(), kind, strict=True))
        ]
        return pa.StructArray.from_arrays(children, fields=list(kind), mask=find_nulls(array))

    def _decode_map(self, array: pa.Array, kind: pa.MapType, path: Path) -> pa.Array:
        keys, items = array.flatten().flatten()
        keys = self._decode(keys, kind.key_type, (*path, 0, 0))
        items = self._decode(items, kind.item_type, (*path, 0, 1))
        offsets = make_offsets(array).cast(pa.int32())
        made = pa.MapArray.from_arrays(offsets, keys, items)
        made = made.cast(kind) if made.type != kind else made
        return pc.if_else(array.is_valid(), made, None) if array.null_count else made


def _decode_leaf(array: pa.Array, kind: pa.DataType) -> pa.Array:
    if pa.types.is_null(kind):
        return pa.nulls(len(array))
    if pa.types.is_run_end_encoded(kind):
        return pc.run_end_encode(array.cast(kind.value_type), run_end_type=kind.run_end_type)
    if pa.types.is_timestamp(array.type) or pa.types.is_time64(kind):
        return array.cast(pa.int64()).cast(kind)
    return array.cast(kind)


def _fit_list(array: pa.Array, kind: pa.DataType) -> pa.Array:
    if pa.types.is_fixed_size_list(kind) or is_view(kind):
        return _fit_odd_list(array, kind)
    return array.cast(kind)


def _fit_odd_list(array: pa.Array, kind: pa.DataType) -> pa.Array:
    if is_view(kind):
        sizes = np.diff(array.offsets.to_numpy())
        wide = pa.types.is_large_list_view(kind)
        of = pa.LargeListViewArray if wide else pa.ListViewArray
        index = pa.int64() if wide else pa.int32()
        parts = (array.offsets[:-1].cast(index), pa.array(sizes).cast(index), array.values)
        return of.from_arrays(*parts, mask=find_nulls(array)).cast(kind)
    size = kind.list_size
    starts = array.offsets.to_numpy()[:-1]
    places = (starts[:, None] + np.arange(size)).ravel()
    absent = np.repeat(array.is_null().to_numpy(zero_copy_only=False), size)
    values = array.values.take(pa.array(places, mask=absent))
    return pa.FixedSizeListArray.from_arrays(values, type=kind, mask=find_nulls(array))


def _unite(known: pa.Array | None, more: pa.Array) -> pa.Array:
    if known is not None and known.equals(more):
        return known
    new = pc.unique(more.filter(more.is_valid()))
    if known is None:
        return new
    new = new.filter(pc.invert(pc.is_in(new, known)))
    return pa.concat_arrays([known, new]) if len(new) else known
