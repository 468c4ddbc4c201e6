"""How a lowered column is shown in SQL: as SQL's own type for what it means, if there is one."""

from __future__ import annotations

from collections.abc import Callable

import pyarrow as pa

from nbflow.storage.arrow.types import find_sql_type, holds_sql_type, is_list, lower_type
from nbflow.storage.duckdb.type_names import name_type
from nbflow.storage.quoting import quote


def make_expression(field: pa.Field, column: str) -> str:
    """Return SQL that shows a lowered column as SQL's own type for it, where there is one."""
    shown = _make_expression(field.type, column)
    return f"CAST({shown} AS {_make_sql_type(field)})" if holds_sql_type(field) else shown


def _make_sql_type(field: pa.Field) -> str:
    """Return the SQL type of a query's column that holds what Arrow has no type for."""
    kind = field.type
    if find_sql_type(field) or not pa.types.is_map(kind):
        return _make_inner_type(field)
    return f"MAP({_make_inner_type(kind.key_field)}, {_make_inner_type(kind.item_field)})"


def _make_inner_type(field: pa.Field) -> str:
    kind = field.type
    if named := find_sql_type(field):
        return named
    if pa.types.is_map(kind):  # lowered to its pairs
        sides = (("key", kind.key_field), ("value", kind.item_field))
        return f"STRUCT({', '.join(f'{n} {_make_inner_type(f)}' for n, f in sides)})[]"
    if pa.types.is_struct(kind):
        fields = (kind.field(place) for place in range(kind.num_fields))
        return f"STRUCT({', '.join(f'{quote(f.name)} {_make_inner_type(f)}' for f in fields)})"
    if is_list(kind):
        size = kind.list_size if pa.types.is_fixed_size_list(kind) else ""
        return f"{_make_inner_type(kind.value_field)}[{size}]"
    return name_type(lower_type(kind))


def find_shown_type(kind: pa.DataType) -> str:
    """Return the SQL type that an expression makes of a lowered column, "" if it stays as it is."""
    if isinstance(kind, pa.BaseExtensionType):
        return _find_extension_type(kind)
    return next((name for test, name in _SHOWN if test(kind)), "")


def _make_expression(kind: pa.DataType, column: str) -> str:
    if isinstance(kind, pa.BaseExtensionType):
        return _make_extension_expression(kind, column)
    if pa.types.is_duration(kind):
        return _DURATIONS[kind.unit].format(column)
    if pa.types.is_timestamp(kind) and kind.tz and kind.unit != "us":
        return f"make_timestamptz(epoch_us({column}))"
    if pa.types.is_date64(kind):
        return f"CAST({column} AS DATE)"
    if pa.types.is_time64(kind) and kind.unit == "ns":
        return f"TIME '00:00:00' + to_microseconds({column} // 1000)"
    if pa.types.is_map(kind):
        return f"map_from_entries({column})"
    return column


def _make_extension_expression(kind: pa.BaseExtensionType, column: str) -> str:
    if kind.extension_name == "arrow.uuid":
        return f"CAST(hex({column}) AS UUID)"
    if kind.extension_name == "arrow.bool8":
        return f"CAST({column} AS BOOLEAN)"
    if kind.extension_name == "pandas.period":
        return _PERIODS.get(_find_frequency(kind), "{}").format(column)
    return _make_expression(kind.storage_type, column)


def _find_extension_type(kind: pa.BaseExtensionType) -> str:
    if kind.extension_name in _EXTENSIONS:
        return _EXTENSIONS[kind.extension_name]
    if kind.extension_name == "pandas.period":
        return "DATE" if _find_frequency(kind) in _PERIODS else ""
    return find_shown_type(kind.storage_type)


def _find_frequency(kind: pa.BaseExtensionType) -> str:
    return str(kind.freq.split("-")[0].lstrip("0123456789"))


_DURATIONS = {
    "s": "to_microseconds({} * 1000000)",
    "ms": "to_microseconds({} * 1000)",
    "us": "to_microseconds({})",
    "ns": "to_microseconds({} // 1000)",
}
_MONTHS = "CAST(DATE '1970-01-01' + to_months(CAST({} AS INTEGER){}) AS DATE)"
_PERIODS = {  # a period's first day, from its ordinal
    "D": "DATE '1970-01-01' + CAST({} AS INTEGER)",
    "M": _MONTHS.format("{}", ""),
}
_EXTENSIONS = {"arrow.uuid": "UUID", "arrow.bool8": "BOOLEAN"}
_SHOWN: tuple[tuple[Callable[[pa.DataType], bool], str], ...] = (
    (pa.types.is_duration, "INTERVAL"),
    (lambda kind: pa.types.is_timestamp(kind) and bool(kind.tz), "TIMESTAMP WITH TIME ZONE"),
    (pa.types.is_date64, "DATE"),
    (pa.types.is_time64, "TIME"),
)
