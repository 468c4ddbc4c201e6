"""A table of two runs compared, and how that is told."""

from __future__ import annotations

import html
import re
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from nbflow.model import Output
from nbflow.model.table_differences import ColumnChange, TableComparison, TableDifference
from nbflow.present.report.table_differences import draw_table_comparison
from nbflow.present.table_differences import say_column_change, say_difference, say_key
from nbflow.reports.table_comparison import make_table_comparison
from nbflow.storage.output_io import write

HOSTILE = "<img src=x onerror=alert(1)>"


def keep(folder: Path, **columns: Any) -> tuple[Path, Output]:
    return folder, write(folder, "rows", pd.DataFrame(columns))


def read_text(drawn: str) -> str:
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", drawn)).split())


def test_only_columns_that_differ_are_profiled(tmp_path: Path) -> None:
    before = keep(tmp_path / "a", id=[1, 2], same=[5, 6], x=[0.5, 1.0])
    after = keep(tmp_path / "b", id=[1, 2], same=[5, 6], x=[0.5, 2.0])
    found = make_table_comparison("load", before, after)
    assert [column.name for column in (*found.before, *found.after)] == ["x", "x"]
    said = read_text(draw_table_comparison(found))
    assert "load.rows 2 rows; 1 changed rows are told apart by id, unique in both" in said
    assert "x 1 row 0.5 … 1 0.5 … 2" in said
    assert "id x 2 1.0 → 2.0" in said


def test_equal_content_is_not_read(tmp_path: Path) -> None:
    outputs = [Output("rows", "table", "h", rows=3)] * 2
    found = make_table_comparison("load", (tmp_path, outputs[0]), (tmp_path, outputs[1]))
    assert found == TableComparison("load.rows", TableDifference("equal", (3, 3)))


def test_nothing_in_a_difference_becomes_markup(tmp_path: Path) -> None:
    before = keep(tmp_path / "a", **{"id": [HOSTILE, "b"], HOSTILE: [HOSTILE, "x"]})
    after = keep(tmp_path / "b", **{"id": [HOSTILE, "c"], HOSTILE: ["y", "x"]})
    drawn = draw_table_comparison(make_table_comparison("load", before, after))
    assert "<img" not in drawn
    assert drawn.count("&lt;img") > 2


@pytest.mark.parametrize(
    ("difference", "said"),
    [
        (TableDifference("equal", (1, 1)), "equal, 1 row"),
        (TableDifference("reordered", (5, 5)), "the same 5 rows in another order or form"),
        (
            TableDifference("last-digit", (5, 5), close=2),
            "2 rows of 5 differ only in the last digits",
        ),
        (
            TableDifference("different", (5, 6), added=2, removed=1, close=1),
            "5 → 6 rows; 2 added; 1 removed; 1 changed in the last digits only",
        ),
    ],
)
def test_a_difference_is_told_in_one_sentence(difference: TableDifference, said: str) -> None:
    assert say_difference(difference) == said


def test_keys_and_columns_are_told() -> None:
    assert say_key(TableDifference("different", (1, 2), key=("a", "b"))) == (
        "rows are told apart by a, b"
    )
    assert say_key(TableDifference("different", (1, 2))) == "no columns tell the rows apart"
    changes = [ColumnChange("a", "", "DATE"), ColumnChange("a", "DATE", "")]
    assert [say_column_change(one) for one in changes] == [
        "column a is new (DATE)",
        "column a is gone (it was DATE)",
    ]
