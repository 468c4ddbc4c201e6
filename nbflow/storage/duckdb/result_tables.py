"""Tables in DuckDB files of results: read in part, or shown as views `step.table`."""
# ruff: noqa: S608 - names go through quote()

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa

from nbflow.base.nearest import say_nearest
from nbflow.errors import DamageError, StoreError, UnknownNameError
from nbflow.storage.arrow.codec import Codec
from nbflow.storage.duckdb.column_types import make_sql_names, make_view_sql
from nbflow.storage.duckdb.connections import attached, process_connection, set_aside
from nbflow.storage.duckdb.database_file import find_fault
from nbflow.storage.duckdb.filling import fill
from nbflow.storage.duckdb.relations import read_relation
from nbflow.storage.quoting import quote, quote_text


class Query:
    """One table of a result's DuckDB file, and a condition over its columns as people see them."""

    def __init__(
        self,
        folder: Path,
        name: str,
        where: str | None,
        connection: duckdb.DuckDBPyConnection | None,
    ) -> None:
        self.folder, self.name, self.where = folder, name, where
        self.connection = connection or process_connection()
        with attached_table(self.connection, folder, name) as alias:
            self.codec = Codec.from_bytes(_find_schema(self.connection, alias, name)[0])
        self.schema: pa.Schema = self.codec.schema
        self.names = make_sql_names(self.schema)

    def read(self, places: list[int]) -> pa.Table:
        """Return the columns at these places as they were written."""
        with attached_table(self.connection, self.folder, self.name) as alias:
            relation = self._select(self.connection.cursor(), alias, places)
            return self.codec.decode_table(relation.to_arrow_table(), places)

    def stream(self, places: list[int]) -> Iterator[pa.RecordBatch]:
        with attached_table(self.connection, self.folder, self.name, stays=True) as alias:
            batches = read_relation(self._select(self.connection.cursor(), alias, places))
        return (self.codec.decode_table(batch, places) for batch in batches)

    def relate(self, places: list[int]) -> duckdb.DuckDBPyRelation:
        shown = ", ".join(quote(self.names[place]) for place in places)
        with attached_table(self.connection, self.folder, self.name, stays=True) as alias:
            source = f"{quote(alias)}.main.{quote(self.name)}"
            return self._ask(self.connection, f"SELECT {shown} FROM {source}")

    def _select(
        self, connection: duckdb.DuckDBPyConnection, alias: str, places: list[int]
    ) -> duckdb.DuckDBPyRelation:
        """Return physical columns; a condition sees the columns as users do."""
        source = f"{quote(alias)}.nbflow.{quote(self.name)}"
        if self.where is None:
            wanted = ", ".join(f"c{place}" for place in places)
            return connection.sql(f"SELECT {wanted} FROM {source}")
        prefix = "nbflow c"
        while any(name.casefold().startswith(prefix) for name in self.names):
            prefix = f"_{prefix}"
        physical = ", ".join(f"c{place} AS {quote(f'{prefix}{place}')}" for place in set(places))
        shown = make_view_sql(self.schema, self.names)
        wanted = ", ".join(quote(f"{prefix}{place}") for place in places)
        query = f"SELECT {wanted} FROM (SELECT {physical}, {shown} FROM {source})"
        return self._ask(connection, query)

    def _ask(self, connection: duckdb.DuckDBPyConnection, query: str) -> duckdb.DuckDBPyRelation:
        where = self.where
        try:
            return connection.sql(query if where is None else f"{query} WHERE ({where}\n)")
        except duckdb.Error as error:
            missing = re.search(r'Referenced column "(.*?)" not found', str(error))
            if missing:
                raise UnknownNameError(
                    f"{self.name!r} has no column {missing[1]!r}, which where={where!r} names."
                    f" {say_nearest(missing[1], self.names, repr)}"
                ) from None
            raise StoreError(
                f"where={where!r} is no condition that DuckDB understands: {error}\nWrite what"
                f" could follow WHERE in SQL, over the columns {', '.join(self.names[:20])}."
            ) from None


def make_view(connection: duckdb.DuckDBPyConnection, schema: str, name: str, folder: Path) -> None:
    """Make `schema.name` show a table of a result; replaces an older view of that name."""
    with attached_table(connection, folder, name, stays=True) as alias:
        source = f"{quote(alias)}.main.{quote(name)}"
    _make_view(connection, schema, name, f"SELECT * FROM {source}")


def make_merged_view(
    connection: duckdb.DuckDBPyConnection, schema: str, name: str, folders: Mapping[str, Path]
) -> None:
    """Make `schema.name` show the rows of several results, with a first column `run`.

    `folders` maps what stands in that column to the results. What a table has no column for is
    null. Raises StoreError where a table has a column `run` of its own.
    """
    selects = []
    for run, folder in folders.items():
        with attached_table(connection, folder, name, stays=True) as alias:
            source = f"{quote(alias)}.main.{quote(name)}"
        described = connection.cursor().execute(f"SELECT * FROM {source} LIMIT 0").description
        refuse_own_run(f"{schema}.{name}", [column[0] for column in described or ()])
        selects.append(f"SELECT {quote_text(run)} AS run, * FROM {source}")
    _make_view(connection, schema, name, " UNION ALL BY NAME ".join(selects))


def refuse_own_run(ref: str, columns: Iterable[str]) -> None:
    """Raise StoreError where a table has a column `run`, in which the run's name is to stand."""
    if any(str(column).casefold() == "run" for column in columns):
        raise StoreError(
            f"{ref} has a column run itself, and the names of several runs stand in a column of"
            " that name. Read each run alone."
        )


def _make_view(connection: duckdb.DuckDBPyConnection, schema: str, name: str, select: str) -> None:
    view = f"memory.{quote(schema)}.{quote(name)}"
    try:
        # Not on a cursor: a lazy result on the connection would hide the new view from it.
        connection.execute(f"CREATE SCHEMA IF NOT EXISTS memory.{quote(schema)}")
        connection.execute(f"CREATE OR REPLACE VIEW {view} AS {select}")
    except duckdb.Error as error:
        raise StoreError(
            f"{schema}.{name} cannot be shown: {error}\nIf an earlier result is still being read"
            " batch by batch, read it to its end or delete it first."
        ) from error


def query(
    sql: str,
    tables: Mapping[tuple[str, str], Path | Mapping[str, Path]],
    parameters: Any = None,
) -> duckdb.DuckDBPyRelation:
    """Return a lazy relation on the process connection, in which `tables` are views.

    `tables` maps (schema, table) to the folder of the result that holds it, or to those of several
    runs by their names, see `make_merged_view`.
    """
    connection = process_connection()
    for (schema, name), folder in tables.items():
        if isinstance(folder, Path):
            make_view(connection, schema, name, folder)
        else:
            make_merged_view(connection, schema, name, folder)
    return connection.sql(sql, params=parameters)


@contextmanager
def attached_table(
    connection: duckdb.DuckDBPyConnection, folder: Path, name: str, *, stays: bool = False
) -> Iterator[str]:
    """Attach the file that holds a table while the block runs, with `stays` for longer.

    The file is filled first where that was not done yet. It is filled again where a running step
    has written the table since, and where DuckDB refuses the file although its size is right.
    """
    if find_fault(folder):
        fill(folder)
    with ExitStack() as stack:
        try:
            alias = stack.enter_context(attached(connection, folder, stays=stays))
            if not _find_schema(connection, alias, name):
                _fill_again(connection, folder)
        except (StoreError, duckdb.Error) as error:
            if isinstance(error, DamageError):
                raise
            stack.close()
            _fill_again(connection, folder)
            alias = stack.enter_context(attached(connection, folder, stays=stays))
        yield alias


def _fill_again(connection: duckdb.DuckDBPyConnection, folder: Path) -> None:
    with set_aside(connection, folder):
        fill(folder, again=True)


def _find_schema(connection: duckdb.DuckDBPyConnection, alias: str, name: str) -> list[bytes]:
    query = f"SELECT schema FROM {quote(alias)}.nbflow.schemas WHERE name = ?"
    return [row[0] for row in connection.cursor().execute(query, [name]).fetchall()]
