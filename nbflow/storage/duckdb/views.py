"""`step.table` as views in an in-memory schema, and queries over them."""
# ruff: noqa: S608 - names go through quote()

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import duckdb

from nbflow.errors import StoreError
from nbflow.storage.duckdb.connections import process_connection
from nbflow.storage.duckdb.querying import attached_table
from nbflow.storage.quoting import quote

__all__ = ["make_view", "query", "quote"]


def make_view(connection: duckdb.DuckDBPyConnection, schema: str, name: str, folder: Path) -> None:
    """Make `schema.name` show a table of a result; replaces an older view of that name."""
    with attached_table(connection, folder, name, stays=True) as alias:
        source = f"{quote(alias)}.main.{quote(name)}"
    view = f"memory.{quote(schema)}.{quote(name)}"
    try:
        # Not on a cursor: a lazy result on the connection would hide the new view from it.
        connection.execute(f"CREATE SCHEMA IF NOT EXISTS memory.{quote(schema)}")
        connection.execute(f"CREATE OR REPLACE VIEW {view} AS SELECT * FROM {source}")
    except duckdb.Error as error:
        raise StoreError(
            f"{schema}.{name} cannot be shown: {error}\nIf an earlier result is still being read"
            " batch by batch, read it to its end or delete it first."
        ) from error


def query(
    sql: str,
    tables: Mapping[tuple[str, str], Path],
    parameters: Any = None,
) -> duckdb.DuckDBPyRelation:
    """Return a lazy relation on the process connection, in which `tables` are views.

    `tables` maps (schema, table) to the folder of the result that holds it.
    """
    connection = process_connection()
    for (schema, name), folder in tables.items():
        make_view(connection, schema, name, folder)
    return connection.sql(sql, params=parameters)
