"""How a table differs from an earlier one of its name."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pytest

from nbflow.errors import StoreError, UnknownNameError
from nbflow.model.table_differences import (
    CellChange,
    ColumnChange,
    ColumnDifference,
    RowChange,
    TableDifference,
)
from nbflow.storage.duckdb.table_diff import compare_tables
from nbflow.storage.output_io import write

Table = dict[str, Any]


def compare(folder: Path, before: Table, after: Table, *key: str) -> TableDifference:
    write(folder / "a", "t", pa.table(before))
    write(folder / "b", "t", pa.table(after))
    return compare_tables(folder / "a", folder / "b", "t", key)


def test_the_same_rows_in_another_order_are_said_so(tmp_path: Path) -> None:
    found = compare(tmp_path, {"a": [1, 1, 2], "b": [3, 3, 4]}, {"a": [2, 1, 1], "b": [4, 3, 3]})
    assert found == TableDifference("reordered", (3, 3))


def test_the_same_rows_are_equal(tmp_path: Path) -> None:
    table = {"a": [1.5, math.nan, None]}
    assert compare(tmp_path, table, table).kind == "equal"


@pytest.mark.parametrize("ids", [[1, 2], [1, 1]])
def test_floats_that_differ_in_their_last_digits_are_said_so(tmp_path: Path, ids: Any) -> None:
    found = compare(tmp_path, {"id": ids, "x": [0.3, 1.0]}, {"id": ids, "x": [0.1 + 0.2, 1.0]})
    assert (found.kind, found.close, found.changed) == ("last-digit", 1, 0)
    assert found.columns == (ColumnDifference("x", 1, 1),)


def test_rows_are_told_apart_by_a_unique_column(tmp_path: Path) -> None:
    found = compare(
        tmp_path,
        {"id": [1, 2, 3], "x": [0.5, 1.0, 2.0], "word": ["a", None, "c"]},
        {"id": [4, 3, 2], "x": [9.0, 2.5, 1.0], "word": ["d", "c", "b"]},
    )
    assert found == TableDifference(
        kind="different",
        rows=(3, 3),
        key=("id",),
        key_found=True,
        added=1,
        removed=1,
        changed=2,
        columns=(ColumnDifference("x", 1), ColumnDifference("word", 1)),
        examples=(
            RowChange("changed", ("2",), (CellChange("word", None, "b"),)),
            RowChange("changed", ("3",), (CellChange("x", "2.0", "2.5"),)),
            RowChange("added", ("4",)),
            RowChange("removed", ("1",)),
        ),
    )


def test_several_columns_may_tell_rows_apart(tmp_path: Path) -> None:
    origin, hour = ["E", "E", "L", "L"], [5, 6, 5, 6]
    found = compare(
        tmp_path,
        {"origin": origin, "hour": hour, "late": [1.0, 2.0, 3.0, 4.0]},
        {"origin": origin, "hour": hour, "late": [1.0, 2.0, 3.0, 5.0]},
    )
    assert (found.key, found.changed) == (("origin", "hour"), 1)


def test_columns_that_came_went_or_changed_their_type_are_told(tmp_path: Path) -> None:
    found = compare(
        tmp_path,
        {"id": [1, 2], "old": [1, 2], "n": [1, 2], "w": [1, 2]},
        {"id": [1, 2], "new": [1, 2], "n": [1.0, 2.0], "w": ["1", "3"]},
    )
    assert found.schema == (
        ColumnChange("old", "BIGINT", ""),
        ColumnChange("n", "BIGINT", "DOUBLE"),
        ColumnChange("w", "BIGINT", "VARCHAR"),
        ColumnChange("new", "", "BIGINT"),
    )
    assert (found.kind, found.changed) == ("different", 1)
    assert [one.name for one in found.columns] == ["w"]


def test_without_a_key_whole_rows_are_counted(tmp_path: Path) -> None:
    found = compare(tmp_path, {"a": [1, 1, 2, 2]}, {"a": [1, 2, 2, 2, 3]})
    assert (found.kind, found.key, found.added, found.removed) == ("different", (), 2, 1)


def test_infinity_is_not_close_to_its_negative(tmp_path: Path) -> None:
    found = compare(tmp_path, {"id": [1], "x": [math.inf]}, {"id": [1], "x": [-math.inf]})
    assert (found.changed, found.close) == (1, 0)


@pytest.mark.parametrize(("before", "after"), [([], [1]), ([1], []), ([], [])])
def test_empty_tables_are_compared(tmp_path: Path, before: Any, after: Any) -> None:
    tables = [{"a": pa.array(one, pa.int64())} for one in (before, after)]
    found = compare(tmp_path, tables[0], tables[1])
    assert (found.added, found.removed) == (len(after), len(before))


def test_a_key_is_checked(tmp_path: Path) -> None:
    table = {"id": [1, 1], "x": [1, 2]}
    with pytest.raises(StoreError, match="id is no key of 't'"):
        compare(tmp_path / "1", table, table | {"x": [1, 3]}, "id")
    with pytest.raises(UnknownNameError, match="no column 'idd'"):
        compare(tmp_path / "2", table, table | {"x": [1, 3]}, "idd")


def test_odd_names_and_nulls_in_a_given_key(tmp_path: Path) -> None:
    name = 'a"; --'
    before, after = {name: [1, None], "x": [1, 2]}, {name: [None, 1], "x": [3, 1]}
    found = compare(tmp_path, before, after, name)
    assert found.examples == (RowChange("changed", (None,), (CellChange("x", "2", "3"),)),)


def test_millions_of_rows_are_compared_in_duckdb(tmp_path: Path) -> None:
    count = 1_000_000
    ids, values = np.arange(count), np.random.default_rng(0).random((4, count))
    before = {"id": ids} | {f"x{n}": values[n] for n in range(4)}
    changed = values[0].copy()
    changed[[5, 70]] += 1
    write(tmp_path / "a", "t", pa.table(before))
    write(tmp_path / "b", "t", pa.table(before | {"x0": changed}).slice(1))
    found = compare_tables(tmp_path / "a", tmp_path / "b", "t")
    assert (found.added, found.removed, found.changed) == (0, 1, 2)
