"""Arrow arrays as types that DuckDB keeps exactly."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from nbflow.storage.arrow.types import NotExact, is_kept, is_list


def encode_array(array: pa.Array, kind: pa.DataType) -> pa.Array:
    """Return the array as `kind`, which is `encode_type` of its type."""
    while isinstance(array, pa.ExtensionArray):
        array = array.storage
    old = array.type
    if old == kind and is_kept(kind):
        return array
    if pa.types.is_dictionary(old):
        return encode_array(array.dictionary_decode(), kind)
    if pa.types.is_run_end_encoded(old):
        return encode_array(pc.run_end_decode(array), kind)
    if pa.types.is_struct(old):
        return _encode_struct(array, kind)
    if pa.types.is_map(old):
        return _encode_map(array, kind)
    if is_list(old):
        return make_list(array, encode_array(array.flatten(), kind.value_type))
    return _encode_leaf(array, kind)


def _encode_leaf(array: pa.Array, kind: pa.DataType) -> pa.Array:
    if pa.types.is_null(array.type):
        return pa.nulls(len(array), kind)
    if pa.types.is_interval(kind):
        return _check_intervals(array)
    if pa.types.is_timestamp(kind) or pa.types.is_time64(array.type):
        return array.cast(pa.int64()).cast(kind)
    return array.cast(kind)


def _encode_struct(array: pa.Array, kind: pa.DataType) -> pa.Array:
    if not pa.types.is_struct(kind):
        return pc.if_else(array.is_valid(), True, None).cast(pa.bool_())  # noqa: FBT003
    children = [encode_array(c, f.type) for c, f in zip(array.flatten(), kind, strict=True)]
    return pa.StructArray.from_arrays(children, fields=list(kind), mask=find_nulls(array))


def _encode_map(array: pa.MapArray, kind: pa.DataType) -> pa.Array:
    pair = kind.value_type
    columns = [encode_array(array.keys, pair[0].type), encode_array(array.items, pair[1].type)]
    pairs = pa.StructArray.from_arrays(columns, fields=[pair[0], pair[1]])
    lists = pa.LargeListArray.from_arrays(array.offsets.cast(pa.int64()), pairs)
    return pc.if_else(array.is_valid(), lists, None) if array.null_count else lists


def _check_intervals(array: pa.Array) -> pa.Array:
    known = array.filter(array.is_valid())
    if len(known):
        fields = np.frombuffer(known.buffers()[1], "<i8")[1::2]  # months and days, nanoseconds
        if np.any(fields[known.offset : known.offset + len(known)] % 1000):
            raise NotExact("intervals finer than a microsecond have no form in DuckDB")
    return array


def make_list(array: pa.Array, child: pa.Array) -> pa.Array:
    """Return lists of `child`, with the lengths and nulls of the lists in `array`."""
    return pa.LargeListArray.from_arrays(make_offsets(array), child, mask=find_nulls(array))


def make_offsets(array: pa.Array) -> pa.Array:
    lengths = pc.fill_null(pc.list_value_length(array), 0).to_numpy(zero_copy_only=False)
    return pa.array(np.concatenate(([0], np.cumsum(lengths, dtype=np.int64))))


def find_nulls(array: pa.Array) -> pa.Array | None:
    return array.is_null() if array.null_count else None
