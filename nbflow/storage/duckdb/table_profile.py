"""What is known of a table: its columns' ranges, histograms and frequent values, its first rows."""
# ruff: noqa: S608 - names go through quote()

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import duckdb

from nbflow.model import Frozen
from nbflow.model.profiles import ColumnProfile, TableProfile
from nbflow.storage.duckdb.column_measures import Column, make_measure, make_plain, make_text
from nbflow.storage.duckdb.connections import process_connection
from nbflow.storage.duckdb.result_tables import attached_table
from nbflow.storage.quoting import quote

ROWS = 200
COLUMNS = 60
_HEAD = 16_000  # characters of the first rows
_SHOWN = 8  # rows that are there in any case
_WIDEST = 300  # characters of a cell
_LONGEST = 80  # characters of a value in a profile
_BINS = 20
_EXACT = 5_000  # rows: above, different values are counted approximately
_FEW = 1_000  # different values, above which none is frequent
_COMMON = 5


class _Range(Frozen, frozen=True):
    """What one pass over a column tells: `low` and `high` are places on its axis."""

    rows: int
    nulls: int
    nans: int
    distinct: int
    least: str
    most: str
    low: float | None
    high: float | None


class _Bins(Frozen, frozen=True):
    """A histogram's axis: `count` bins of one width, from `low`."""

    low: float
    width: float
    count: int


def profile_table(
    folder: Path, name: str, *, rows: int = ROWS, longest: int = _HEAD
) -> TableProfile:
    """Return what is known of a table of a result, and its first rows.

    It reads the table three times at most, whatever its width. Of more than 60 columns, the first
    60 are looked at. The first rows are cut at `longest` characters, but not below 8 rows. Raises
    StoreError and DamageError where the table cannot be read.
    """
    connection = process_connection()
    with attached_table(connection, folder, name) as alias, connection.cursor() as cursor:
        return profile(cursor, f"{quote(alias)}.main.{quote(name)}", rows=rows, longest=longest)


def profile(
    cursor: duckdb.DuckDBPyConnection, source: str, *, rows: int = ROWS, longest: int = _HEAD
) -> TableProfile:
    """Return what is known of a table or view that the cursor knows."""
    described = cursor.execute(f"SELECT * FROM {source} LIMIT 0").description or []
    names = [one[0] for one in described[:COLUMNS]]
    columns = [
        Column(quote(name), str(one[1])) for name, one in zip(names, described, strict=False)
    ]
    ranges = _read_ranges(cursor, source, columns)
    counts = _read_counts(cursor, source, columns, ranges)
    return TableProfile(
        rows=ranges[0].rows if ranges else 0,
        columns=tuple(map(_make_profile, names, columns, ranges, counts)),
        head=_cut_head(_read_head(cursor, source, columns, rows), longest),
        left_out=len(described) - len(columns),
    )


def _make_profile(
    name: str, column: Column, known: _Range, counts: Sequence[tuple[str, int]]
) -> ColumnProfile:
    axis = find_bins(column, known.low, known.high)
    return ColumnProfile(
        name=name,
        type=column.type,
        nulls=known.nulls,
        nans=known.nans,
        distinct=known.distinct,
        least=known.least,
        most=known.most,
        bins=_fill_bins(axis, counts) if axis else (),
        common=() if axis else tuple(counts),
    )


def _fill_bins(axis: _Bins, counts: Iterable[tuple[str, int]]) -> tuple[int, ...]:
    by_place = {int(place): count for place, count in counts}
    return tuple(by_place.get(place, 0) for place in range(axis.count))


# --- ranges -----------------------------------------------------------------------------------


def _read_ranges(
    cursor: duckdb.DuckDBPyConnection, source: str, columns: Sequence[Column]
) -> list[_Range]:
    if not columns:
        return []
    found = cursor.execute(f"SELECT count(*) FROM {source}").fetchone()
    rows = found[0] if found else 0
    count = "count(DISTINCT {})" if rows <= _EXACT else "approx_count_distinct({})"
    inner = ", ".join(
        f"{part} AS {letter}{place}"
        for place, column in enumerate(columns)
        for letter, part in _aggregate(column, count).items()
    )
    outer = ", ".join(
        part for place, column in enumerate(columns) for part in _show_range(column, place)
    )
    values = cursor.execute(f"SELECT {outer} FROM (SELECT {inner} FROM {source})").fetchone() or ()
    parts = len(_show_range(columns[0], 0))
    return [_make_range(rows, *values[at : at + parts]) for at in range(0, len(values), parts)]


def _aggregate(column: Column, count: str) -> dict[str, str]:
    """Return what is computed of a column, by the letter that its name begins with."""
    parts = {"c": f"count({column.sql})"}
    if column.floats:
        parts["n"] = f"count(*) FILTER (isnan({column.sql}))"
    if not column.ordered:
        return parts
    filtered = f" FILTER ({column.finite})" if column.finite.startswith("isfinite") else ""
    parts |= {letter: f"{name}({column.sql}){filtered}" for letter, name in _ENDS.items()}
    return parts | {"d": count.format(column.sql)}


_ENDS = {"l": "min", "m": "max"}


def _show_range(column: Column, place: int) -> list[str]:
    """Return count, NaNs, different ones, least, most, and their places on the axis."""
    nans = f"n{place}" if column.floats else "0"
    shown = [f"c{place}", nans]
    if not column.ordered:
        return [*shown, "0", "''", "''", "NULL", "NULL"]
    texts = [f"left({make_text(column, f'{end}{place}')}, {_LONGEST})" for end in _ENDS]
    places = [make_measure(column, f"{end}{place}") if column.measured else "NULL" for end in _ENDS]
    return [*shown, f"d{place}", *texts, *places]


def _make_range(  # noqa: PLR0917 - as many as the query has columns for each
    rows: int,
    count: int,
    nans: int,
    distinct: int,
    least: str | None,
    most: str | None,
    low: float | None,
    high: float | None,
) -> _Range:
    return _Range(
        rows=rows,
        nulls=rows - count,
        nans=nans,
        distinct=min(distinct, count),
        least=least or "",
        most=most or "",
        low=low,
        high=high,
    )


# --- histograms and frequent values -------------------------------------------------------------


def find_bins(column: Column, low: float | None, high: float | None) -> _Bins | None:
    """Return the axis from one place to another, None where they are one.

    Integers get bins of a whole width, so that each bin may hold as many of them.
    """
    if low is None or high is None or low >= high or not math.isfinite(high - low):
        return None
    if not column.whole:
        return _Bins(low, (high - low) / _BINS, _BINS)
    width = math.ceil((high - low + 1) / _BINS)
    return _Bins(low, width, min(_BINS, int((high - low) // width) + 1))


def _read_counts(
    cursor: duckdb.DuckDBPyConnection,
    source: str,
    columns: Sequence[Column],
    ranges: Sequence[_Range],
) -> list[list[tuple[str, int]]]:
    """Return for each column the counts of its bins, or of its frequent values."""
    queries = [
        _count(source, place, column, known)
        for place, (column, known) in enumerate(zip(columns, ranges, strict=True))
    ]
    counts: list[list[tuple[str, int]]] = [[] for _ in columns]
    if asked := [one for one in queries if one]:
        found = cursor.execute(" UNION ALL ".join(asked)).fetchall()
        for place, value, count in sorted(found, key=lambda row: (row[0], -row[2], row[1])):
            counts[place].append((value, count))
    return counts


def _count(source: str, place: int, column: Column, known: _Range) -> str:
    if axis := find_bins(column, known.low, known.high):
        value, limit = _make_bin(column, axis), ""
    elif column.few and 0 < known.distinct <= _FEW:
        value, limit = column.sql, f" ORDER BY n DESC, v LIMIT {_COMMON}"
    else:
        return ""
    values = f"SELECT {value} AS v FROM {source} WHERE {column.finite}"
    counted = f"SELECT v, count(*) AS n FROM ({values}) GROUP BY v{limit}"
    return f"(SELECT {place}, left(CAST(v AS VARCHAR), {_LONGEST}), n FROM ({counted}))"


def _make_bin(column: Column, axis: _Bins) -> str:
    at = f"({make_measure(column, column.sql)} - {axis.low!r}::DOUBLE) / {axis.width!r}::DOUBLE"
    return f"CAST(least({axis.count - 1}, greatest(0, floor({at}))) AS UTINYINT)"


# --- the first rows ------------------------------------------------------------------------------


def _read_head(
    cursor: duckdb.DuckDBPyConnection, source: str, columns: Sequence[Column], rows: int
) -> list[tuple[Any, ...]]:
    if not columns:
        return []
    shown = ", ".join(make_plain(column, _WIDEST + 1) for column in columns)
    found = cursor.execute(f"SELECT {shown} FROM {source} LIMIT {rows}").fetchall()
    return [tuple(map(_make_cell, row)) for row in found]


def _make_cell(value: Any) -> Any:
    if isinstance(value, float) and not math.isfinite(value):
        return "NaN" if math.isnan(value) else "Infinity" if value > 0 else "-Infinity"
    if isinstance(value, str) and len(value) > _WIDEST:
        return f"{value[: _WIDEST - 1]}…"
    return value


def _cut_head(rows: Iterable[tuple[Any, ...]], longest: int) -> tuple[tuple[Any, ...], ...]:
    kept: list[tuple[Any, ...]] = []
    size = 0
    for row in rows:
        size += sum(len(str(value)) + 3 for value in row)
        if size > longest and len(kept) >= _SHOWN:
            break
        kept.append(row)
    return tuple(kept)
