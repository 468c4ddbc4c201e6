"""Frames of every kind that pandas knows, by name."""

from __future__ import annotations

import datetime as dt
import uuid
from decimal import Decimal
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
from dateutil import tz


def series(values: Any, dtype: Any = None) -> pd.DataFrame:
    return pd.DataFrame({"a": pd.Series(values, dtype=dtype)})


def indexed(index: Any) -> pd.DataFrame:
    return pd.DataFrame({"a": range(len(index))}, index=index)


def labelled(columns: Any) -> pd.DataFrame:
    return pd.DataFrame([range(len(columns))], columns=columns)


def make_attrs() -> pd.DataFrame:
    frame = series([1])
    frame.attrs = {"unit": "m", 1: (2,)}
    return frame


MONTHS = pd.period_range("2020-01", periods=3, freq="M")
FIXED = dt.timezone(dt.timedelta(hours=2))
DAYS = pd.date_range("2020", periods=3)
FLOATS = np.array([np.nan, 1, 2])

EXACT: dict[str, pd.DataFrame] = {
    "ints": pd.DataFrame({k: np.array([1, 2], k) for k in ("i1", "i2", "i4", "i8")}),
    "unsigned": pd.DataFrame({k: np.array([1, 2], k) for k in ("u1", "u2", "u4", "u8")}),
    "floats": pd.DataFrame({k: np.array([1.5, np.nan, -np.inf], k) for k in ("f2", "f4", "f8")}),
    "bool": series([True, False]),
    "str": series(["a", None, "", "b\0c", "日本"]),
    "string python": series(["a", None], pd.StringDtype("python")),
    "string pyarrow": series(["a", None], pd.StringDtype("pyarrow")),
    "str as objects": series(["a", None], object),
    "str with NaN as objects": series(["a", np.nan], object),
    "str with NA as objects": series(["a", pd.NA], object),
    "ints as objects": series([1, None], object),
    "big ints as objects": series([2**64 - 1, None], object),
    "bools as objects": series([True, None], object),
    "floats as objects": series([1.5, np.nan, None], object),
    "all None": series([None, None], object),
    "all NaN as objects": series([np.nan, np.nan], object),
    "Int64 without NA": series([1, 2], "Int64"),
    "Int8 with NA": series([1, None], "Int8"),
    "boolean": series([True, None], "boolean"),
    "Float64 with NaN and NA": series(
        pd.arrays.FloatingArray(FLOATS, np.array([False, False, True]))
    ),
    "categories": series(pd.Categorical(["b", None, "a"], categories=["z", "b", "a"])),
    "ordered categories": series(pd.Categorical([3, 1], categories=[3, 2, 1], ordered=True)),
    "mixed categories": series(pd.Categorical([1, "1", None], categories=["1", 1])),
    "interval categories": series(pd.cut([1, 2, 3, np.nan], [0, 1, 5])),
    "period categories": series(MONTHS.astype("category")),
    "zoned categories": series(pd.Categorical(DAYS.tz_localize("Europe/Berlin"))),
    "Int64 categories": series(pd.array([1, 2], "Int64")).astype("category"),
    "tuple categories": series(pd.Categorical([(1, 2), (3, 4)])),
    "no categories": series(pd.Categorical([])),
    "many categories": series(pd.Categorical([f"c{i}" for i in range(500)])),
    "times": pd.DataFrame({u: DAYS.as_unit(u) for u in ("s", "ms", "us", "ns")}),
    "time with nanoseconds and NaT": series(pd.to_datetime([1, None])),
    "zones": pd.DataFrame(
        {
            "a": DAYS.tz_localize("Europe/Berlin"),
            "b": DAYS.as_unit("ns").tz_localize("UTC"),
            "c": DAYS.as_unit("s").tz_localize(FIXED),
            "d": DAYS.tz_localize(tz.UTC),
        }
    ),
    "timedelta": series(pd.to_timedelta([1, None, -(2**62)])),
    "timedelta in seconds": series(pd.to_timedelta([1, 2]).as_unit("s")),
    "period": series(MONTHS),
    "period with NaT": series(pd.PeriodIndex(["2020", None], freq="3D")),
    "interval": series(pd.interval_range(0, 3, closed="left")),
    "interval of times": series(pd.interval_range(pd.Timestamp("2020"), periods=3)),
    "interval with NaN": series(pd.arrays.IntervalArray.from_tuples([(0.0, 1.0), np.nan])),
    "dates": series([dt.date(2020, 1, 1), None], object),
    "clock times": series([dt.time(1, 2, 3, 4), None], object),
    "datetimes as objects": series([dt.datetime(2020, 1, 1), None], object),  # noqa: DTZ001
    "timedeltas as objects": series([dt.timedelta(1), None], object),
    "decimals": series([Decimal("1.10"), Decimal("-22.25"), None], object),
    "uuid": series([uuid.UUID(int=7), None], object),
    "bytes": series([b"a\0", None, b""], object),
    "lists": series([[1], [2, None], None, []], object),
    "nested lists": series([[["a"], []], None], object),
    "dicts": series([{"a": 1, "b": [1]}, {"a": None, "b": []}], object),
    "arrays": series([np.array([1.5, np.nan], "f4"), None, np.array([], "f4")], object),
    "Arrow int": series([1, None], pd.ArrowDtype(pa.int64())),
    "Arrow string": series(["a", None], pd.ArrowDtype(pa.string())),
    "Arrow list": series([[1], None], pd.ArrowDtype(pa.list_(pa.int64()))),
    "Arrow struct": series([{"x": 1}], pd.ArrowDtype(pa.struct([("x", pa.int8())]))),
    "Arrow dictionary": series(["a"], pd.ArrowDtype(pa.dictionary(pa.int8(), pa.string()))),
    "Arrow duration": series([1, None], pd.ArrowDtype(pa.duration("ns"))),
    "zero rows": pd.DataFrame(
        {
            "i": pd.Series([], dtype="int32"),
            "t": pd.Series([], dtype="datetime64[s]"),
            "o": pd.Series([], dtype=object),
            "c": pd.Series([], dtype=pd.CategoricalDtype(["x", "y"], ordered=True)),
            "n": pd.Series([], dtype="Int16"),
            "p": pd.Series([], dtype="period[M]"),
        }
    ),
    "no columns": pd.DataFrame(index=[3, 4]),
    "integer columns": labelled([1, 2]),
    "mixed columns": labelled([1, "1", None]),
    "duplicate columns": labelled(["a", "b", "a"]),
    "columns that differ by case": labelled(["a", "A", "A_2", "ä", "Ä"]),
    "odd columns": labelled(["", " ", '"', "a;b", "select", "c0", "rowid", "x'y", "index"]),
    "named columns": labelled(pd.Index(["a", "b"], name="n")),
    "columns as objects": labelled(pd.Index(["a", "b"], dtype=object)),
    "float columns": labelled([1.5, 2.5]),
    "bool columns": labelled([True, False]),
    "time columns": labelled(DAYS),
    "zoned columns": labelled(DAYS.tz_localize("Europe/Berlin")),
    "period columns": labelled(MONTHS),
    "categorical columns": labelled(pd.CategoricalIndex(["a", "b"], categories=["b", "a", "c"])),
    "interval columns": labelled(pd.interval_range(0, 2)),
    "multi-level columns": labelled(
        pd.MultiIndex.from_tuples([("a", 1), ("b", 2)], names=["x", None])
    ),
    "multi-level columns with times": labelled(pd.MultiIndex.from_product([["a"], DAYS])),
    "multi-level columns and index": pd.DataFrame(
        [[1, 2], [3, 4]],
        columns=pd.MultiIndex.from_tuples([("a", 1), ("b", 2)]),
        index=pd.MultiIndex.from_product([["x"], [1, 2]], names=["p", "q"]),
    ),
    "named index": indexed(pd.Index([5, 6], name="k")),
    "index named as a column": indexed(pd.Index([5, 6], name="a")),
    "index with an integer name": indexed(pd.Index([5, 6], name=0)),
    "index of objects": indexed(pd.Index(["x", None], dtype=object)),
    "index of dates": indexed(pd.Index([dt.date(2020, 1, 1)], dtype=object)),
    "index of int8": indexed(pd.Index([5], dtype="int8")),
    "index of Int64": indexed(pd.Index([5, None], dtype="Int64")),
    "index with frequency": indexed(DAYS),
    "index of zoned times": indexed(pd.date_range("2020", periods=3, freq="h", tz="Europe/Berlin")),
    "index of timedeltas": indexed(pd.timedelta_range(0, periods=2)),
    "index of periods": indexed(MONTHS),
    "index of intervals": indexed(pd.interval_range(0, 2)),
    "index of categories": indexed(pd.CategoricalIndex(pd.cut([1, 2], [0, 1, 5]), name="c")),
    "range index": indexed(pd.RangeIndex(5, 1, -2, name="r")),
    "index of several levels": indexed(
        pd.MultiIndex.from_product([["x"], [1, 2]], names=["p", None])
    ),
    "index levels of one name": indexed(
        pd.MultiIndex.from_product([["x"], [1, 2]], names=["p", "p"])
    ),
    "index levels of odd types": indexed(
        pd.MultiIndex.from_arrays([MONTHS, pd.Categorical(["x", "y", "x"])])
    ),
    "attrs": make_attrs(),
    "no duplicate labels": series([1]).set_flags(allows_duplicate_labels=False),
}

PICKLED: dict[str, tuple[Any, str]] = {
    "no columns, no index": (pd.DataFrame(index=range(3)), "no tables without columns"),
    "nothing at all": (pd.DataFrame(), "no tables without columns"),
    "mixed objects": (series([1, "a"]), "column 'a' mixes int and str"),
    "ints and floats": (series([1, 2.5], object), "column 'a' mixes float and int"),
    "bools and ints": (series([True, 2], object), "column 'a' mixes bool and int"),
    "None and NaN": (series(["a", None, np.nan], object), "for missing values"),
    "sets": (series([{1}], object), "holds set"),
    "tuples": (series([(1, 2)], object), "holds tuple such as (1, 2) that would change"),
    "ragged dicts": (series([{"a": 1}, {"b": 2}], object), "holds dict"),
    "reordered dicts": (series([{"a": 1, "b": 2}, {"b": 2, "a": 1}], object), "holds dict"),
    "lists with ints and floats": (series([[1], [2.5]], object), "holds list"),
    "bytearrays": (series([bytearray(b"a")], object), "holds bytearray"),
    "huge ints": (series([2**70], object), "holds int that Arrow refuses"),
    "NumPy scalars": (series([np.int8(1)], object), "holds int8"),
    "aware and naive": (
        series([dt.datetime(2020, 1, 1), dt.datetime(2020, 1, 1, tzinfo=FIXED)], object),  # noqa: DTZ001
        "holds datetime",
    ),
    "NaN decimals": (series([Decimal("NaN"), Decimal(1)], object), "holds Decimal"),
    "lone surrogates": (series(["\ud800"], object), "holds str that Arrow refuses"),
    "sparse": (series(pd.arrays.SparseArray([0, 1])), "is Sparse"),
    "complex": (series([1j]), "is complex128"),
    "mixed index": (indexed(pd.Index([1, "a"], dtype=object)), "mixes int and str"),
}
