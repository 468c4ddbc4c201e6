"""The Arrow types that DuckDB keeps exactly, and the types to keep instead of the others."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

SQL_TYPE = b"nbflow.sql"  # in a field's metadata: an SQL type that Arrow has no type for
HUGE = {SQL_TYPE: b"HUGEINT"}  # integers, which Arrow has as decimals
_WIDEST_DECIMAL = 38
_LONGEST_ARRAY = 1000
_t = pa.types


class NotExact(Exception):  # noqa: N818 - not an error: the value is kept in another way
    """Why DuckDB and Arrow cannot give a value back as it was."""


def find_sql_type(field: pa.Field) -> str:
    """Return the SQL type that a field is marked with, "" for none."""
    named: bytes = (field.metadata or {}).get(SQL_TYPE, b"")
    return named.decode()


def holds_sql_type(field: pa.Field) -> bool:
    """Tell whether a field is marked, or one inside of it."""
    if isinstance(field.type, pa.BaseExtensionType):
        return False
    return bool(find_sql_type(field)) or any(map(holds_sql_type, find_fields(field.type)))


def find_fields(kind: pa.DataType) -> list[pa.Field]:
    """Return the fields within a nested type: of a map those of its keys and its items."""
    if _t.is_map(kind):
        return [kind.key_field, kind.item_field]
    return [kind.field(place) for place in range(kind.num_fields)]


def make_nested(kind: pa.DataType, fields: list[pa.Field]) -> pa.DataType:
    """Return a nested type with other fields within."""
    if _t.is_struct(kind):
        return pa.struct(fields)
    if _t.is_map(kind):
        return pa.map_(*fields)
    if _t.is_fixed_size_list(kind):
        return pa.list_(fields[0], kind.list_size)
    if _t.is_large_list(kind):
        return pa.large_list(fields[0])
    return pa.list_(fields[0]) if _t.is_list(kind) else kind


def encode_type(kind: pa.DataType) -> pa.DataType:
    """Return the type that DuckDB keeps exactly for this one; raises NotExact."""
    if is_kept(kind):
        return kind
    if isinstance(kind, pa.BaseExtensionType):
        return encode_type(kind.storage_type)
    for test, encode in _ENCODED:
        if test(kind):
            return encode(kind)
    raise NotExact(f"Arrow's type {kind} has no form in DuckDB that gives it back exactly")


def is_kept(kind: pa.DataType) -> bool:
    """Tell whether DuckDB gives this type's values back exactly, up to a cast."""
    if isinstance(kind, pa.BaseExtensionType):
        return False
    if _t.is_timestamp(kind):
        return bool(kind.tz is None or kind.unit == "us")
    if _t.is_time64(kind):
        return bool(kind.unit == "us")
    if _t.is_decimal128(kind):
        return bool(0 <= kind.scale <= kind.precision)
    if _t.is_struct(kind):
        return _is_sql_struct(kind) and all(is_kept(field.type) for field in kind)
    if is_list(kind):
        return _is_sql_list(kind) and is_kept(kind.value_type)
    return any(test(kind) for test in _KEPT)


def holds(test: Callable[[pa.DataType], bool], kind: pa.DataType) -> bool:
    """Tell whether a type, or one inside of it, is of this kind."""
    if isinstance(kind, pa.BaseExtensionType):
        return holds(test, kind.storage_type)
    if test(kind):
        return True
    if _t.is_dictionary(kind) or _t.is_run_end_encoded(kind):
        return holds(test, kind.value_type)
    return any(holds(test, field.type) for field in find_fields(kind))


def is_list(kind: pa.DataType) -> bool:
    plain = _t.is_list(kind) or _t.is_large_list(kind) or _t.is_fixed_size_list(kind)
    return plain or is_view(kind)


def is_view(kind: pa.DataType) -> bool:
    return bool(_t.is_list_view(kind) or _t.is_large_list_view(kind))


def _is_sql_list(kind: pa.DataType) -> bool:
    fixed = _t.is_fixed_size_list(kind)
    return not is_view(kind) and not (fixed and not 0 < kind.list_size <= _LONGEST_ARRAY)


def _is_sql_struct(kind: pa.StructType) -> bool:
    names = [field.name.casefold() for field in kind]
    return bool(names) and all(names) and len(set(names)) == len(names)


_KEPT: tuple[Callable[[pa.DataType], bool], ...] = (
    *(_t.is_boolean, _t.is_integer, _t.is_float32, _t.is_float64, _t.is_date32, _t.is_time32),
    *(_t.is_string, _t.is_large_string, _t.is_string_view),
    *(_t.is_binary, _t.is_large_binary, _t.is_binary_view),
)


def _encode_dictionary(kind: pa.DictionaryType) -> pa.DataType:
    nothing = pa.array([], kind.value_type)
    try:
        pc.index_in(nothing, nothing)
    except (pa.ArrowException, NotImplementedError) as error:
        raise NotExact(f"a dictionary of {kind.value_type} cannot be looked up again") from error
    return encode_type(kind.value_type)


def _encode_decimal(kind: pa.DataType) -> pa.DataType:
    if kind.precision <= _WIDEST_DECIMAL and 0 <= kind.scale <= kind.precision:
        return pa.decimal128(kind.precision, kind.scale)
    return pa.string()


def _encode_list_type(kind: pa.DataType) -> pa.DataType:
    if _t.is_fixed_size_list(kind) and not kind.list_size:
        raise NotExact("lists of the fixed size 0 have no form in DuckDB")
    return pa.large_list(encode_type(kind.value_type))


def _encode_struct_type(kind: pa.StructType) -> pa.DataType:
    if not kind.num_fields:
        return pa.bool_()
    sound = _is_sql_struct(kind)
    return pa.struct(
        (field.name if sound else f"f{place}", encode_type(field.type))
        for place, field in enumerate(kind)
    )


def _encode_map_type(kind: pa.MapType) -> pa.DataType:
    pair = [("key", encode_type(kind.key_type)), ("value", encode_type(kind.item_type))]
    return pa.large_list(pa.struct(pair))


_ENCODED: tuple[tuple[Callable[[pa.DataType], bool], Callable[[Any], pa.DataType]], ...] = (
    (_t.is_null, lambda _: pa.int32()),
    (_t.is_interval, lambda kind: kind),
    (_t.is_duration, lambda _: pa.int64()),
    (_t.is_float16, lambda _: pa.float32()),
    (_t.is_timestamp, lambda kind: pa.timestamp(kind.unit)),
    (_t.is_date64, lambda _: pa.timestamp("ms")),
    (_t.is_time64, lambda _: pa.int64()),
    (_t.is_decimal, _encode_decimal),
    (_t.is_fixed_size_binary, lambda _: pa.binary()),
    (_t.is_dictionary, _encode_dictionary),
    (_t.is_run_end_encoded, lambda kind: encode_type(kind.value_type)),
    (_t.is_map, _encode_map_type),
    (_t.is_struct, _encode_struct_type),
    (is_list, _encode_list_type),
)
