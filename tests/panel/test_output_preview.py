"""What is shown of a step's outputs: rows, pictures, drawings."""

from __future__ import annotations

import datetime as dt
import math
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from nbflow.panel.output_preview import Preview, read_preview
from nbflow.storage import output_io

PNG = b"\x89PNG\r\n\x1a\n"


def keep(folder: Path, value: Any) -> Preview:
    return read_preview(folder, output_io.write(folder, "out", value))


def test_numbers_are_cut_to_be_shown_and_sorted_in_full(tmp_path: Path) -> None:
    frame = pd.DataFrame(
        {
            "n": pd.array([10, 9, None], dtype="Int64"),
            "share": [1 / 3, 123456.789, math.nan],
            "tiny": [1e-12, 1.0, 2.0],
            "day": [dt.date(2013, 1, 31)] * 3,
        }
    )
    grid = keep(tmp_path, frame).grid
    assert grid is not None
    assert grid.columns == ["n", "share", "tiny", "day"]
    assert [row[0] for row in grid.rows] == ["10", "9", None]
    assert [row[1] for row in grid.rows][:2] == ["0.3333", "123456.7890"]
    assert [row[2] for row in grid.rows] == ["1e-12", "1", "2"]
    assert grid.rows[0][3] == "2013-01-31"
    assert grid.numbers["0"] == [10, 9, None]
    assert grid.numbers["1"] == [1 / 3, 123456.789, None]
    assert set(grid.numbers) == {"0", "1", "2"}
    assert grid.said == "3 rows · 4 columns"
    assert grid.facts[0] == ["9 … 10", "1 null"]
    assert grid.bars[0].startswith("M0 18v")


def test_of_a_long_table_some_hundred_rows_are_here(tmp_path: Path) -> None:
    grid = keep(tmp_path, pd.DataFrame({"n": range(5000)})).grid
    assert grid is not None
    assert len(grid.rows) == 200
    assert grid.said == "5,000 rows · 1 column · the first 200 are here"


def test_a_wide_table_is_cut_at_the_right(tmp_path: Path) -> None:
    grid = keep(tmp_path, pd.DataFrame({f"c{at}": [1] for at in range(90)})).grid
    assert grid is not None
    assert (len(grid.columns), len(grid.rows[0])) == (60, 60)
    assert grid.said.endswith("the first 60 columns are here")


def test_a_figure_is_its_picture(tmp_path: Path) -> None:
    figures = pytest.importorskip("matplotlib.figure")
    figure = figures.Figure()
    figure.subplots().plot([1, 2])
    html = keep(tmp_path, figure).html
    assert 'src="data:image/png;base64,iVBOR' in html
    assert 'alt="out, as its step drew it"' in html


def test_plotlys_figures_are_drawn_by_the_front_end(tmp_path: Path) -> None:
    graph_objects = pytest.importorskip("plotly.graph_objects")
    preview = keep(tmp_path, graph_objects.Figure(graph_objects.Scatter(y=[1, 2])))
    drawing = preview.bundle["application/vnd.plotly.v1+json"]
    assert drawing["data"][0]["type"] == "scatter"
    assert "plotly" in preview.bundle["text/plain"]


@pytest.mark.parametrize(("name", "kind"), [("a.png", "png"), ("b.JPG", "jpeg"), ("c.svg", "svg")])
def test_a_file_that_is_a_picture_is_shown(tmp_path: Path, name: str, kind: str) -> None:
    path = tmp_path / name
    path.write_bytes(PNG)
    assert f"data:image/{kind}" in keep(tmp_path / "made", path).html


def test_other_files_and_pickles_are_told_and_not_loaded(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("a,b")
    assert "<img" not in keep(tmp_path / "made", path).html
    assert "pickle" in keep(tmp_path / "other", {1, 2}).html
    assert "ran" not in keep(tmp_path / "bad", Loud()).html


class Loud:
    def __setstate__(self, state: Any) -> None:
        raise AssertionError("ran")
