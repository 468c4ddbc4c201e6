"""pandas frames come back as they were, as a table or whole."""

from __future__ import annotations

from decimal import Decimal

import pandas as pd
import pytest
from pandas.testing import assert_frame_equal, assert_series_equal

from nbflow.storage import output_io
from nbflow.storage.duckdb.result_tables import query
from tests.storage.dropping import drop_arrow
from tests.storage.frames import EXACT, PICKLED, labelled, series


def assert_same(left: pd.DataFrame, right: pd.DataFrame) -> None:
    assert_frame_equal(left, right, check_flags=True)
    assert list(map(repr, left.dtypes)) == list(map(repr, right.dtypes))
    assert left.attrs == right.attrs
    for old, new in zip(left.items(), right.items(), strict=True):
        if old[1].dtype == object:
            assert list(map(type, old[1])) == list(map(type, new[1]))
        if isinstance(old[1].dtype, pd.CategoricalDtype):
            pd.testing.assert_index_equal(old[1].cat.categories, new[1].cat.categories)


@pytest.mark.parametrize("frame", EXACT.values(), ids=EXACT)
def test_a_frame_comes_back(tmp_path, frame):
    output = output_io.write(tmp_path, "t", frame)

    assert (output.kind, output.note, output.rows) == ("table", "", len(frame))
    assert_same(frame, output_io.read(tmp_path, "t"))
    drop_arrow(tmp_path)
    assert_same(frame, output_io.read(tmp_path, "t"))
    none = output_io.read(tmp_path, "t", where="false")
    assert (len(none), list(map(repr, none.dtypes))) == (0, list(map(repr, frame.dtypes)))
    shown = query('SELECT * FROM s."t"', {("s", "t"): tmp_path})
    assert dict(zip(shown.columns, map(str, shown.types), strict=True)) == output.columns
    assert shown.to_arrow_table().num_rows == len(frame)


@pytest.mark.parametrize(("frame", "why"), PICKLED.values(), ids=PICKLED)
def test_what_a_table_would_change_is_kept_whole(tmp_path, frame, why):
    output = output_io.write(tmp_path, "t", frame)

    assert output.kind == "pickle"
    assert why in output.note
    assert_same(frame, output_io.read(tmp_path, "t"))


@pytest.mark.parametrize("name", [None, "x", 5, ("a", 1)])
def test_a_series_comes_back(tmp_path, name):
    old = pd.Series([1, 2], index=["x", "y"], name=name, dtype="Int8")

    assert output_io.write(tmp_path, "t", old).kind == "table"

    assert_series_equal(old, output_io.read(tmp_path, "t"))


def test_a_subclass_is_kept_whole(tmp_path):
    class Special(pd.DataFrame):
        pass

    output = output_io.write(tmp_path, "t", Special({"a": [1]}))

    assert (output.kind, "Special is more" in output.note) == ("pickle", True)
    assert type(output_io.read(tmp_path, "t")).__name__ == "Special"


def test_thousands_of_columns(tmp_path):
    frame = labelled([f"column {i}" for i in range(2000)])
    frame["text"] = "x"

    output_io.write(tmp_path, "t", frame)

    assert_same(frame, output_io.read(tmp_path, "t"))
    assert_same(frame[["column 7"]], output_io.read(tmp_path, "t", columns=["column 7"]))


def test_many_text_columns(tmp_path):
    frame = pd.DataFrame({f"c{i}": ["x", None] for i in range(200)} | {"n": [1, 2]})

    output_io.write(tmp_path, "t", frame)

    assert_same(frame, output_io.read(tmp_path, "t"))


def test_what_comes_back_can_be_changed(tmp_path):
    frame = pd.DataFrame({"i": [1, 2], "f": [1.5, 2.5], "F": pd.array([1, 2], "Float64")})
    output_io.write(tmp_path, "t", frame)

    back = output_io.read(tmp_path, "t")
    back.loc[0, "i"] = 5
    back["f"] *= 2
    back.loc[1, "F"] = 7

    assert back.to_dict("list") == {"i": [5, 2], "f": [3.0, 5.0], "F": [1.0, 7.0]}


SQL_TYPES = {
    "timedelta": ("INTERVAL", "0.000001"),
    "period": ("DATE", "2020-02-01"),
    "interval categories": ("VARCHAR", "(1, 5]"),
    "uuid": ("UUID", None),
    "zones": ("TIMESTAMP WITH TIME ZONE", None),
    "categories": ("VARCHAR", None),
    "decimals": ("DECIMAL(4,2)", "-22.25"),
}


@pytest.mark.parametrize(("name", "kind"), [(n, k) for n, (k, _) in SQL_TYPES.items()])
def test_types_make_sense_in_sql(tmp_path, name, kind):
    columns = output_io.write(tmp_path, "t", EXACT[name]).columns

    assert set(columns.values()) == {kind}


def test_a_period_is_its_first_day_in_sql(tmp_path):
    output_io.write(tmp_path, "t", EXACT["period"])

    rows = query("SELECT a::VARCHAR FROM s.t", {("s", "t"): tmp_path}).fetchall()

    assert rows == [("2020-01-01",), ("2020-02-01",), ("2020-03-01",)]


def test_names_in_sql_are_unique(tmp_path):
    output = output_io.write(tmp_path, "t", labelled(["a", "A", "", "A_2", "a"]).set_axis(["x"]))

    assert list(output.columns) == ["a", "A_3", "column_3", "A_2", "a_2_2", "index"]


def test_the_arrow_form_has_pandas_metadata(tmp_path):
    frame = series([1, 2], "Int8").set_index(pd.Index(["x", "y"], name="k"))
    output_io.write(tmp_path, "t", frame)

    assert_frame_equal(output_io.read(tmp_path, "t", to="arrow").to_pandas(), frame)


def test_decimals_that_get_more_digits_are_told(tmp_path):
    mixed = series([Decimal("1.10"), Decimal("1.1"), Decimal(100), None], object)
    nested = series([[Decimal("1.10"), Decimal("1.1")]], object)

    output = output_io.write(tmp_path, "t", mixed)
    within = output_io.write(tmp_path, "n", nested)

    assert output.kind == "table"
    assert output.note == (
        "column 'a' has as many digits in each row: Decimal('1.1') comes back as Decimal('1.10')"
    )
    assert "comes back as [Decimal('1.10'), Decimal('1.10')]" in within.note
    assert list(map(str, output_io.read(tmp_path, "t")["a"])) == ["1.10", "1.10", "100.00", "None"]
