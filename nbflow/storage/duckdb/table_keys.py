"""Finds the columns that tell the rows of two tables apart."""
# ruff: noqa: S608 - names go through quote()

from __future__ import annotations

from collections.abc import Sequence
from itertools import combinations

import duckdb

from nbflow.storage.duckdb.column_measures import Column

_WIDEST = 3  # columns of a key
_TRIED = 10  # columns that are tried in keys of several
_CHECKED = 5  # keys that are checked exactly
_NEAR = 0.9  # of the rows: counts of different values are approximate


def find_key(
    cursor: duckdb.DuckDBPyConnection, sources: Sequence[str], columns: Sequence[Column]
) -> tuple[Column, ...]:
    """Return the fewest columns without nulls that are unique in each source; () for none.

    Floats are no keys. Up to three of the first ten columns are tried together.
    """
    usable = [one for one in columns if one.ordered and not one.floats]
    whole = [one for one in usable if all(_is_whole(cursor, source, one) for source in sources)]
    for width in range(1, _WIDEST + 1):
        among = whole if width == 1 else whole[:_TRIED]
        keys = list(combinations(among, width))
        likely = _find_likely(cursor, sources[0], keys)
        for key in likely[:_CHECKED]:
            if all(is_unique(cursor, source, key) for source in sources):
                return key
    return ()


def is_unique(cursor: duckdb.DuckDBPyConnection, source: str, key: Sequence[Column]) -> bool:
    """Tell whether no two rows have the same key."""
    names = ", ".join(one.sql for one in key)
    query = f"SELECT 1 FROM {source} GROUP BY {names} HAVING count(*) > 1 LIMIT 1"
    return cursor.execute(query).fetchone() is None


def _is_whole(cursor: duckdb.DuckDBPyConnection, source: str, column: Column) -> bool:
    query = f"SELECT 1 FROM {source} WHERE {column.sql} IS NULL LIMIT 1"
    return cursor.execute(query).fetchone() is None


def _find_likely(
    cursor: duckdb.DuckDBPyConnection, source: str, keys: Sequence[tuple[Column, ...]]
) -> list[tuple[Column, ...]]:
    if not keys:
        return []
    counts = (f"approx_count_distinct(hash({', '.join(c.sql for c in key)}))" for key in keys)
    query = f"SELECT count(*), {', '.join(counts)} FROM {source}"
    rows, *found = cursor.execute(query).fetchone() or (0,)
    return [key for key, count in zip(keys, found, strict=True) if count >= _NEAR * rows]
