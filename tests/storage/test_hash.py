"""The content hash: equal tables, however they were built, and no others."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from nbflow.base.hashing import hash_bytes, hash_file
from nbflow.storage.table_sources import make_source
from nbflow.storage.table_writer import Stream
from tests.storage.arrays import EXACT


def hash_table(value) -> str:
    stream = Stream(make_source(value))
    list(stream)
    return stream.hasher.hexdigest()


def rebatch(table: pa.Table, sizes: list[int]) -> pa.Table:
    """Return the table in batches of these sizes, each with its own memory and its own nulls."""
    cuts = [0, *np.cumsum(sizes).clip(max=len(table)).tolist(), len(table)]
    parts = [table.slice(a, b - a) for a, b in pairwise(cuts)]
    return pa.concat_tables(parts)


KINDS = {
    "int": (pa.int64(), st.integers(-(2**63), 2**63 - 1)),
    "float": (pa.float64(), st.floats()),
    "bool": (pa.bool_(), st.booleans()),
    "str": (pa.string(), st.text(st.characters(exclude_categories=["Cs"]), max_size=5)),
    "bytes": (pa.binary(), st.binary(max_size=5)),
    "list": (pa.list_(pa.int8()), st.lists(st.none() | st.integers(-9, 9), max_size=3)),
    "struct": (
        pa.struct([("a", pa.int8()), ("b", pa.string())]),
        st.fixed_dictionaries({"a": st.none() | st.integers(-9, 9), "b": st.sampled_from("xyz")}),
    ),
}


@st.composite
def arrays(draw):
    kind, values = draw(st.sampled_from(list(KINDS.values())))
    return pa.array(draw(st.lists(st.none() | values, max_size=12)), kind)


@given(arrays(), st.lists(st.integers(0, 5), max_size=5))
def test_batches_and_slices_do_not_count(array, sizes):
    table = pa.table({"x": array})
    padded = pa.concat_arrays([array, array, array]).slice(len(array), len(array))

    assert hash_table(rebatch(table, sizes)) == hash_table(table)
    assert hash_table(pa.table({"x": padded})) == hash_table(table)
    assert hash_table(batch for batch in table.to_batches() or [table]) == hash_table(table)


@given(arrays(), arrays())
def test_other_content_is_another_hash(left, right):
    same = left.type == right.type and repr(left.to_pylist()) == repr(right.to_pylist())

    assert (hash_table(pa.table({"x": left})) == hash_table(pa.table({"x": right}))) == same


@pytest.mark.parametrize("array", EXACT.values(), ids=EXACT)
def test_every_type_streams(array):
    whole = pa.chunked_array([array, array])
    pieces = [array.slice(i, 1) for i in range(len(array))]

    expected = hash_table(pa.table({"x": whole}))

    assert hash_table(pa.table({"x": pa.chunked_array(pieces * 2, array.type)})) == expected
    assert hash_table(pa.table({"x": array})) != expected


def test_what_lies_under_nulls_does_not_count():
    known = pa.py_buffer(b"\x01")
    left, right = (
        pa.Array.from_buffers(pa.int64(), 2, [known, pa.py_buffer(np.array([1, hidden]))])
        for hidden in (2, 3)
    )

    assert left.to_pylist() == right.to_pylist() == [1, None]
    assert hash_table(pa.table({"x": left})) == hash_table(pa.table({"x": right}))


def test_nan_is_one_value_and_no_null():
    quiet, other = np.array([0x7FF8000000000000, 0xFFF8000000000001], "u8").view("f8")

    nans = {hash_table(pa.table({"x": pa.array([nan])})) for nan in (quiet, other)}

    assert len(nans) == 1
    assert hash_table(pa.table({"x": pa.array([None], pa.float64())})) not in nans


BASE = pd.DataFrame({"a": [1, 2, 3], "b": ["x", "y", None]})
OTHERS = {
    "re-sorted": BASE.sort_values("a", ascending=False),
    "re-sorted, index dropped": BASE.sort_values("a", ascending=False, ignore_index=True),
    "renamed": BASE.rename(columns={"a": "A"}),
    "reordered": BASE[["b", "a"]],
    "retyped": BASE.astype({"a": "int32"}),
    "nullable": BASE.astype({"a": "Int64"}),
    "categories": BASE.astype({"b": "category"}),
    "ordered categories": BASE.astype({"b": pd.CategoricalDtype(["x", "y"], ordered=True)}),
    "other categories": BASE.astype({"b": pd.CategoricalDtype(["y", "x"])}),
    "unused category": BASE.astype({"b": pd.CategoricalDtype(["x", "y", "z"])}),
    "other strings": BASE.astype({"b": "string"}),
    "index": BASE.set_axis([5, 6, 7]),
    "shifted range": BASE.set_axis(pd.RangeIndex(1, 4)),
    "named index": BASE.rename_axis("n"),
    "a column as index": BASE.set_index("a"),
    "named columns": BASE.rename_axis(columns="n"),
    "fewer rows": BASE.iloc[:2],
    "other value": BASE.replace({"a": {3: 4}}),
    "no null": BASE.fillna(""),
    "series": BASE["a"],
    "frame of one column": BASE[["a"]],
    "attrs": BASE.copy(),
}
OTHERS["attrs"].attrs["unit"] = "m"


def test_each_difference_that_counts_changes_the_hash():
    hashes = {"as it is": hash_table(BASE)} | {n: hash_table(f) for n, f in OTHERS.items()}

    assert len(set(hashes.values())) == len(hashes), hashes


@pytest.mark.parametrize(
    "name", ["as it is", "categories", "index", "objects", "a column as index"]
)
def test_the_same_frame_made_otherwise_has_the_same_hash(name):
    frame = OTHERS.get(name, BASE)
    twice = pd.concat([frame, frame]).iloc[len(frame) :]
    pieces = pd.concat([frame.iloc[:1], frame.iloc[1:]])

    others = [frame.copy(), twice.set_axis(frame.index), pieces.set_axis(frame.index)]

    assert {hash_table(other) for other in others} == {hash_table(frame)}


def test_versions_do_not_count():
    metadata = b'{"pandas_version": "%s", "creator": {"version": "%s"}, "columns": []}'
    tables = [
        pa.table({"x": [1]}).replace_schema_metadata({b"pandas": metadata % (v, v)})
        for v in (b"2.2.3", b"3.1.1")
    ]

    assert hash_table(tables[0]) == hash_table(tables[1]) != hash_table(pa.table({"x": [1]}))


def test_the_hash_is_the_same_tomorrow():
    frame = pd.DataFrame({"a": [1, None], "b": ["x", None], "c": pd.Categorical(["u", "v"])})

    table = pa.table({"a": [1, None], "b": ["x", None], "c": [[1], []]})

    assert hash_table(frame) == hash_table(frame.copy(deep=True))
    assert hash_table(table) == "99067bd425682661a32563c891aeceb4"


def test_files_are_hashed_like_their_bytes(tmp_path):
    content = b"x" * (1 << 20) + b"y"
    (tmp_path / "f").write_bytes(content)

    assert hash_file(tmp_path / "f") == hash_bytes(content)
    assert hash_bytes("ä") == hash_bytes("ä".encode())
