"""What is known of a table: ranges, histograms, frequent values, the first rows."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

from nbflow.model.profiles import ColumnProfile, TableProfile
from nbflow.storage.duckdb.table_profile import profile_table
from nbflow.storage.output_io import write


def make_profile(folder: Path, **columns: Any) -> TableProfile:
    write(folder, "t", pa.table(columns))
    return profile_table(folder, "t")


def test_integers_fall_into_bins_of_a_whole_width(tmp_path: Path) -> None:
    found = make_profile(tmp_path / "r", month=[1, 1, 2, 12, None], minute=[0, 59, 30, 31, 32])
    assert found.columns[0] == ColumnProfile(
        name="month",
        type="BIGINT",
        nulls=1,
        distinct=3,
        least="1",
        most="12",
        bins=(2, 1, *[0] * 9, 1),
    )
    assert len(found.columns[1].bins) == 20
    assert sum(found.columns[1].bins) == 5


def test_nan_and_infinity_have_no_place_in_a_histogram(tmp_path: Path) -> None:
    values = [0.0, 1.0, 0.5, float("nan"), float("inf"), None]
    (column,) = make_profile(tmp_path / "r", x=values).columns
    assert (column.nulls, column.nans, column.least, column.most) == (1, 1, "0.0", "1.0")
    assert sum(column.bins) == 3


def test_infinite_times_and_small_types_are_profiled(tmp_path: Path) -> None:
    found = make_profile(
        tmp_path / "r",
        small=pa.array([-128, 0, 127], pa.int8()),
        unsigned=pa.array([0, 200, 255], pa.uint8()),
        large=pa.array([-(2**63), 0, 2**63 - 1]),
        only_nan=[float("nan")] * 3,
    )
    assert [sum(column.bins) for column in found.columns] == [3, 3, 3, 0]
    assert (found.columns[3].nans, found.columns[3].least) == (3, "")
    assert found.columns[2].bins[0] == found.columns[2].bins[-1] == 1


def test_frequent_values_are_told_of_columns_with_few(tmp_path: Path) -> None:
    found = make_profile(
        tmp_path / "r", origin=["LGA", "JFK", "JFK", None], late=[True, False, True, True]
    )
    assert found.columns[0].common == (("JFK", 2), ("LGA", 1))
    assert found.columns[1].common == (("true", 3), ("false", 1))


def test_times_have_a_histogram_and_are_told_in_utc(tmp_path: Path) -> None:
    moments = [dt.datetime(2013, 1, day, tzinfo=dt.UTC) for day in (1, 2, 21)]
    found = make_profile(
        tmp_path / "r",
        at=pa.array(moments, pa.timestamp("ns", "America/New_York")),
        day=pa.array([moment.date() for moment in moments]),
    )
    for column in found.columns:
        assert (column.bins[0], column.bins[1], column.bins[-1]) == (1, 1, 1)
    assert found.columns[0].least == "2013-01-01 00:00:00+00"
    assert found.head[0] == ("2013-01-01 00:00:00+00", "2013-01-01")


def test_the_first_rows_have_json_forms(tmp_path: Path) -> None:
    found = make_profile(
        tmp_path / "r",
        whole=[1],
        huge=pa.array([Decimal(10**30)], pa.decimal128(38, 0)),
        price=pa.array([Decimal("1.10")]),
        nan=[float("nan")],
        low=[float("-inf")],
        no=pa.array([None], pa.int64()),
        list=[[1, 2]],
        long=["x" * 1000],
    )
    head = found.head[0]
    assert head[:-1] == (1, str(10**30), "1.10", "NaN", "-Infinity", None, "[1, 2]")
    assert head[-1] == "x" * 299 + "…"
    assert found.columns[6].distinct == 0  # a list has no order


@pytest.mark.parametrize("rows", [0, 1])
def test_tables_of_few_rows_have_no_histogram(tmp_path: Path, rows: int) -> None:
    found = make_profile(tmp_path / "r", x=pa.array([1.5] * rows, pa.float64()))
    assert (found.rows, found.columns[0].bins, len(found.head)) == (rows, (), rows)


def test_rows_are_cut_by_size_and_columns_by_number(tmp_path: Path) -> None:
    found = make_profile(tmp_path / "r", **{f"c{n}": ["word" * 20] * 300 for n in range(70)})
    assert (len(found.columns), found.left_out, found.rows) == (60, 10, 300)
    assert len(found.head) == 8  # of 60 columns with 80 characters


def test_a_large_table_has_the_same_profile_each_time(tmp_path: Path) -> None:
    count = 200_000
    numbers = pa.array(range(count))
    found = make_profile(tmp_path / "r", id=numbers, half=pa.array([n / 2 for n in range(count)]))
    assert found == profile_table(tmp_path / "r", "t")
    assert sum(found.columns[1].bins) == count
    assert abs(found.columns[0].distinct - count) < count / 5


def test_names_and_values_are_never_read_as_sql(tmp_path: Path) -> None:
    name = 'a"; DROP TABLE t; --'
    (column,) = make_profile(tmp_path / "r", **{name: ["'); --"]}).columns
    assert (column.name, column.least) == (name, "'); --")
