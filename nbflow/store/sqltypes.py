"""What a table's columns are called in SQL and of which type, without loading DuckDB for it."""

from __future__ import annotations

from collections.abc import Callable

import pyarrow as pa

from nbflow.store.arrowtypes import HUGE, is_list, lower_type
from nbflow.store.expressions import find_shown_type
from nbflow.store.names import make_unique


def make_columns(schema: pa.Schema) -> dict[str, str]:
    """Return the columns as people see them, with their SQL types."""
    names = make_sql_names(schema)
    try:
        kinds = [_name_column(field) for field in schema]
    except LookupError:  # a struct: only DuckDB knows which names in it are quoted
        from nbflow.store.filling import ask_types  # noqa: PLC0415 - loads duckdb

        kinds = ask_types(schema, names)
    return dict(zip(names, kinds, strict=True))


def make_sql_names(schema: pa.Schema) -> list[str]:
    """Return the columns' names in SQL: unique whatever their case, none empty."""
    names = schema.names
    unnamed = [name for name in names if name.startswith("__index_level_")]
    return make_unique(
        _name_level(name, alone=len(unnamed) == 1) if name in unnamed else name for name in names
    )


def _name_level(name: str, *, alone: bool) -> str:
    """Return an unnamed index level as pandas' reset_index names it."""
    return "index" if alone else name.strip("_").removeprefix("index_")


def _name_column(field: pa.Field) -> str:
    if field.metadata == HUGE:
        return "HUGEINT"
    return find_shown_type(field.type) or _name_type(lower_type(field.type))


def _name_type(kind: pa.DataType) -> str:
    """Return DuckDB's name of a type that it keeps; raises LookupError where only it knows."""
    if pa.types.is_decimal(kind):
        return f"DECIMAL({kind.precision},{kind.scale})"
    if pa.types.is_fixed_size_list(kind):
        return f"{_name_type(kind.value_type)}[{kind.list_size}]"
    if is_list(kind):
        return f"{_name_type(kind.value_type)}[]"
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
