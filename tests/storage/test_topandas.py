"""Tables that pandas did not write hold every value in pandas, whoever wrote and reads them."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest

from nbflow.storage import output_io
from nbflow.storage.duckdb.connections import process_connection
from nbflow.storage.duckdb.relations import fetch_relation
from nbflow.storage.duckdb.result_tables import query
from nbflow.storage.table_reader import convert
from tests.storage.dropping import drop_arrow

BIG = 2**53 + 1  # the first integer that no float holds
HUGE = 2**100
TEXT = str(pd.Series(["a"]).dtype)
MONTH = pa.array([(1, 0, 0)], pa.month_day_nano_interval()).to_pandas()[0]
ID = uuid.UUID(int=7)


def sql(*values: str) -> duckdb.DuckDBPyRelation:
    rows = ", ".join(f"({value})" for value in values)
    return process_connection().sql(f"select * from (values {rows}) t(a)")


TABLES: dict[str, tuple[Any, str, list[Any]]] = {
    "Arrow integers": (pa.table({"a": [BIG, None]}), "Int64", [BIG, pd.NA]),
    "Arrow integers without null": (pa.table({"a": [BIG, 1]}), "int64", [BIG, 1]),
    "unsigned": (
        pa.table({"a": pa.array([2**64 - 1, None], pa.uint64())}),
        "UInt64",
        [2**64 - 1, pd.NA],
    ),
    "bytes": (pa.table({"a": pa.array([7, None], pa.int8())}), "Int8", [7, pd.NA]),
    "no integer at all": (pa.table({"a": pa.array([None], pa.int32())}), "Int32", [pd.NA]),
    "Polars' integers": (pl.DataFrame({"a": [BIG, None]}), "Int64", [BIG, pd.NA]),
    "SQL's integers": (sql(f"{BIG}::bigint", "null"), "Int64", [BIG, pd.NA]),
    "chunks of which one has a null": (
        pa.table({"a": pa.chunked_array([[BIG], [None]])}),
        "Int64",
        [BIG, pd.NA],
    ),
    "booleans": (pa.table({"a": [True, None]}), "boolean", [True, pd.NA]),
    "a sum": (sql(f"{BIG}::hugeint"), "int64", [BIG]),
    "a sum with null": (sql(f"{BIG}::hugeint", "null"), "Int64", [BIG, pd.NA]),
    "a sum of 64 bits": (sql(f"{2**64 - 1}::hugeint"), "uint64", [2**64 - 1]),
    "a huge sum": (sql(f"{HUGE}::hugeint", "1", "null"), "object", [HUGE, 1, None]),
    "the largest sum": (sql(f"{2**127 - 1}::hugeint"), "object", [2**127 - 1]),
    "a larger one without sign": (sql(f"{2**128 - 1}::uhugeint"), "object", [2**128 - 1]),
    "one of any size": (sql(f"{10**50}::bignum", "null"), "object", [10**50, None]),
    "decimals": (
        sql("12345678901234567.89::decimal(20,2)", "null"),
        "object",
        [Decimal("12345678901234567.89"), None],
    ),
    "dates": (sql("date '2020-01-02'", "null"), "object", [dt.date(2020, 1, 2), None]),
    "a date beyond Python's": (sql("date '20000-01-02'"), "datetime64[s]", [int(np.datetime64("20000-01-02", "s").astype(int))]),
    "times of day with a zone": (sql("timetz '01:02:03+02'"), TEXT, ["01:02:03+02"]),
    "UUIDs": (sql(f"'{ID}'::uuid", "null"), "object", [ID, None]),
    "bits": (sql("'101'::bit"), TEXT, ["101"]),
    "lengths of time": (
        sql("interval '-3 days 2 hours'", "null"),
        "timedelta64[ns]",
        [pd.Timedelta(hours=-70), pd.NaT],
    ),
    "months": (
        sql("interval '1 month'", "null"),
        "object",
        [MONTH, None],
    ),
    "lists": (pa.table({"a": [[BIG, None], None]}), "object", [[BIG, None], None]),
    "lists of lists": (pa.table({"a": [[[BIG, None], []]]}), "object", [[[BIG, None], []]]),
    "structs": (pa.table({"a": [{"x": BIG}, {"x": None}]}), "object", [{"x": BIG}, {"x": None}]),
    "lists of structs": (
        pl.DataFrame({"a": [[{"x": BIG}, {"x": None}]]}),
        "object",
        [[{"x": BIG}, {"x": None}]],
    ),
    "maps": (
        pa.table({"a": pa.array([[("k", BIG), ("l", None)]], pa.map_(pa.string(), pa.int64()))}),
        "object",
        [[("k", BIG), ("l", None)]],
    ),
    "lists of sums": (sql(f"[{BIG}::hugeint, null]", "null"), "object", [[BIG, None], None]),
    "lists of huge sums": (sql(f"[{HUGE}::hugeint, null]"), "object", [[HUGE, None]]),
    "structs of sums": (sql(f"{{'x y': {BIG}::hugeint, 'z': 'a'}}"), "object", [{"x y": BIG, "z": "a"}]),
    "maps of sums": (sql(f"map{{'k': {BIG}::hugeint}}"), "object", [[("k", BIG)]]),
    "maps of huge sums": (sql(f"map{{'k': {HUGE}::hugeint}}"), "object", [[("k", HUGE)]]),
    "sums deep within": (
        sql(f"[{{'x': [{BIG}::hugeint], 'm': map{{1: 2::hugeint}}}}]"),
        "object",
        [[{"x": [BIG], "m": [(1, 2)]}]],
    ),
    "arrays of sums": (sql(f"[{BIG}, 1]::hugeint[2]"), "object", [[BIG, 1]]),
    "decimals within": (
        sql("[{'x': 1.10::decimal(5,2)}]"),
        "object",
        [[{"x": Decimal("1.10")}]],
    ),
}  # fmt: skip
READERS: dict[str, Callable[[Path, str], Any]] = {
    "from the Arrow file": output_io.read,
    "from DuckDB": lambda folder, name: output_io.read(folder, name, where="true"),
}


def plain(value: Any) -> Any:
    """Return lists for arrays, at any depth, and moments as seconds."""
    if isinstance(value, np.ndarray | list):
        return [plain(item) for item in value]
    if isinstance(value, dict):
        return {key: plain(item) for key, item in value.items()}
    return value


def check(frame: pd.DataFrame, kind: str, values: list[Any]) -> None:
    assert str(frame["a"].dtype) == kind
    seen = frame["a"].astype("int64") if kind == "datetime64[s]" else frame["a"]
    found = [plain(item) for item in seen]
    assert repr(found) == repr(values) or found == values
    assert list(map(type, found)) == list(map(type, values)) or kind != "object"


@pytest.mark.parametrize(("table", "kind", "values"), TABLES.values(), ids=TABLES)
def test_a_value_stays_as_it_is_however_it_is_read(tmp_path, table, kind, values):
    output = output_io.write(tmp_path, "t", table)

    assert (output.kind, output.rows) == ("table", len(values))
    for reader in READERS.values():
        check(reader(tmp_path, "t"), kind, values)
    drop_arrow(tmp_path)
    check(output_io.read(tmp_path, "t"), kind, values)


@pytest.mark.parametrize("name", [n for n, (t, *_) in TABLES.items() if hasattr(t, "fetchall")])
def test_a_query_gives_what_its_rows_give_when_they_are_written_and_read(tmp_path, name):
    relation, kind, values = TABLES[name]

    frame = convert(fetch_relation(relation), "pandas", tmp_path)

    check(frame, kind, values)


@pytest.mark.parametrize("name", [n for n, (t, *_) in TABLES.items() if hasattr(t, "fetchall")])
def test_sql_sees_the_types_that_were_written(tmp_path, name):
    relation = TABLES[name][0]
    output = output_io.write(tmp_path, "t", relation)

    shown = query("from s.t", {("s", "t"): tmp_path})

    kind = str(relation.types[0])
    if name == "sums deep within":  # a map within a list is its pairs
        kind = 'STRUCT(x HUGEINT[], m STRUCT("key" INTEGER, "value" HUGEINT)[])[]'
    assert (output.columns, str(shown.types[0])) == ({"a": kind}, kind)
    assert name == "sums deep within" or shown.fetchall() == relation.fetchall()


def test_the_index_of_an_arrow_table_of_pandas_comes_back(tmp_path):
    frame = pd.DataFrame(
        {
            "i": pd.array([BIG, None], "Int64"),
            "f": [1.5, None],
            "o": [True, None],
            "s": ["x", None],
        },
        index=pd.Index([5, 6], name="k"),
    )
    frame["arrow"] = pd.array([BIG, None], pd.ArrowDtype(pa.int64()))

    output_io.write(tmp_path, "t", pa.Table.from_pandas(frame))

    back = output_io.read(tmp_path, "t")
    pd.testing.assert_frame_equal(back, frame.astype({"o": "boolean"}))


def test_columns_of_one_name_keep_their_values(tmp_path):
    table = pa.Table.from_arrays([pa.array([BIG, None]), pa.array([1.5, 2])], ["a", "a"])

    frame = convert(table, "pandas", tmp_path)

    assert list(frame.columns) == ["a", "a"]
    assert list(map(str, frame.dtypes)) == ["Int64", "float64"]
    assert frame.iloc[0, 0] == BIG


def test_many_columns_with_nulls(tmp_path):
    table = pa.table({f"c{i}": [BIG + i, None] for i in range(300)})

    frame = convert(table, "pandas", tmp_path)

    assert [frame.iloc[0, i] for i in range(300)] == [BIG + i for i in range(300)]
    assert set(map(str, frame.dtypes)) == {"Int64"}


def test_no_rows_keep_their_types(tmp_path):
    relation = process_connection().sql(
        "select 1::hugeint h, uuid() u, interval '1 day' i, [1::hugeint] l, 1::bigint b where false"
    )
    output_io.write(tmp_path, "t", relation)

    frame = output_io.read(tmp_path, "t")

    assert list(map(str, frame.dtypes)) == ["int64", "object", "timedelta64[ns]", "object", "int64"]


def test_a_sliced_interval_keeps_its_rows(tmp_path):
    table = fetch_relation(sql("interval '1 day'", "null", "interval '2 days'")).slice(1)

    frame = convert(table, "pandas", tmp_path)

    assert frame["a"].tolist() == [pd.NaT, pd.Timedelta(days=2)]
