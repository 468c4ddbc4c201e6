"""How a table differs from an earlier one: found by DuckDB, whatever the tables' size."""
# ruff: noqa: S608 - names go through quote()

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import duckdb

from nbflow.base.nearest import say_nearest
from nbflow.errors import StoreError, UnknownNameError
from nbflow.model import Frozen
from nbflow.model.table_differences import (
    CellChange,
    ColumnChange,
    ColumnDifference,
    RowChange,
    TableDifference,
)
from nbflow.storage.duckdb.column_measures import Column, make_text
from nbflow.storage.duckdb.connections import process_connection
from nbflow.storage.duckdb.result_tables import attached_table
from nbflow.storage.duckdb.table_keys import find_key, is_unique
from nbflow.storage.quoting import quote

_CLOSE = 1e-9  # of two floats' size
_EXAMPLES = 20  # rows of each kind
_COLUMNS = 12  # that examples show
_LONGEST = 80  # characters of a value in an example
_PLACE = Column("place", "BIGINT")  # of a row, in place of a key


class _Pair(Frozen, frozen=True):
    """Two tables as DuckDB knows them, and the columns that both have, by name."""

    cursor: Any
    sources: tuple[str, str]
    rows: tuple[int, int]
    before: dict[str, Column]
    after: dict[str, Column]

    @property
    def shared(self) -> list[str]:
        return [name for name in self.before if name in self.after]

    @property
    def same(self) -> list[str]:
        """The columns that have one type in both."""
        return [name for name in self.shared if self.before[name].type == self.after[name].type]


class _Counts(Frozen, frozen=True):
    """What joining two tables tells; the columns are those that differ."""

    added: int
    removed: int
    changed: int
    close: int
    columns: tuple[ColumnDifference, ...]


def compare_tables(
    before: Path, after: Path, name: str, key: Sequence[str] = ()
) -> TableDifference:
    """Return how the table of one result's folder differs from that of an earlier one.

    Rows are told apart by the columns of `key`; without it, by columns that are unique in both
    tables, if there are such. Raises UnknownNameError for a key that a table does not have,
    StoreError for one that is not unique, and DamageError where a table cannot be read.
    """
    connection = process_connection()
    with (
        attached_table(connection, before, name) as old,
        attached_table(connection, after, name) as new,
        connection.cursor() as cursor,
    ):
        sources = tuple(f"{quote(alias)}.main.{quote(name)}" for alias in (old, new))
        return _compare(_read_pair(cursor, (sources[0], sources[1])), key, name)


def _compare(pair: _Pair, key: Sequence[str], name: str) -> TableDifference:
    schema = _find_schema_changes(pair)
    if not schema and (order := _find_order(pair)):
        return TableDifference(order, pair.rows)
    columns = _check_key(pair, key, name) if key else _find_key(pair)
    if columns:
        return _compare_by_key(pair, schema, columns, found=not key)
    return _compare_rows(pair, schema)


def _read_pair(cursor: duckdb.DuckDBPyConnection, sources: tuple[str, str]) -> _Pair:
    rows = [_read_one(cursor, f"SELECT count(*) FROM {source}")[0] for source in sources]
    before, after = (_read_columns(cursor, source) for source in sources)
    return _Pair(cursor, sources, (rows[0], rows[1]), before, after)


def _read_columns(cursor: duckdb.DuckDBPyConnection, source: str) -> dict[str, Column]:
    described = cursor.execute(f"SELECT * FROM {source} LIMIT 0").description or []
    return {one[0]: Column(quote(one[0]), str(one[1])) for one in described}


def _read_one(cursor: duckdb.DuckDBPyConnection, query: str) -> tuple[Any, ...]:
    return cursor.execute(query).fetchone() or ()


def _find_schema_changes(pair: _Pair) -> tuple[ColumnChange, ...]:
    names = [*pair.before, *(name for name in pair.after if name not in pair.before)]
    missing = Column("", "")
    changes = (
        ColumnChange(name, pair.before.get(name, missing).type, pair.after.get(name, missing).type)
        for name in names
    )
    return tuple(one for one in changes if one.before != one.after)


def _find_order(pair: _Pair) -> Any:
    """Return "equal" or "reordered" for tables with the same rows, "" for others.

    Rows are compared by sums of their hashes, which does not depend on their order.
    """
    if pair.rows[0] != pair.rows[1]:
        return ""
    names = ", ".join(pair.before[name].sql for name in pair.shared)
    if not names:
        return "equal"
    sums = f"sum(hash({names})::HUGEINT), sum(hash(place, {names})::HUGEINT)"
    placed = "SELECT *, row_number() OVER () AS place FROM"
    before, after = (
        _read_one(pair.cursor, f"SELECT {sums} FROM ({placed} {source})") for source in pair.sources
    )
    return "equal" if before == after else "reordered" if before[0] == after[0] else ""


# --- by a key -----------------------------------------------------------------------------------


def _check_key(pair: _Pair, key: Sequence[str], name: str) -> tuple[Column, ...]:
    for one in key:
        if one not in pair.shared:
            hint = say_nearest(one, pair.shared, repr)
            raise UnknownNameError(f"{name!r} has no column {one!r} in both runs. {hint}")
    columns = tuple(pair.before[one] for one in key)
    if all(is_unique(pair.cursor, source, columns) for source in pair.sources):
        return columns
    raise StoreError(
        f"{', '.join(key)} is no key of {name!r}: several rows have the same. Name more columns,"
        " or none: then rows are compared as wholes."
    )


def _find_key(pair: _Pair) -> tuple[Column, ...]:
    if not all(pair.rows):
        return ()
    return find_key(pair.cursor, pair.sources, [pair.before[name] for name in pair.same])


def _compare_by_key(
    pair: _Pair, schema: tuple[ColumnChange, ...], key: tuple[Column, ...], *, found: bool
) -> TableDifference:
    keys = [column.sql for column in key]
    names = [name for name in pair.shared if pair.before[name].sql not in keys]
    joined = _join(pair, key, names)
    counts = _count(pair, joined, names)
    return TableDifference(
        kind=_find_kind(counts, schema),
        rows=pair.rows,
        schema=schema,
        key=tuple(name for name in pair.before if pair.before[name].sql in keys),
        key_found=found,
        added=counts.added,
        removed=counts.removed,
        changed=counts.changed,
        close=counts.close,
        columns=counts.columns,
        examples=tuple(_read_examples(pair, joined, key, names, counts)),
    )


def _find_kind(counts: _Counts, schema: tuple[ColumnChange, ...]) -> Any:
    if schema or counts.added or counts.removed or counts.changed:
        return "different"
    return "last-digit" if counts.close else "reordered"


def _join(pair: _Pair, key: Sequence[Column], names: Sequence[str]) -> str:
    """Return the query that joins both tables: k0… of a key, a0…, b0… values, d0…, f0… marks.

    `d0` says that the values differ, `f0` that they differ by more than the last digits.
    """
    sides = [
        _select(source, columns, key, names, letter)
        for source, columns, letter in zip(
            pair.sources, (pair.before, pair.after), "ab", strict=True
        )
    ]
    on = " AND ".join(f"a.k{at} IS NOT DISTINCT FROM b.k{at}" for at in range(len(key)))
    keys = ", ".join(
        f"CASE WHEN a.m IS NULL THEN b.k{at} ELSE a.k{at} END AS k{at}" for at in range(len(key))
    )
    marks = "".join(
        f", a{at} IS DISTINCT FROM b{at} AS d{at}, {_make_far(pair, name, at)} AS f{at}"
        for at, name in enumerate(names)
    )
    values = "".join(f", a{at}, b{at}" for at in range(len(names)))
    return (
        f"SELECT {keys}{values}{marks}, a.m IS NULL AS added, b.m IS NULL AS removed"
        f" FROM ({sides[0]}) a FULL JOIN ({sides[1]}) b ON {on}"
    )


def _select(
    source: str,
    columns: dict[str, Column],
    key: Sequence[Column],
    names: Sequence[str],
    side: str,
) -> str:
    place = "row_number() OVER ()"
    keys = [f"{place if one is _PLACE else one.sql} AS k{at}" for at, one in enumerate(key)]
    values = [f"{columns[name].sql} AS {side}{at}" for at, name in enumerate(names)]
    return f"SELECT {', '.join([*keys, *values])}, 1 AS m FROM {source}"


def _make_far(pair: _Pair, name: str, at: int) -> str:
    """Return the SQL condition that two values differ by more than the last digits."""
    before, after = pair.before[name], pair.after[name]
    if not (before.type == after.type or (before.number and after.number)):
        return f"CAST(a{at} AS VARCHAR) IS DISTINCT FROM CAST(b{at} AS VARCHAR)"
    if not (before.floats or after.floats):
        return f"a{at} IS DISTINCT FROM b{at}"
    a, b = f"a{at}::DOUBLE", f"b{at}::DOUBLE"
    near = f"abs({a} - {b}) <= {_CLOSE} * greatest(abs({a}), abs({b}))"
    close = f"coalesce(isfinite({a}) AND isfinite({b}) AND {near}, false)"
    return f"(a{at} IS DISTINCT FROM b{at} AND NOT {close})"


def _count(pair: _Pair, joined: str, names: Sequence[str]) -> _Counts:
    differs, far = (_any(letter, len(names)) for letter in "df")
    asked = ["added", "removed", f"NOT added AND NOT removed AND {far}"]
    asked += [f"NOT added AND NOT removed AND {differs}"]
    for at in range(len(names)):
        asked += [f"NOT added AND NOT removed AND {letter}{at}" for letter in "df"]
    counts = ", ".join(f"count(*) FILTER ({one})" for one in asked)
    added, removed, changed, differing, *each = _read_one(
        pair.cursor, f"SELECT {counts} FROM ({joined})"
    )
    pairs = zip(names, each[::2], each[1::2], strict=True)
    columns = (ColumnDifference(name, found, found - beyond) for name, found, beyond in pairs)
    differing_columns = tuple(one for one in columns if one.changed)
    return _Counts(added, removed, changed, differing - changed, differing_columns)


def _any(letter: str, count: int) -> str:
    return f"({' OR '.join([f'{letter}{at}' for at in range(count)] or ['false'])})"


def _read_examples(
    pair: _Pair, joined: str, key: Sequence[Column], names: Sequence[str], counts: _Counts
) -> list[RowChange]:
    differ = {one.name for one in counts.columns}
    places = [at for at, name in enumerate(names) if name in differ][:_COLUMNS]
    keys = [_cut(one, f"k{at}") for at, one in enumerate(key)]
    order = ", ".join(f"k{at}" for at in range(len(key)))
    kinds = {"changed": _any("d", len(names)), "added": "added", "removed": "removed"}
    found: list[RowChange] = []
    for kind, condition in kinds.items():
        at_both = "NOT added AND NOT removed AND " if kind == "changed" else ""
        texts = _show_values(pair, names, places) if kind == "changed" else []
        query = f"SELECT {', '.join(keys + texts)} FROM ({joined}) WHERE {at_both}{condition}"
        rows = pair.cursor.execute(f"{query} ORDER BY {order} LIMIT {_EXAMPLES}").fetchall()
        shown = [names[at] for at in places] if texts else []
        found += [_make_example(kind, row, len(key), shown) for row in rows]
    return found


def _show_values(pair: _Pair, names: Sequence[str], places: Sequence[int]) -> list[str]:
    """Return for each column: whether it differs, and both texts."""
    parts: list[str] = []
    for at in places:
        texts = (_cut(pair.before[names[at]], f"a{at}"), _cut(pair.after[names[at]], f"b{at}"))
        parts += [f"d{at}", *texts]
    return parts


def _cut(column: Column, value: str) -> str:
    return f"left({make_text(column, value)}, {_LONGEST})"


def _make_example(kind: Any, row: tuple[Any, ...], width: int, shown: Sequence[str]) -> RowChange:
    triples = zip(shown, *(row[width + part :: 3] for part in range(3)), strict=True)
    cells = (CellChange(name, before, after) for name, differs, before, after in triples if differs)
    return RowChange(kind, row[:width], tuple(cells))


# --- without a key --------------------------------------------------------------------------------


def _compare_rows(pair: _Pair, schema: tuple[ColumnChange, ...]) -> TableDifference:
    """Compare row by row where as many are there, else count the rows that only one has."""
    if pair.rows[0] == pair.rows[1] and not schema:
        counts = _count(pair, _join(pair, [_PLACE], pair.shared), pair.shared)
        if not counts.changed:
            close, columns = counts.close, counts.columns
            return TableDifference("last-digit", pair.rows, close=close, columns=columns)
    before, after = pair.sources
    return TableDifference(
        kind="different",
        rows=pair.rows,
        schema=schema,
        added=_count_only_in(pair, after, before),
        removed=_count_only_in(pair, before, after),
    )


def _count_only_in(pair: _Pair, source: str, other: str) -> int:
    names = ", ".join(pair.before[name].sql for name in pair.same)
    if not names:
        return pair.rows[pair.sources.index(source)]
    query = f"SELECT {names} FROM {source} EXCEPT ALL SELECT {names} FROM {other}"
    return int(_read_one(pair.cursor, f"SELECT count(*) FROM ({query})")[0])
