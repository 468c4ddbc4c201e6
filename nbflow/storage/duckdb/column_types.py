"""A table's columns in SQL: their names, their types, and the expressions that show them."""

from __future__ import annotations

import pyarrow as pa

from nbflow.storage.arrow.types import encode_type, find_sql_type, holds_sql_type, is_list
from nbflow.storage.quoting import make_unique, quote

_ZONED = "TIMESTAMP WITH TIME ZONE"
_NAMES = {  # DuckDB's names of the types that it keeps
    "int8": "TINYINT",
    "int16": "SMALLINT",
    "int32": "INTEGER",
    "int64": "BIGINT",
    "uint8": "UTINYINT",
    "uint16": "USMALLINT",
    "uint32": "UINTEGER",
    "uint64": "UBIGINT",
    "bool": "BOOLEAN",
    "float": "FLOAT",
    "double": "DOUBLE",
    **dict.fromkeys(("string", "large_string", "string_view"), "VARCHAR"),
    **dict.fromkeys(("binary", "large_binary", "binary_view"), "BLOB"),
    **dict.fromkeys(("time32[s]", "time32[ms]", "time64[us]"), "TIME"),
    "timestamp[s]": "TIMESTAMP_S",
    "timestamp[ms]": "TIMESTAMP_MS",
    "timestamp[us]": "TIMESTAMP",
    "timestamp[ns]": "TIMESTAMP_NS",
    "date32[day]": "DATE",
    "month_day_nano_interval": "INTERVAL",
}
_AS_IT_IS = ("", "{}")
# SQL's own type for what an encoded column means, and the expression that makes it.
_SHOWN = {
    "duration[s]": ("INTERVAL", "to_microseconds({} * 1000000)"),
    "duration[ms]": ("INTERVAL", "to_microseconds({} * 1000)"),
    "duration[us]": ("INTERVAL", "to_microseconds({})"),
    "duration[ns]": ("INTERVAL", "to_microseconds({} // 1000)"),
    "date64[ms]": ("DATE", "CAST({} AS DATE)"),
    "time64[ns]": ("TIME", "TIME '00:00:00' + to_microseconds({} // 1000)"),
}
_EXTENSIONS = {
    "arrow.uuid": ("UUID", "CAST(hex({}) AS UUID)"),
    "arrow.bool8": ("BOOLEAN", "CAST({} AS BOOLEAN)"),
}
_PERIODS = {  # a period's first day, from its ordinal, by the frequency
    "D": ("DATE", "DATE '1970-01-01' + CAST({} AS INTEGER)"),
    "M": ("DATE", "CAST(DATE '1970-01-01' + to_months(CAST({} AS INTEGER)) AS DATE)"),
}


def make_columns(schema: pa.Schema) -> dict[str, str]:
    """Return the columns' names and SQL types as people see them; mostly DuckDB is not loaded."""
    names = make_sql_names(schema)
    try:
        kinds = list(map(_name_column, schema))
    except LookupError:  # a struct: only DuckDB knows which names in it are quoted
        kinds = _ask_types(schema, names)
    return dict(zip(names, kinds, strict=True))


def make_sql_names(schema: pa.Schema) -> list[str]:
    """Return the columns' names in SQL: unique whatever their case, none empty."""
    names = schema.names
    unnamed = [name for name in names if name.startswith("__index_level_")]
    return make_unique(
        _name_level(name, alone=len(unnamed) == 1) if name in unnamed else name for name in names
    )


def make_view_sql(schema: pa.Schema, names: list[str]) -> str:
    """Return the SELECT list that shows the encoded columns of a schema under these names."""
    shown = [_make_expression(field, f"c{place}") for place, field in enumerate(schema)]
    return ", ".join(f"{one} AS {quote(name)}" for one, name in zip(shown, names, strict=True))


def _ask_types(schema: pa.Schema, names: list[str]) -> list[str]:
    """Return the SQL types of a table's columns as DuckDB calls them."""
    from nbflow.storage.arrow.codec import Codec  # noqa: PLC0415 - a write mostly needs neither
    from nbflow.storage.duckdb.connections import process_connection  # noqa: PLC0415 - loads duckdb

    rows = pa.RecordBatchReader.from_batches(Codec(schema).encoded, [])
    shown = process_connection().cursor().from_arrow(rows).project(make_view_sql(schema, names))
    return list(map(str, shown.types))


def _name_level(name: str, *, alone: bool) -> str:
    """Return an unnamed index level as pandas' reset_index names it."""
    return "index" if alone else name.strip("_").removeprefix("index_")


def _name_column(field: pa.Field) -> str:
    if named := find_sql_type(field):
        return named
    if holds_sql_type(field):
        raise LookupError(field.name)
    return _find_shown(field.type)[0] or _name_type(encode_type(field.type))


def _name_type(kind: pa.DataType) -> str:
    """Return DuckDB's name of a type that it keeps; raises LookupError where only DuckDB knows."""
    if pa.types.is_decimal(kind):
        return f"DECIMAL({kind.precision},{kind.scale})"
    if is_list(kind):
        return f"{_name_type(kind.value_type)}[{_find_size(kind)}]"
    if pa.types.is_timestamp(kind) and kind.tz:
        return _ZONED
    return _NAMES[str(kind)]


def _find_size(kind: pa.DataType) -> str:
    return str(kind.list_size) if pa.types.is_fixed_size_list(kind) else ""


def _make_expression(field: pa.Field, column: str) -> str:
    """Return the SQL expression that shows an encoded column, as SQL's own type if it has one."""
    shown = _find_shown(field.type)[1].format(column)
    return f"CAST({shown} AS {_make_marked_type(field)})" if holds_sql_type(field) else shown


def _find_shown(kind: pa.DataType) -> tuple[str, str]:
    """Return SQL's own type for what an encoded column means, "" for none, and its expression."""
    if isinstance(kind, pa.BaseExtensionType):
        if kind.extension_name == "pandas.period":
            frequency = str(kind.freq.split("-")[0].lstrip("0123456789"))
            return _PERIODS.get(frequency, _AS_IT_IS)
        return _EXTENSIONS.get(kind.extension_name) or _find_shown(kind.storage_type)
    if pa.types.is_timestamp(kind) and kind.tz:
        return _ZONED, "{}" if kind.unit == "us" else "make_timestamptz(epoch_us({}))"
    if pa.types.is_map(kind):
        return "", "map_from_entries({})"
    return _SHOWN.get(str(kind), _AS_IT_IS)


def _make_marked_type(field: pa.Field) -> str:
    """Return the SQL type of a query's column that holds what Arrow has no type for."""
    kind = field.type
    if find_sql_type(field) or not pa.types.is_map(kind):
        return _make_inner_type(field)
    return f"MAP({_make_inner_type(kind.key_field)}, {_make_inner_type(kind.item_field)})"


def _make_inner_type(field: pa.Field) -> str:
    kind = field.type
    if named := find_sql_type(field):
        return named
    if pa.types.is_map(kind):  # encoded as its pairs
        sides = (("key", kind.key_field), ("value", kind.item_field))
        return f"STRUCT({', '.join(f'{n} {_make_inner_type(f)}' for n, f in sides)})[]"
    if pa.types.is_struct(kind):
        return f"STRUCT({', '.join(f'{quote(f.name)} {_make_inner_type(f)}' for f in kind)})"
    if is_list(kind):
        return f"{_make_inner_type(kind.value_field)}[{_find_size(kind)}]"
    return _name_type(encode_type(kind))
