"""What a frame has beside its columns comes back as it was, counts in its hash, and is JSON."""

from __future__ import annotations

import datetime as dt
import json
import pickle
from decimal import Decimal
from zoneinfo import ZoneInfo

import numpy as np
import pandas as pd
import pytest
from pandas.testing import assert_frame_equal
from pandas.tseries.holiday import USFederalHolidayCalendar

from nbflow.storage import output_io, trust
from nbflow.storage.arrow.hash import FRAME, FRAME_TEXT
from nbflow.storage.frames.frames import encode_frame
from nbflow.storage.frames.objects import is_same
from tests.storage.frames import EXACT

BERLIN = ZoneInfo("Europe/Berlin")
OFFSETS = {
    "a holiday": pd.offsets.CustomBusinessDay(holidays=["2024-02-06"]),
    "other holidays": pd.offsets.CustomBusinessDay(holidays=["2024-02-07"]),
    "a calendar": pd.offsets.CustomBusinessDay(calendar=USFederalHolidayCalendar()),
    "a week from Sunday": pd.offsets.CustomBusinessDay(weekmask="Sun Mon Tue Wed Thu"),
    "business hours": pd.offsets.BusinessHour(start="08:00", end="12:00"),
    "two shifts": pd.offsets.BusinessHour(start=["08:00", "13:00"], end=["12:00", "15:00"]),
    "hours and a holiday": pd.offsets.CustomBusinessHour(holidays=["2024-02-06"], start="10:00"),
    "month's last business day": pd.offsets.CustomBusinessMonthEnd(2, holidays=["2024-02-29"]),
    "months": pd.DateOffset(months=1),
    "the 31st": pd.DateOffset(day=31),
    "months and hours": pd.DateOffset(2, months=1, hours=3),
    "Easter": pd.offsets.Easter(),
    "a year of 52 or 53 weeks": pd.offsets.FY5253(weekday=2, startingMonth=3, variation="last"),
    "weeks": pd.offsets.Week(weekday=2),
    "business days and an hour": pd.offsets.BusinessDay(2, offset=dt.timedelta(hours=1)),
    "twice a month": pd.offsets.SemiMonthEnd(day_of_month=4),
    "at midnight": pd.offsets.MonthEnd(normalize=True),
    "nanoseconds": pd.offsets.Nano(5),
}


def make_indexed(offset: pd.offsets.BaseOffset) -> pd.DataFrame:
    index = pd.date_range("2024-02-01", periods=4, freq=offset, unit="ns")
    return pd.DataFrame({"a": range(len(index))}, index=index)


@pytest.mark.parametrize("offset", OFFSETS.values(), ids=OFFSETS)
def test_an_offset_comes_back_with_all_that_it_was_made_with(tmp_path, offset):
    frame = make_indexed(offset)

    output_io.write(tmp_path, "t", frame)

    back = output_io.read(tmp_path, "t")
    assert type(back.index.freq) is type(offset)
    assert describe(back.index.freq) == describe(offset)
    assert_frame_equal(back, frame)
    assert back.index[0] + 3 * back.index.freq == frame.index[0] + 3 * offset


def describe(offset: pd.offsets.BaseOffset) -> str:
    named = {key: item for key, item in offset.kwds.items() if key != "calendar"}
    return f"{offset.n} {offset.normalize} {named}"


def test_offsets_that_differ_have_different_hashes(tmp_path):
    hashes = set()
    for number, offset in enumerate(OFFSETS.values()):
        frame = make_indexed(offset)
        hashes.add(output_io.write(tmp_path, f"t{number}", frame).hash)

    assert len(hashes) == len(OFFSETS)


def test_offsets_among_labels_come_back(tmp_path):
    days = pd.date_range("2024-02-01", periods=3, freq=OFFSETS["a holiday"])
    frame = pd.DataFrame([[1, 2, 3]], columns=days)
    frame.attrs = {"every": list(OFFSETS.values())}

    output_io.write(tmp_path, "t", frame)

    back = output_io.read(tmp_path, "t")
    assert back.columns.freq == days.freq
    assert back.attrs == frame.attrs


class Unit:
    """An object that is known by its address alone."""

    def __init__(self, name: str, others: object = None) -> None:
        self.name, self.others = name, others


def make_array(at: int, value: float = 1.0) -> np.ndarray:
    array = np.zeros(2000)
    array[at] = value
    return array


ATTRS = {
    "an array": lambda: make_array(1000),
    "an array that differs in its middle": lambda: make_array(1001),
    "an array that differs behind the 8th digit": lambda: make_array(1000, 1.0 + 1e-12),
    "an array of another type": lambda: make_array(1000).astype("f4"),
    "an array of another shape": lambda: make_array(1000).reshape(20, 100),
    "an array of objects": lambda: np.array(["a", None, 1], dtype=object),
    "a frame": lambda: pd.DataFrame({"a": make_array(1000)}),
    "another frame": lambda: pd.DataFrame({"a": make_array(1001)}),
    "a frame with attrs of its own": EXACT["attrs"].copy,
    "a frame that no table holds": lambda: pd.DataFrame({"a": [1, "a"]}),
    "a series": lambda: pd.Series(make_array(1000)),
    "a list": lambda: [1, 2],
    "a tuple": lambda: (1, 2),
    "true": lambda: True,
    "one": lambda: 1,
    "one as a float": lambda: 1.0,
    "one as NumPy's": lambda: np.int8(1),
    "NaN": lambda: float("nan"),
    "minus zero": lambda: -0.0,
    "an integer of many digits": lambda: 7**6000,
    "a set": lambda: {f"item {i}" for i in range(50)},
    "a frozenset": lambda: frozenset(f"item {i}" for i in range(50)),
    "a dict": lambda: {1: "a", (1, 2): {"b": [None]}},
    "decimals": lambda: [Decimal("1.10")],
    "other decimals": lambda: [Decimal("1.1")],
    "a moment": lambda: dt.datetime(2020, 10, 25, 2, 30, fold=1, tzinfo=BERLIN),
    "the hour before it": lambda: dt.datetime(2020, 10, 25, 2, 30, tzinfo=BERLIN),
    "a moment of pandas": lambda: pd.Timestamp(5, tz="Europe/Berlin"),
    "other things of pandas": lambda: [pd.NaT, pd.NA, pd.Timedelta(7), pd.Period("2020", "Q")],
    "an object": lambda: Unit("m"),
    "another object": lambda: Unit("km"),
    "an object with a set": lambda: Unit("m", {f"item {i}" for i in range(50)}),
    "an object with an array": lambda: Unit("m", make_array(1000)),
    "an object with another array": lambda: Unit("m", make_array(1001)),
}


def make_frame(attr: object) -> pd.DataFrame:
    frame = pd.DataFrame({"a": [1]})
    frame.attrs["of"] = attr
    return frame


@pytest.mark.parametrize("make", ATTRS.values(), ids=ATTRS)
def test_an_attribute_comes_back_and_the_same_one_has_the_same_hash(tmp_path, make):
    first = output_io.write(tmp_path, "a", make_frame(make()))
    second = output_io.write(tmp_path, "b", make_frame(make()))

    back = output_io.read(tmp_path, "a").attrs["of"]
    assert (first.kind, first.hash) == ("table", second.hash)
    assert find_digest(back) == find_digest(make())
    if not isinstance(back, pd.DataFrame | pd.Series | Unit | list | float):
        assert is_same(back, make())


def find_digest(attr: object) -> bytes:
    return encode_frame(make_frame(attr)).schema.metadata[FRAME_TEXT]


def test_attributes_that_differ_have_different_hashes(tmp_path):
    hashes = {
        name: output_io.write(tmp_path, f"t{number}", make_frame(make())).hash
        for number, (name, make) in enumerate(ATTRS.items())
    }

    assert len(set(hashes.values())) == len(hashes), hashes


def test_a_set_has_one_hash_in_whatever_order_it_was_filled(tmp_path):
    items = [f"item {i}" for i in range(100)]
    some = Unit("m", set(items)), Unit("m", {*items[50:], *items[:50]})

    hashes = {
        output_io.write(tmp_path, f"t{number}", make_frame(one)).hash
        for number, one in enumerate(some)
    }

    assert len(hashes) == 1


def test_attributes_that_hold_themselves_keep_the_frame_whole(tmp_path):
    attr: list[object] = []
    attr.append(attr)

    output = output_io.write(tmp_path, "t", make_frame(attr))

    assert (output.kind, "nested too deep" in output.note) == ("pickle", True)
    back = output_io.read(tmp_path, "t").attrs["of"]
    assert back[0] is back


def test_an_object_that_holds_itself_comes_back(tmp_path):
    attr = Unit("m")
    attr.others = attr

    output_io.write(tmp_path, "t", make_frame(attr))

    back = output_io.read(tmp_path, "t").attrs["of"]
    assert (back.name, back.others is back) == ("m", True)


@pytest.mark.parametrize("name", [name for name in EXACT if name != "zones"])
def test_reading_a_frame_needs_no_pickle(tmp_path, monkeypatch, name):
    output_io.write(tmp_path, "t", EXACT[name])
    for module in (pickle, trust.pickle):
        monkeypatch.setattr(module, "load", None)
        monkeypatch.setattr(module, "loads", None)

    assert_frame_equal(output_io.read(tmp_path, "t"), EXACT[name])


def test_a_recipe_is_json_that_says_what_it_holds():
    table = encode_frame(EXACT["categories"])

    recipe = json.loads(table.schema.metadata[FRAME])

    assert recipe["names"] == ["a"]
    assert recipe["columns"]["index"]["items"] == ["a"]
    assert '"items": ["z", "b", "a"]' in json.dumps(recipe)
