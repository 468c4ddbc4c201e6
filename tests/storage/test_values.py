"""Values that are not tables come back as they were, in the plainest exact form."""

from __future__ import annotations

import datetime as dt
import math
import threading
from pathlib import Path

import matplotlib.figure
import numpy as np
import pandas as pd
import plotly.graph_objects as go
import pytest

from nbflow.errors import StoreError
from nbflow.storage import output_io
from nbflow.storage.frames.objects import is_same

VALUES = {
    "json": ({"a": [1, 2.5, None, True, "ä"], "b": {}}, "json", "dict"),
    "big int": (2**100, "json", "int"),
    "float": (0.1 + 0.2, "json", "float"),
    "text": ("line\nline\u2028", "json", "str"),
    "lone surrogate": ("\ud800", "pickle", "str"),
    "tuple": ((1, 2), "pickle", "tuple"),
    "tuple in a list": ([(1, 2)], "pickle", "list"),
    "int keys": ({1: "a"}, "pickle", "dict"),
    "NaN": ([math.nan], "pickle", "list"),
    "infinity": (math.inf, "pickle", "float"),
    "set": ({1, 2}, "pickle", "set"),
    "bytes": (b"a", "pickle", "bytes"),
    "date": (dt.date(2020, 1, 1), "pickle", "datetime.date"),
    "array": (np.arange(6.0).reshape(2, 3), "numpy", "numpy.ndarray float64 2 x 3"),
    "array in Fortran's order": (
        np.asfortranarray(np.eye(2)),
        "numpy",
        "numpy.ndarray float64 2 x 2",
    ),
    "array of text": (np.array(["a", "bc"]), "numpy", "numpy.ndarray <U2 2"),
    "array of times": (np.array(["2020"], "M8[D]"), "numpy", "numpy.ndarray datetime64[D] 1"),
    "array without axes": (np.array(1 + 2j), "numpy", "numpy.ndarray complex128"),
    "array of objects": (np.array([1, "a"], object), "pickle", "numpy.ndarray"),
    "NumPy scalar": (np.float64(1.5), "pickle", "numpy.float64"),
}


@pytest.mark.parametrize(("value", "kind", "note"), VALUES.values(), ids=VALUES)
def test_a_value_comes_back(tmp_path, value, kind, note):
    output = output_io.write(tmp_path, "v", value)

    assert (output.kind, output.note) == (kind, note)
    assert is_same(output_io.read(tmp_path, "v"), value)
    assert output_io.write(tmp_path, "again", value).hash == output.hash
    assert not (tmp_path / "tables.duckdb").exists()


def test_an_index_is_a_value(tmp_path):
    index = pd.date_range("2020", periods=3, name="day")
    output_io.write(tmp_path, "v", index)

    pd.testing.assert_index_equal(output_io.read(tmp_path, "v"), index)


def test_what_a_notebook_defined_comes_back(tmp_path):
    class Model:
        def predict(self, x):
            return x + 1

    output_io.write(tmp_path, "model", Model())

    assert output_io.read(tmp_path, "model").predict(1) == 2


def test_a_matplotlib_figure_is_a_picture_too(tmp_path):
    figure = matplotlib.figure.Figure()
    figure.subplots().plot([1, 2, 4])

    output = output_io.write(tmp_path, "f", figure)

    assert (output.kind, output.note) == ("figure", "matplotlib.figure.Figure")
    assert (tmp_path / "files" / "f.png").read_bytes().startswith(b"\x89PNG")
    lines = output_io.read(tmp_path, "f").axes[0].lines
    assert [line.get_ydata().tolist() for line in lines] == [[1, 2, 4]]


def test_a_plotly_figure_is_a_page_too(tmp_path):
    figure = go.Figure(go.Scatter(y=[1, 2, 4]))

    assert output_io.write(tmp_path, "f", figure).kind == "figure"

    page = (tmp_path / "files" / "f.html").read_text("utf-8")
    assert 'src="plotly.min.js"' in page
    assert "https://cdn" not in page
    assert (tmp_path / "files" / "plotly.min.js").stat().st_size > 1_000_000
    assert output_io.read(tmp_path, "f") == figure


def test_a_file_is_taken_in(tmp_path):
    source = tmp_path / "model.bin"
    source.write_bytes(b"weights")

    output = output_io.write(tmp_path / "result", "model", source)
    source.write_bytes(b"changed")  # in place, as most writers do

    taken = output_io.read(tmp_path / "result", "model")
    assert (output.kind, output.note, output.bytes) == ("file", "file model.bin", 7)
    assert (taken.name, taken.read_bytes()) == ("model.bin", b"weights")
    assert taken.is_relative_to(tmp_path / "result")


def test_a_folder_is_taken_in(tmp_path):
    (tmp_path / "site" / "sub").mkdir(parents=True)
    (tmp_path / "site" / "sub" / "page").write_text("x")

    first = output_io.write(tmp_path / "result", "site", tmp_path / "site")
    (tmp_path / "site" / "sub" / "page").rename(tmp_path / "site" / "page")
    second = output_io.write(tmp_path / "result", "moved", tmp_path / "site")

    assert (output_io.read(tmp_path / "result", "site") / "sub" / "page").read_text() == "x"
    assert first.note == "folder site"
    assert first.hash != second.hash


def test_the_text_of_figures_and_names_do_not_collide(tmp_path):
    for name in ("a", "a.png", "a/b", "a%2Fb", "..", "~"):
        output_io.write(tmp_path, name, (name,))

    assert all(
        output_io.read(tmp_path, name) == (name,) for name in output_io.read_outputs(tmp_path)
    )


BAD = {
    "missing file": (Path("nowhere.csv"), "nowhere.csv does not exist, so it cannot be taken in"),
    "lock": (threading.Lock(), "and pickling it fails"),
}


@pytest.mark.parametrize(("value", "message"), BAD.values(), ids=BAD)
def test_what_cannot_be_kept_is_refused(tmp_path, value, message):
    with pytest.raises(StoreError, match=message):
        output_io.write(tmp_path, "v", value)

    assert output_io.read_outputs(tmp_path) == {}


def test_a_value_that_is_gone_says_so(tmp_path):
    output_io.write(tmp_path, "v", 1)
    (tmp_path / "files" / "v.json").unlink()

    with pytest.raises(StoreError, match=r"files/v\.json is gone\. Write it again"):
        output_io.read(tmp_path, "v")


HOLDS_ITSELF: list[object] = []
HOLDS_ITSELF.append(HOLDS_ITSELF)


@pytest.mark.parametrize(
    "value", [10**5000, {"a": [10**5000]}, HOLDS_ITSELF], ids=["long", "long within", "circle"]
)
def test_what_json_cannot_write_is_kept_as_a_pickle(tmp_path, value):
    output = output_io.write(tmp_path, "v", value)

    back = output_io.read(tmp_path, "v")
    assert output.kind == "pickle"
    assert back[0] is back if value is HOLDS_ITSELF else back == value


def test_what_is_nested_too_deep_for_anything_is_refused_in_words(tmp_path):
    deep: list[object] = []
    for _ in range(100_000):
        deep = [deep]

    with pytest.raises(StoreError, match=r"^'v' cannot be kept: it is list"):
        output_io.write(tmp_path, "v", deep)
