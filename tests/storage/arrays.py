"""Arrow arrays of every kind, by name."""

from __future__ import annotations

import uuid
from decimal import Decimal

import numpy as np
import pyarrow as pa

CODES = pa.dictionary(pa.int8(), pa.string())
SECONDS = pa.duration("s")


def nested(kind: pa.DataType) -> pa.DataType:
    return pa.list_(pa.struct([("x", kind), ("n", pa.null())]))


EXACT: dict[str, pa.Array] = {
    "bool": pa.array([True, None, False]),
    "uint64": pa.array([2**64 - 1, 0], pa.uint64()),
    "float with NaN and null": pa.array([1.5, float("nan"), None, -0.0]),
    "half floats": pa.array(np.array([1.5, 65504], "f2")),
    "strings": pa.array(["a\0b", "", None, "日本"]),
    "large strings": pa.array(["a", None], pa.large_string()),
    "string views": pa.array(["a" * 30, None], pa.string_view()),
    "binary": pa.array([b"a\0", b"", None]),
    "binary views": pa.array([b"a" * 30, None], pa.binary_view()),
    "fixed binary": pa.array([b"ab", None], pa.binary(2)),
    "null": pa.nulls(3),
    "date32": pa.array([-(2**16), 0, None], pa.date32()),
    "date64": pa.array([86400000, None], pa.date64()),
    "time32": pa.array([0, 86399], pa.time32("s")),
    "time64 ns": pa.array([1, None], pa.time64("ns")),
    "timestamp ns": pa.array([1, 2**62, None], pa.timestamp("ns")),
    "timestamp zoned s": pa.array([1, None], pa.timestamp("s", "+02:00")),
    "timestamp zoned us": pa.array([1, None], pa.timestamp("us", "Europe/Berlin")),
    "timestamp zoned ns": pa.array([1, None], pa.timestamp("ns", "Europe/Berlin")),
    "duration": pa.array([1, -(2**62), None], pa.duration("ns")),
    "interval": pa.array([(1, 2, 3000), None], pa.month_day_nano_interval()),
    "decimal128": pa.array([Decimal("9" * 38), None], pa.decimal128(38, 0)),
    "decimal256": pa.array([Decimal("9" * 50), None], pa.decimal256(60, 0)),
    "decimal of negative scale": pa.array([Decimal(1200), None], pa.decimal128(5, -2)),
    "dictionary": pa.array(["b", None, "a", "b"], CODES),
    "ordered dictionary": pa.DictionaryArray.from_arrays(
        pa.array([1, None], pa.int8()), pa.array(["x", "y", "unused"]), ordered=True
    ),
    "dictionary of times": pa.array([1, 2], pa.timestamp("ns", "UTC")).dictionary_encode(),
    "uuid": pa.array([uuid.UUID(int=7).bytes, None], pa.uuid()),
    "bool8": pa.ExtensionArray.from_storage(pa.bool8(), pa.array([0, 1, None], pa.int8())),
    "run ends": pa.RunEndEncodedArray.from_arrays([2, 3], ["a", None]),
    "lists": pa.array([[1], None, [], [None]]),
    "lists of lists": pa.array([[[1], None, []], None, []]),
    "large lists": pa.array([[1], None], pa.large_list(pa.int8())),
    "list views": pa.array([[1], None, [2, 3]], pa.list_view(pa.int8())),
    "fixed lists": pa.array([[1, 2], None, [3, None]], pa.list_(pa.int32(), 2)),
    "fixed lists of durations": pa.array([[1, 2], None, [3, None]], pa.list_(SECONDS, 2)),
    "lists of durations": pa.array([[{"x": 1}], None, [], [None]], nested(SECONDS)),
    "lists of zoned times": pa.array([[{"x": 1}], None], nested(pa.timestamp("ns", "UTC"))),
    "lists of dictionaries": pa.array([["a", "b"], None, ["b", "c"]], pa.list_(CODES)),
    "structs": pa.array([{"a": 1, "b": "x"}, None, {"a": None, "b": None}]),
    "structs without fields": pa.array([{}, None], pa.struct([])),
    "structs of one name": pa.StructArray.from_arrays([pa.array([1]), pa.array([2])], ["a", "A"]),
    "structs without names": pa.StructArray.from_arrays([pa.array([1])], [""]),
    "maps": pa.array([[("a", 1)], None, []], pa.map_(pa.string(), pa.int8())),
    "maps with a key twice": pa.array([[("a", 1), ("a", 2)]], pa.map_(pa.string(), pa.int8())),
    "maps of dictionaries": pa.array([[("a", "x")], [("b", None)]], pa.map_(pa.string(), CODES)),
}
if hasattr(pa, "decimal32"):  # since pyarrow 19
    EXACT["decimal32"] = pa.array([Decimal("1.10"), None], pa.decimal32(5, 2))
