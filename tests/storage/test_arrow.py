"""Arrow, Polars, DuckDB and streams of these come back as they were."""

from __future__ import annotations

import datetime as dt

import pandas as pd
import polars as pl
import pyarrow as pa
import pytest

from nbflow.errors import StoreError
from nbflow.storage import output_io
from nbflow.storage.duckdb.result_tables import query
from tests.storage.arrays import EXACT
from tests.storage.dropping import drop_arrow


def cut(array: pa.Array) -> pa.ChunkedArray:
    """Return the array three times, in chunks that are slices of others."""
    padded = pa.chunked_array([array, array, array])
    return pa.chunked_array([*padded.slice(0, 1).chunks, *padded.slice(1).chunks], array.type)


@pytest.mark.parametrize("array", EXACT.values(), ids=EXACT)
@pytest.mark.parametrize("mapped", [True, False], ids=["from Arrow", "from DuckDB"])
def test_an_array_comes_back(tmp_path, array, mapped):
    table = pa.table({"x": cut(array)})

    output = output_io.write(tmp_path, "t", table)
    if not mapped:
        drop_arrow(tmp_path)
    back = output_io.read(tmp_path, "t", to="arrow")

    back.validate(full=True)
    assert (output.kind, output.note) == ("table", "")
    assert back.schema.equals(table.schema, check_metadata=True)
    assert repr(back["x"].to_pylist()) == repr(table["x"].to_pylist())
    assert output_io.write(tmp_path / "again", "t", back).hash == output.hash
    streamed = output_io.read(tmp_path, "t", to="reader").read_all()
    assert repr(streamed["x"].to_pylist()) == repr(table["x"].to_pylist())
    assert streamed.schema.equals(table.schema, check_metadata=True)


@pytest.mark.parametrize(
    "array",
    [
        pa.array([(1, 2, 3001)], pa.month_day_nano_interval()),
        pa.UnionArray.from_sparse(pa.array([0], pa.int8()), [pa.array([1])]),
        pa.array([[]], pa.list_(pa.int8(), 0)),
    ],
    ids=["fine intervals", "unions", "lists of size 0"],
)
def test_what_duckdb_would_change_is_kept_whole(tmp_path, array):
    table = pa.table({"x": array})

    assert output_io.write(tmp_path, "t", table).kind == "pickle"
    assert output_io.read(tmp_path, "t").equals(table)


def make_polars() -> pl.DataFrame:
    return pl.DataFrame(
        {
            "enum": pl.Series(["x", "y"], dtype=pl.Enum(["y", "x"])),
            "category": pl.Series(["x", "y"], dtype=pl.Categorical),
            "categories": pl.Series([["x"], ["y", "x"]], dtype=pl.List(pl.Categorical)),
            "time": [dt.time(1), None],
            "duration": [dt.timedelta(1), None],
            "null": [None, None],
            "array": pl.Series([[1, 2], [3, 4]], dtype=pl.Array(pl.Int8, 2)),
            "decimal": pl.Series(["1.1", "2"]).cast(pl.Decimal(10, 2)),
            "bytes": [b"a", b""],
            "struct": [{"a": 1, "b": "x"}] * 2,
        }
    )


@pytest.mark.parametrize("frame", [make_polars(), make_polars().lazy()], ids=["eager", "lazy"])
def test_polars_comes_back(tmp_path, frame):
    assert output_io.write(tmp_path, "t", frame).kind == "table"

    back = output_io.read(tmp_path, "t", to="polars")

    assert back.schema == make_polars().schema
    assert back.equals(make_polars())


def test_polars_types_without_arrow_are_kept_whole(tmp_path):
    frame = pl.DataFrame({"a": pl.Series([1], dtype=pl.Int128)})

    assert output_io.write(tmp_path, "t", frame).kind == "pickle"
    assert output_io.read(tmp_path, "t").equals(frame)


def test_what_cannot_even_be_pickled_is_refused(tmp_path):
    frame = pl.DataFrame({"a": pl.Series([{1}], dtype=pl.Object)})

    with pytest.raises(StoreError, match="column 'a' is Polars' Object"):
        output_io.write(tmp_path, "t", frame)


def test_pandas_is_read_as_polars(tmp_path):
    frame = pd.DataFrame({"p": pd.period_range("2020", periods=2, freq="D"), "i": [1, 2]})
    output_io.write(tmp_path, "t", frame.astype({"i": "category"}))

    assert output_io.read(tmp_path, "t", to="polars").shape == (2, 2)


def test_a_relation_is_kept_as_sql_has_it(tmp_path):
    output_io.write(tmp_path, "t", pd.DataFrame({"k": ["a", "a", "b"], "n": [1, 2, 3]}))
    sums = "SELECT k, sum(n) AS total, avg(n) AS mean FROM s.t GROUP BY k ORDER BY k"

    output = output_io.write(tmp_path / "next", "sums", query(sums, {("s", "t"): tmp_path}))

    assert output.columns == {"k": "VARCHAR", "total": "HUGEINT", "mean": "DOUBLE"}
    back = output_io.read(tmp_path / "next", "sums")
    assert back.to_dict("list") == {"k": ["a", "b"], "total": [3, 3], "mean": [1.5, 3.0]}
    assert str(back["total"].dtype) == "int64"


def test_a_sum_beyond_64_bits_is_exact(tmp_path):
    output_io.write(tmp_path, "h", query("SELECT 100000000000000000000::HUGEINT AS x", {}))

    assert int(output_io.read(tmp_path, "h")["x"][0]) == 10**20


TABLE = pa.table(
    {"i": range(10), "s": pa.array(list("abcdefghij"), pa.dictionary(pa.int8(), "string"))}
)
STREAMS = {
    "table": lambda: TABLE,
    "reader": TABLE.to_reader,
    "batches": lambda: (batch for batch in TABLE.to_batches(max_chunksize=3)),
    "tables": lambda: (TABLE.slice(start, 5) for start in (0, 5)),
    "small dictionaries": lambda: (
        pa.table({"i": [i], "s": pa.array([s]).dictionary_encode().cast(TABLE.schema[1].type)})
        for i, s in enumerate("abcdefghij")
    ),
}


@pytest.mark.parametrize("make", STREAMS.values(), ids=STREAMS)
def test_streams_are_as_good_as_tables(tmp_path, make):
    output = output_io.write(tmp_path, "t", make())

    assert output.rows == 10
    assert output_io.read(tmp_path, "t", to="arrow").combine_chunks() == TABLE.combine_chunks()
    assert output.hash == output_io.write(tmp_path, "whole", TABLE).hash


def test_a_stream_of_frames(tmp_path):
    frames = (pd.DataFrame({"x": [number], "c": pd.Categorical([number])}) for number in (1, 1))

    output_io.write(tmp_path, "t", frames)

    expected = pd.DataFrame({"x": [1, 1], "c": pd.Categorical([1, 1])})
    pd.testing.assert_frame_equal(output_io.read(tmp_path, "t"), expected)


def test_a_large_stream_keeps_its_order(tmp_path, monkeypatch):
    monkeypatch.setattr("nbflow.storage.table_writer._GROUP", 1000)
    batches = (pa.record_batch({"i": range(start, start + 100)}) for start in range(0, 5000, 100))

    output_io.write(tmp_path, "t", batches)

    assert output_io.read(tmp_path, "t")["i"].tolist() == list(range(5000))


def test_a_generator_may_read_what_it_streams_from(tmp_path):
    output_io.write(tmp_path / "old", "t", pd.DataFrame({"x": [1, 2, 3]}))
    parts = (output_io.read(tmp_path / "old", "t", where=f"x = {x}") for x in (3, 1))

    output_io.write(tmp_path / "new", "t", parts)

    assert output_io.read(tmp_path / "new", "t")["x"].tolist() == [3, 1]


def fail():
    yield pd.DataFrame({"x": [1]})
    raise ZeroDivisionError("no weather")


BAD = {
    "an error": (fail, "'t' could not be written in .*ZeroDivisionError: no weather"),
    "nothing": (lambda: (x for x in ()), "The generator gave nothing"),
    "no tables": (lambda: (x for x in (1, 2)), "The generator gave int, which is no table"),
    "other columns": (
        lambda: (pd.DataFrame({name: [1]}) for name in "ab"),
        r"Batch 2 does not fit the first one: its columns are \['b'\]",
    ),
    "other types": (
        lambda: (pd.DataFrame({"a": [x]}) for x in (1, "x")),
        "Batch 2 does not fit the first one: 'a' is (large_)?string, not int64",
    ),
    "an unkept type": (
        lambda: query("SELECT union_value(k := 1) AS u", {}),
        "'t' cannot be kept as a table: Arrow's type sparse_union",
    ),
}


@pytest.mark.parametrize(("make", "message"), BAD.values(), ids=BAD)
def test_a_stream_that_fails_leaves_the_rest_readable(tmp_path, make, message):
    output_io.write(tmp_path, "before", pd.DataFrame({"x": [1]}))

    with pytest.raises(StoreError, match=message):
        output_io.write(tmp_path, "t", make())

    assert list(output_io.read_outputs(tmp_path)) == ["before"]
    assert output_io.read(tmp_path, "before")["x"].tolist() == [1]
    output_io.write(tmp_path, "t", pd.DataFrame({"y": [2]}))
    assert output_io.read(tmp_path, "t")["y"].tolist() == [2]
