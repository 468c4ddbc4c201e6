"""A value given in Python arrives in the cell as it was given, whatever process runs the cell."""

from __future__ import annotations

import datetime as dt
import enum
from decimal import Decimal
from pathlib import Path
from zoneinfo import ZoneInfo

import numpy as np
import pytest

from nbflow import Pipeline
from nbflow.app.requests import read_again
from nbflow.errors import ParameterError
from tests.notebooks import cell, write_pipeline

BERLIN = ZoneInfo("Europe/Berlin")
Color = enum.Enum("Color", {"RED": "BLUE", "BLUE": "RED"})  # each has the other's name as value
TYPED = """
import datetime, enum
from decimal import Decimal
class Color(enum.Enum):
    RED = "BLUE"
    BLUE = "RED"
ratio: float | None = 1.0
n: int = 1
when: datetime.datetime = datetime.datetime(2020, 1, 1)
color: Color = Color.BLUE
price: Decimal = Decimal("0")
anything = None
"""
SEEN = "import nbflow\nnbflow.write('seen', repr([ratio, n, when, color, price, anything]))"
GIVEN = {
    "ratio": float("nan"),
    "n": np.int64(5),
    "when": dt.datetime(2020, 10, 25, 2, 30, fold=1, tzinfo=BERLIN),
    "color": Color.RED,
    "price": Decimal("1.10"),
    "anything": {"day": dt.date(2020, 1, 2), 1: (float("-inf"), b"\0", {2.5})},
}
ARRIVED = (
    "[nan, 5, datetime.datetime(2020, 10, 25, 2, 30, fold=1, "
    "tzinfo=zoneinfo.ZoneInfo(key='Europe/Berlin')), <Color.RED: 'BLUE'>, Decimal('1.10'), "
    r"{'day': datetime.date(2020, 1, 2), 1: (-inf, b'\x00', {2.5})}]"
)


@pytest.mark.kernel
def test_values_arrive_as_they_were_given(tmp_path: Path) -> None:
    made = write_pipeline(tmp_path, typed=[cell(TYPED, "parameters"), cell(SEEN)])

    run = Pipeline(made.folder).run(**GIVEN)

    assert (run.status, run.read("typed.seen")) == ("done", ARRIVED)
    again = Pipeline(made.folder).run(read_again(made, run.id))
    assert again.steps["typed"].status == "reused"


@pytest.mark.kernel
def test_a_value_arrives_as_the_type_of_each_step_says(tmp_path: Path) -> None:
    seen = "import nbflow\nnbflow.write('seen', repr(x))"
    made = write_pipeline(
        tmp_path,
        number=[cell("x: float = 1.0", "parameters"), cell(seen)],
        anything=[cell("x = None", "parameters"), cell(seen)],
        own=[cell("x = None", "parameters"), cell(seen)],
    )

    run = Pipeline(made.folder).run(x=float("nan"), **{"own.x": 3})

    steps = ("number", "anything", "own")
    assert [run.read(f"{step}.seen") for step in steps] == ["nan", "nan", "3"]


def test_a_plan_holds_values_in_their_json_forms(tmp_path: Path) -> None:
    made = write_pipeline(tmp_path, typed=[cell(TYPED, "parameters"), cell(SEEN)])

    plan = Pipeline(made.folder).plan(**GIVEN)

    assert plan.request.parameters == {
        "ratio": "nan",
        "n": 5,
        "when": "2020-10-25T02:30:00+01:00[Europe/Berlin]",
        "color": "RED",
        "price": "1.10",
        "anything": {
            "nbflow:dict": [
                ["day", {"nbflow:date": "2020-01-02"}],
                [1, {"nbflow:tuple": [{"nbflow:float": "-inf"}, {"nbflow:bytes": "AA=="}, {"nbflow:set": [2.5]}]}],
            ]
        },
    }  # fmt: skip


def test_what_cannot_arrive_is_refused(tmp_path: Path) -> None:
    made = write_pipeline(tmp_path, typed=[cell(TYPED, "parameters"), cell(SEEN)])

    for name, value in {"anything": object(), "n": 1.5, "when": dt.time(1)}.items():
        with pytest.raises(ParameterError, match=f"^parameter {name} of "):
            Pipeline(made.folder).start(**{name: value})


def test_a_name_may_be_written_in_decomposed_unicode(tmp_path: Path) -> None:
    made = write_pipeline(tmp_path, typed=[cell("größe = 1", "parameters"), cell("print(größe)")])

    for name in ("gro\u0308ße", "typed.gro\u0308ße"):
        plan = Pipeline(made.folder).plan(**{name: 4})
        assert plan.prepared["typed"].overrides == {"größe": 4}
