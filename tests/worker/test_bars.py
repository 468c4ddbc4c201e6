"""tqdm's bars, read from what a kernel sends, show as the progress of their step."""

from __future__ import annotations

from pathlib import Path

import pytest

from nbflow.executors.local.worker.progress_bars import Bars
from nbflow.model.events import StepProgressed
from tests.notebooks import cell
from tests.worker.jobs import execute, make_job

LINES = {
    " 45%|████▌     | 45/100 [00:01<00:01, 30.1it/s]": (0.45, "45/100"),
    "folds:  20%|##        | 1/5 [00:00<00:02,  1.5it/s]": (0.2, "folds 1/5"),
    "100%|██████████| 3/3 [00:00<00:00, 9it/s]": (1.0, "3/3"),
    "45it [00:01, 30.1it/s]": None,
    "50%| of voters": None,
    "half of 50% | or so": None,
}


@pytest.mark.parametrize("line", LINES)
def test_a_line(line: str) -> None:
    assert Bars().read_line(line) == LINES[line]


def test_a_fast_loop_is_told_now_and_then_and_its_end_always() -> None:
    bars = Bars()
    lines = [f"{number:3}%|##   | {number}/100 [00:00]" for number in range(101)]
    told = [bar for line in lines if (bar := bars.read_line(line))]
    assert told[0] == (0.0, "0/100")
    assert told[-1] == (1.0, "100/100")
    assert len(told) < 50


def _open(name: str, **state: object) -> dict[str, object]:
    return {"comm_id": name, "data": {"state": {"_model_name": "FloatProgressModel", **state}}}


def test_the_outer_of_two_widgets_counts_until_it_is_full() -> None:
    def send(name: str, value: float) -> object:
        bars._next = 0.0
        return bars.read_message({"comm_id": name, "data": {"state": {"value": value}}})

    bars = Bars()
    assert bars.read_message(_open("outer", max=4)) == (0.0, "0/4")
    bars.read_message(_open("inner", max=10))
    assert [send("inner", 5), send("outer", 1)] == [(0.0, "0/4"), (0.25, "1/4")]
    assert [send("outer", 4), send("inner", 10)] == [(0.5, "5/10"), (1.0, "10/10")]
    assert bars.read_message({"comm_id": "other", "data": {"state": {"value": 1}}}) is None
    assert bars.read_message({"comm_id": "other", "data": None}) is None


@pytest.mark.kernel
@pytest.mark.parametrize("kind", ["std", "notebook"])
def test_tqdm_in_a_step(tmp_path: Path, kind: str) -> None:
    code = f"""
import time
from tqdm.{kind} import tqdm
for number in tqdm(range(4), mininterval=0):
    time.sleep(0.4)  # of bars within a tenth of a second the first is told
"""
    outcome, events = execute(make_job(tmp_path, cell(code)))
    assert outcome.status == "done"
    told = [(one.fraction, one.text) for one in events if isinstance(one, StepProgressed)]
    assert told[-1] == (1.0, "4/4")
    assert {(0.25, "1/4"), (0.5, "2/4"), (0.75, "3/4")} <= set(told)
