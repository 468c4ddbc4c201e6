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
_SAFE = 1 << 31  # below, a difference of integers of any type fits
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
    bins = [0] * axis.count
    for place, count in counts:
        bins[min(int(place), axis.count - 1)] += count  # the most value ends the last bin
    return tuple(bins)


# --- ranges -----------------------------------------------------------------------------------


def _read_ranges(
    cursor: duckdb.DuckDBPyConnection, source: str, columns: Sequence[Column]
) -> list[_Range]:
    """Return what is known of each column. Only NaN and infinity make a second pass necessary.

    Without a condition DuckDB takes least and most from what it knows of its blocks.
    """
    counted = cursor.execute(f"SELECT count(*) FROM {source}").fetchone()
    rows = counted[0] if counted else 0
    ranges = _ask_ranges(cursor, source, columns, rows, finite=False)
    odd = [place for place, one in enumerate(ranges) if not _is_finite(one)]
    again = _ask_ranges(cursor, source, [columns[place] for place in odd], rows, finite=True)
    found = dict(zip(odd, again, strict=True))
    return [found.get(place, one) for place, one in enumerate(ranges)]


def _ask_ranges(
    cursor: duckdb.DuckDBPyConnection,
    source: str,
    columns: Sequence[Column],
    rows: int,
    *,
    finite: bool,
) -> list[_Range]:
    if not columns:
        return []
    count = "count(DISTINCT {})" if rows <= _EXACT else "approx_count_distinct({})"
    inner = ", ".join(
        f"{part} AS {letter}{place}"
        for place, column in enumerate(columns)
        for letter, part in _aggregate(column, count, finite=finite).items()
    )
    shown = [_show_range(column, place) for place, column in enumerate(columns)]
    outer = ", ".join(part for parts in shown for part in parts)
    values = cursor.execute(f"SELECT {outer} FROM (SELECT {inner} FROM {source})").fetchone() or ()
    width = len(shown[0])
    return [_make_range(rows, *values[at : at + width]) for at in range(0, len(values), width)]


def _is_finite(known: _Range) -> bool:
    return known.low is None or known.high is None or math.isfinite(known.high - known.low)


def _aggregate(column: Column, count: str, *, finite: bool) -> dict[str, str]:
    """Return what is computed of a column, by the letter that its name begins with.

    With `finite`, least and most are those of the finite values, and NaNs are counted.
    """
    parts = {"c": f"count({column.sql})"}
    nans = f"count(*) FILTER (isnan({column.sql}))" if column.floats and finite else "0"
    if not column.ordered:
        return parts
    filtered = f" FILTER ({column.finite})" if finite else ""
    ends = dict.fromkeys(_ENDS, "any_value") if column.type == "VARCHAR" else _ENDS
    parts |= {letter: f"{name}({column.sql}){filtered}" for letter, name in ends.items()}
    return parts | {"d": count.format(column.sql), "n": nans}


_ENDS = {"l": "min", "m": "max"}


def _show_range(column: Column, place: int) -> list[str]:
    """Return count, NaNs, different ones, least, most, and their places on the axis."""
    if not column.ordered:
        return [f"c{place}", "0", "0", "''", "''", "NULL", "NULL"]
    texts = [f"left({make_text(column, f'{end}{place}')}, {_LONGEST})" for end in _ENDS]
    if column.type == "VARCHAR":  # comparing texts takes long, and only a single one is told
        texts = [f"CASE WHEN d{place} = 1 THEN {text} END" for text in texts]
    places = [_show_place(column, f"{end}{place}") for end in _ENDS]
    return [f"c{place}", f"n{place}", f"d{place}", *texts, *places]


def _show_place(column: Column, value: str) -> str:
    """Return the SQL expression for a place on the axis: NaN for infinity, NULL without an axis."""
    if not column.measured:
        return "NULL"
    place = make_measure(column, value)
    if column.finite.startswith("isfinite"):
        other = f"WHEN {value} IS NOT NULL THEN 'NaN'::DOUBLE"
        return f"CASE WHEN isfinite({value}) THEN {place} {other} END"
    return place


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
    """Return the SQL expression for the bin of a value, from 0; the most value may be in a next."""
    low, width = axis.low, axis.width
    if column.whole and abs(low) + width * axis.count < _SAFE:
        return f"CAST(({column.sql}::BIGINT - ({low:.0f})) // {width:.0f} AS UTINYINT)"
    at = f"({make_measure(column, column.sql)} - ({low!r}::DOUBLE)) / {width!r}::DOUBLE"
    return f"CAST(floor({at}) AS UTINYINT)"


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
