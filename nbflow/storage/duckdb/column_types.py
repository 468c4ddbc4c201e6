"""What a table's columns are called in SQL and of which type, without loading DuckDB for it."""

from __future__ import annotations

import pyarrow as pa

from nbflow.storage.arrow.sql_expressions import find_shown_type
from nbflow.storage.arrow.types import find_sql_type, holds_sql_type, lower_type
from nbflow.storage.duckdb.type_names import name_type
from nbflow.storage.quoting import make_unique


def make_columns(schema: pa.Schema) -> dict[str, str]:
    """Return the columns as people see them, with their SQL types."""
    names = make_sql_names(schema)
    try:
        kinds = [_name_column(field) for field in schema]
    except LookupError:  # a struct: only DuckDB knows which names in it are quoted
        from nbflow.storage.duckdb.filling import ask_types  # noqa: PLC0415 - loads duckdb

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
    if named := find_sql_type(field):
        return named
    if holds_sql_type(field):
        raise LookupError(field.name)
    return find_shown_type(field.type) or name_type(lower_type(field.type))
