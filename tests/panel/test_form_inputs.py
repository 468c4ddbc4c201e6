"""Each type has its control, and what is chosen comes back as its JSON form."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest

from nbflow.analysis.parameters import find_parameters
from nbflow.errors import ParameterError
from nbflow.panel.form_fields import _find_default
from nbflow.panel.form_inputs import UNSET, make_input

HEAD = (
    "from typing import *\nfrom datetime import *\nfrom enum import Enum\nimport datetime as dt\n"
)
COLOUR = "class Colour(Enum):\n    RED = 1\n    BLUE = 2\n"
CASES = [
    # parameter, control, what is set in it, the form
    ("month: int = 1  # 1..12", "Text", "7", 7),
    ("share: float = 0.5  # 0..1", "Text", "0.25", 0.25),
    ("rows: int = 1", "Text", "7", 7),
    ("title = 'a'", "Text", "None", "None"),
    ("title: str | None = None", "Text", "b", "b"),
    ("fast = False", "Checkbox", True, True),
    ("day = date(2013, 1, 31)", "DatePicker", dt.date(2014, 2, 1), "2014-02-01"),
    ("at = datetime(2013, 1, 31)", "NaiveDatetimePicker", dt.datetime.fromisoformat("2014-02-01T06:00"), "2014-02-01T06:00:00"),
    ("at = time(6, 30)", "TimePicker", dt.time(7), "07:00:00"),
    ("wait = timedelta(hours=1)", "Text", "1d 6h", "P1DT21600S"),
    ("day: date | None = date(2013, 1, 1)", "DatePicker", None, None),
    ("level: Literal['low', 'high', 3] = 'low'", "Dropdown", 2, 3),
    (COLOUR + "colour: Colour = Colour.RED", "Dropdown", 1, "BLUE"),
    ("levels: list[Literal['a', 'b', 'c']] = ['a']", "SelectMultiple", (0, 2), ["a", "c"]),
    ("carriers: list[str] = []", "Text", "UA, AA", ["UA", "AA"]),
    ("sizes: dict[str, int] = {}", "Text", "a=1,b=2", {"a": 1, "b": 2}),
    ("day = date.today()", "DatePicker", dt.date(2014, 2, 1), "2014-02-01"),
    ("month: int", "Text", "3", 3),
]  # fmt: skip


def make(source: str):
    found, _ = find_parameters([(2, HEAD + source)], "load.ipynb", Path())
    parameter = found[-1]
    return make_input(parameter, _find_default(parameter))


@pytest.mark.parametrize(("source", "control", "value", "form"), CASES)
def test_a_value_comes_back_as_its_form(source, control, value, form):
    made = make(source)
    assert type(made.control).__name__ == control
    assert made.read() is UNSET
    made.control.value = value
    assert made.read() == form
    made.show(UNSET)
    assert made.read() is UNSET
    made.show(form)
    assert made.read() == form


def test_what_does_not_fit_is_told_in_the_parsers_words():
    made = make("rows: int = 1")
    made.control.value = "abc"
    with pytest.raises(ParameterError, match="is an int; 'abc' is not"):
        made.read()


@pytest.mark.parametrize(
    ("source", "moved", "form"),
    [("month: int = 1  # 1..12", 7, 7), ("share: float = 0.5  # 0..1", 0.30000000000000004, 0.3)],
)
def test_a_slider_and_the_text_beside_follow_each_other(source, moved, form):
    made = make(source)
    slider, text = made.box.children
    slider.value = moved
    assert made.read() == form
    text.value = "1"
    assert slider.value == 1
    made.show(UNSET)
    assert slider.value == made.default


def test_a_slider_does_not_round_what_was_typed():
    made = make("share: float = 0.5  # 0..1")
    made.control.value = "0.123"
    made.box.children[0].value = 0.12  # as a front end says of its own
    assert made.read() == 0.123


def test_a_number_out_of_bounds_is_refused_instead_of_cut():
    made = make("rows: int = 10  # 1..500")
    made.control.value = "900"
    with pytest.raises(ParameterError, match="is an int from 1 to 500; '900' is not"):
        made.read()
    assert made.box.children[0].value == 10


def test_an_emptied_date_is_refused_instead_of_the_default():
    made = make("day: date = date(2013, 1, 1)")
    made.control.value = None
    with pytest.raises(ParameterError, match="Needs a value"):
        made.read()
