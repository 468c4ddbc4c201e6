"""Values are parsed and checked by the parameter's type, and have one JSON form each."""

from __future__ import annotations

import datetime as dt
import enum
from decimal import Decimal
from pathlib import Path
from zoneinfo import ZoneInfo

import numpy as np
import pandas as pd
import pytest
from dateutil import tz

from nbflow.analysis.parameters import check_value, find_parameters, make_objects, parse_text
from nbflow.errors import ParameterError
from nbflow.model import Parameter

ENUM = "from enum import Enum\nclass Color(Enum):\n    RED = 'r'\n    BLUE = 2\n"


def parameter(annotation: str) -> Parameter:
    cell = f"{ENUM}x: {annotation}" if annotation else "x = None"
    return find_parameters([(1, cell)], "n.ipynb", Path())[0][0]


TEXTS = [
    ("int", "02", 2),
    ("int", "-3", -3),
    ("str", "02", "02"),
    ("str", " a b", " a b"),
    ("str", "none", "none"),
    ("float", "1", 1.0),
    ("float", "1e3", 1000.0),
    ("float", "nan", "nan"),
    ("float", "-inf", "-inf"),
    *(("bool", text, True) for text in ("true", "True", "1", "yes")),
    *(("bool", text, False) for text in ("false", "FALSE", "0", "no")),
    ("bytes", "a", "YQ=="),
    ("date", "2013-01-31", "2013-01-31"),
    ("date", "20130131", "2013-01-31"),
    ("datetime", "2013-01-31 06:00", "2013-01-31T06:00:00"),
    ("datetime", "2013-01-31", "2013-01-31T00:00:00"),
    ("datetime", "2013-01-31T06:00Z", "2013-01-31T06:00:00+00:00"),
    ("datetime", "2013-07-01T06:00[Europe/Berlin]", "2013-07-01T06:00:00+02:00[Europe/Berlin]"),
    ("time", "06:30", "06:30:00"),
    ("timedelta", "1d 12h", "P1DT43200S"),
    ("timedelta", "90 minutes", "PT5400S"),
    ("timedelta", "1:30:00", "PT5400S"),
    ("timedelta", "PT1H30M", "PT5400S"),
    ("timedelta", "1 day, 0:00:00", "P1D"),
    ("Path", "data//a.csv", "data/a.csv"),
    ("Decimal", "1.50", "1.50"),
    ("Literal['a', 'B']", "b", "B"),
    ("Literal[1, '1']", "1", "1"),
    ("Literal['fast', None]", "None", None),
    ("Color", "RED", "RED"),
    ("Color", "red", "RED"),
    ("Color", "r", "RED"),
    ("Color", "2", "BLUE"),
    ("int | None", "none", None),
    ("Optional[date]", "null", None),
    ("int | str", "2", 2),
    ("int | str", "two", "two"),
    ("int | bool", "1", 1),
    ("bool | str", "1", "1"),
    ("bool | str", "true", True),
    ("str | date", "2013-01-31", {"nbflow:date": "2013-01-31"}),
    ("list[str]", "UA,AA", ["UA", "AA"]),
    ("list[str]", "UA", ["UA"]),
    ("list[str]", "9,10", ["9", "10"]),
    ("list[str]", "", []),
    ("list[str]", '"a, b",c', ["a, b", "c"]),
    ("list[str]", '["UA", "AA"]', ["UA", "AA"]),
    ("list[str]", "['UA', 'AA']", ["UA", "AA"]),
    ("list[str]", "[UA, AA]", ["UA", "AA"]),
    ("list[int]", "[]", []),
    ("list[date]", "2013-01-31,2013-02-28", ["2013-01-31", "2013-02-28"]),
    ("list[date]", '["2013-01-31"]', ["2013-01-31"]),
    ("list[list[int]]", "[[1], [2, 3]]", [[1], [2, 3]]),
    ("list", "1,a,0.5,true", [1, "a", 0.5, True]),
    ("tuple[int, str]", "1,a", [1, "a"]),
    ("tuple[int, ...]", "(1, 2)", [1, 2]),
    ("set[int]", "3,1,2,1", [1, 2, 3]),
    ("frozenset[str]", "{'b', 'a'}", ["a", "b"]),
    ("dict[str, int]", '{"a": 1}', {"a": 1}),
    ("dict[str, int]", "a=1,b=2", {"a": 1, "b": 2}),
    ("dict[int, str]", '{"1": "a"}', [[1, "a"]]),
    ("dict[int, str]", "{1: 'a'}", [[1, "a"]]),
    ("dict[date, float]", "2013-01-01=1", [["2013-01-01", 1.0]]),
    ("dict", "a=1", {"a": 1}),
    ("list[Color]", "RED,BLUE", ["RED", "BLUE"]),
    # no type: as papermill's -p takes it
    ("", "007", 7),
    ("", "1.5", 1.5),
    ("", "True", True),
    ("", "None", None),
    ("", "nan", {"nbflow:float": "nan"}),
    ("", "inf", {"nbflow:float": "inf"}),
    ("", "-Infinity", {"nbflow:float": "-inf"}),
    ("", "nano", "nano"),
    ("", "text", "text"),
    ("", "[1, 2]", [1, 2]),
    ("", "[text", "[text"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("annotation", "text", "form"), TEXTS, ids=[f"{a} {t}" for a, t, _ in TEXTS]
)
def test_text_is_parsed_by_type(annotation, text, form):
    known = parameter(annotation)
    parsed = parse_text(known, text)
    assert (parsed, type(parsed)) == (form, type(form))
    assert check_value(known, parsed) == form  # a form is its own form: `nbflow rerun` relies on it


BERLIN = ZoneInfo("Europe/Berlin")


class Summer(dt.tzinfo):
    """A zone without a name, whose offset depends on the date."""

    def utcoffset(self, moment: dt.datetime | None) -> dt.timedelta | None:
        return None if moment is None else dt.timedelta(hours=1 + (3 < moment.month < 10))


HOLDS_ITSELF: list[object] = []
HOLDS_ITSELF.append({"a": HOLDS_ITSELF})
DEEP: list[object] = []
for _ in range(5000):
    DEEP = [DEEP]
Crossed = enum.Enum("Color", {"RED": "BLUE", "BLUE": "RED"})  # each has the other's name as value
VALUES = [
    ("int", np.int64(3), 3),
    ("float", 1, 1.0),
    ("float", np.float32(0.5), 0.5),
    ("float", float("inf"), "inf"),
    ("bool", np.True_, True),
    ("str", dt.date(2013, 1, 1), "2013-01-01"),
    ("date", "2013-01-01", "2013-01-01"),
    ("date", dt.date(2013, 1, 1), "2013-01-01"),
    ("datetime", dt.date(2013, 1, 1), "2013-01-01T00:00:00"),
    ("datetime", pd.Timestamp("2013-01-01 06:00"), "2013-01-01T06:00:00"),
    ("datetime", dt.datetime(2013, 10, 27, 2, tzinfo=BERLIN), "2013-10-27T02:00:00+02:00[Europe/Berlin]"),
    ("datetime", dt.datetime(2013, 10, 27, 2, fold=1, tzinfo=BERLIN), "2013-10-27T02:00:00+01:00[Europe/Berlin]"),
    ("timedelta", pd.Timedelta(hours=1), "PT3600S"),
    ("Path", Path("a") / "b", "a/b"),
    ("Decimal", 1.1, "1.1"),
    ("Decimal", Decimal("1.10"), "1.10"),
    ("list[float]", [1, 2], [1.0, 2.0]),
    ("list[int]", (1, 2), [1, 2]),
    ("list[int]", np.array([1, 2]), [1, 2]),
    ("list[int]", range(2), [0, 1]),
    ("tuple[int, str]", [1, "a"], [1, "a"]),
    ("set[int]", [2, 1, 2], [1, 2]),
    ("set[str]", {"b", "a"}, ["a", "b"]),
    ("dict[int, str]", {1: "a"}, [[1, "a"]]),
    ("dict[int, str]", {"1": "a"}, [[1, "a"]]),
    ("dict[str, date]", {"a": dt.date(2013, 1, 1)}, {"a": "2013-01-01"}),
    ("Color", 2, "BLUE"),
    ("date | str", "2013-01-01", "2013-01-01"),
    ("date | str", dt.date(2013, 1, 1), {"nbflow:date": "2013-01-01"}),
    ("date | datetime", dt.datetime(2013, 1, 1), "2013-01-01T00:00:00"),  # noqa: DTZ001
    ("int | float", 1.0, 1.0),
    ("Color | str", "RED", "RED"),
    ("list[int] | list[str]", ["a"], ["a"]),
    ("", {"a": [dt.date(2013, 1, 1), {1}]}, {"a": [{"nbflow:date": "2013-01-01"}, {"nbflow:set": [1]}]}),
    ("", {1: "a"}, {"nbflow:dict": [[1, "a"]]}),
    ("", np.datetime64("2013-01-01T06:00", "ns"), {"nbflow:datetime": "2013-01-01T06:00:00"}),
    ("", np.timedelta64(5, "ms"), {"nbflow:timedelta": "PT0.005S"}),
    ("", np.array(["2013-01-01"], "M8[ns]"), [{"nbflow:datetime": "2013-01-01T00:00:00"}]),
    ("datetime", dt.datetime(2013, 10, 27, 2, fold=1), "2013-10-27T02:00:00[fold=1]"),  # noqa: DTZ001
    ("datetime", dt.datetime(2013, 10, 27, tzinfo=tz.UTC), "2013-10-27T00:00:00+00:00"),
    ("float", 2**60, 2.0**60),
    ("int", 2**70, 2**70),
    ("Color", Crossed.RED, "RED"),
    ("", float("nan"), {"nbflow:float": "nan"}),
]  # fmt: skip


@pytest.mark.parametrize(
    ("annotation", "value", "form"), VALUES, ids=[f"{n} {a}" for n, (a, _, _) in enumerate(VALUES)]
)
def test_values_have_one_form(annotation, value, form):
    known = parameter(annotation)
    made = check_value(known, value)
    assert (made, type(made)) == (form, type(form))
    assert check_value(known, made) == form
    object_ = make_objects([known], {"x": made})["x"]
    assert check_value(known, object_) == form


MISFITS = [
    ("int", "x", "is an int; 'x' is not. For example: -p x 1"),
    ("int", "1.5", "is an int; '1.5' is not. For example: -p x 1"),
    ("bool", "maybe", "is a bool; 'maybe' is not. For example: -p x true"),
    ("date", "2013-13-01", "is a date; '2013-13-01' is not. For example: -p x 2013-01-31"),
    ("datetime", "2013-01-01[Nowhere/Town]", "is a datetime; '2013-01-01[Nowhere/Town]' is not. For example: -p x 2013-01-31T06:00"),
    ("timedelta", "soon", "is a timedelta; 'soon' is not. For example: -p x '1d 6h'"),
    ("Literal['a', 'b']", "c", "is one of a, b; 'c' is not. For example: -p x a"),
    ("Color", "GREEN", "is one of RED, BLUE; 'GREEN' is not. For example: -p x RED"),
    ("list[int]", "1,b", "is a list[int]; '1,b' is not. For example: -p x 1,1"),
    ("tuple[int, int]", "1", "is a tuple[int, int]; '1' is not (it takes 2 elements, not 1). For example: -p x 1,1"),
    ("dict[str, int]", "a", "is a dict[str, int]; 'a' is not. For example: -p x text=1"),
    ("list[list[int]]", "a", "is a list[list[int]]; 'a' is not. For example: -p x '[[1]]'"),
    ("int | None", "x", "is an int | None; 'x' is not. For example: -p x 1"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("annotation", "text", "said"), MISFITS, ids=[f"{a} {t}" for a, t, _ in MISFITS]
)
def test_text_that_does_not_fit(annotation, text, said):
    with pytest.raises(ParameterError) as error:
        parse_text(parameter(annotation), text)
    assert str(error.value) == f"parameter x of n.ipynb, cell 1, {said}"


REFUSED = [
    ("int", True),
    ("int", "2"),
    ("int", 2.0),
    ("float", True),
    ("float", 10**400),
    ("bool", 1),
    ("str", 9),
    ("str", "\udc80"),
    ("date", dt.datetime(2013, 1, 1)),  # noqa: DTZ001
    ("datetime", pd.Timestamp("2013-01-01") + pd.Timedelta(1)),
    ("timedelta", pd.Timedelta(1)),
    ("Path", 1),
    ("Decimal", True),
    ("list[int]", "12"),
    ("list[int]", {1, 2}),
    ("set[int]", ["a"]),
    ("set", [[1]]),
    ("dict[int, str]", {"a": "b"}),
    ("dict", [[[1], 2]]),
    ("Color", "GREEN"),
    ("int | None", "a"),
    ("", print),
    ("", {"nbflow:date": "no date"}),
    ("float", 2**53 + 1),
    ("int", 10**5000),
    ("", 10**5000),
    ("datetime", pd.NaT),
    ("str", pd.NaT),
    ("", pd.NaT),
    ("", pd.NA),
    ("", np.datetime64("NaT")),
    ("", np.datetime64(1, "ns")),
    ("", np.ma.masked),
    ("", np.ma.array([1, 2], mask=[False, True])),
    ("datetime", dt.datetime(2013, 10, 27, tzinfo=Summer())),
    ("time", dt.time(2, tzinfo=BERLIN)),
    ("Path", Path("\udc80")),
    ("", {"\udc80": 1}),
    ("", Crossed.RED),
    ("", HOLDS_ITSELF),
    ("list", HOLDS_ITSELF),
    ("", DEEP),
]  # fmt: skip


@pytest.mark.parametrize(
    ("annotation", "value"), REFUSED, ids=[f"{n} {a}" for n, (a, _) in enumerate(REFUSED)]
)
def test_values_that_do_not_fit(annotation, value):
    with pytest.raises(ParameterError, match=r"^parameter x of n\.ipynb, cell 1, is "):
        check_value(parameter(annotation), value)


DEEP_TEXTS = ["[" * 50_000, '{"a": ' * 50_000, "[" * 5_000 + "]" * 5_000]


@pytest.mark.parametrize("annotation", ["", "list", "dict", "list[int] | dict"])
@pytest.mark.parametrize("text", DEEP_TEXTS, ids=range(len(DEEP_TEXTS)))
def test_text_that_is_nested_too_deep_is_refused(annotation, text):
    with pytest.raises(ParameterError, match="For example"):
        parse_text(parameter(annotation), text)


def test_a_long_value_is_cut_in_the_message():
    with pytest.raises(ParameterError) as error:
        parse_text(parameter("int"), "x" * 1000)
    assert len(str(error.value)) < 200
