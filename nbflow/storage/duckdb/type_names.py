"""What DuckDB calls the types that it keeps."""

from __future__ import annotations

from collections.abc import Callable

import pyarrow as pa

from nbflow.storage.arrow.types import is_list


def name_type(kind: pa.DataType) -> str:
    """Return DuckDB's name of a type that it keeps; raises LookupError where only it knows."""
    if pa.types.is_decimal(kind):
        return f"DECIMAL({kind.precision},{kind.scale})"
    if pa.types.is_fixed_size_list(kind):
        return f"{name_type(kind.value_type)}[{kind.list_size}]"
    if is_list(kind):
        return f"{name_type(kind.value_type)}[]"
    if pa.types.is_timestamp(kind):
        return "TIMESTAMP WITH TIME ZONE" if kind.tz else f"TIMESTAMP{_UNITS[kind.unit]}"
    return next(name for test, name in _NAMES if test(kind))


_UNITS = {"s": "_S", "ms": "_MS", "us": "", "ns": "_NS"}
_t = pa.types


def _raise(kind: pa.DataType) -> bool:
    raise LookupError(str(kind))


_NAMES: tuple[tuple[Callable[[pa.DataType], bool], str], ...] = (
    (_t.is_int64, "BIGINT"),
    (_t.is_float64, "DOUBLE"),
    (_t.is_string, "VARCHAR"),
    (_t.is_large_string, "VARCHAR"),
    (_t.is_boolean, "BOOLEAN"),
    (_t.is_int32, "INTEGER"),
    (_t.is_int16, "SMALLINT"),
    (_t.is_int8, "TINYINT"),
    (_t.is_uint64, "UBIGINT"),
    (_t.is_uint32, "UINTEGER"),
    (_t.is_uint16, "USMALLINT"),
    (_t.is_uint8, "UTINYINT"),
    (_t.is_float32, "FLOAT"),
    (_t.is_date32, "DATE"),
    (_t.is_time, "TIME"),
    (_t.is_string_view, "VARCHAR"),
    (_t.is_binary, "BLOB"),
    (_t.is_large_binary, "BLOB"),
    (_t.is_binary_view, "BLOB"),
    (_t.is_interval, "INTERVAL"),
    (_raise, ""),
)
