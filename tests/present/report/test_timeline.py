"""The list of steps is the timeline: bars on one axis, and what each part of them was."""

from __future__ import annotations

import pytest

from nbflow.model import Spent
from nbflow.present.report.timeline import draw_axis, draw_bar, find_length, say_chain, say_parts
from nbflow.reports.facts import Report, ReportStep
from nbflow.runs.fold import Run, StepRun

SPENT = Spent(waiting=1.0, start=4.0, cells=3.0, reading=0.0, writing=2.0, shutdown=0.0)
TRAIN = ReportStep(StepRun("train", "done", seconds=9.0, spent=SPENT), begin=10.0, decides=True)
LOAD = ReportStep(StepRun("load", "reused", age=7200.0))
WAITING = ReportStep(StepRun("report", "blocked"))
REPORT = Report(
    Run("r1", status="done", seconds=20.0), "Trees", steps=(LOAD, TRAIN, WAITING), chain=("train",)
)


def test_a_bar_has_a_piece_for_each_part_in_order() -> None:
    bar = draw_bar(TRAIN, 20.0)
    pieces = ("wait-part", "start-part", "cells-part", "data-part")
    places = [bar.index(f"nb-{one}") for one in pieces]
    assert places == sorted(places)
    assert "left:50.00%;width:5.00%" in bar
    assert "left:55.00%;width:20.00%" in bar
    assert say_parts(TRAIN) in bar


def test_the_parts_are_told_in_words() -> None:
    said = "from 10 s on: waiting 1.0 s, starting its kernel 4.0 s, cells 3.0 s, writing 2.0 s"
    assert say_parts(TRAIN) == said
    assert say_parts(LOAD) == say_parts(WAITING) == ""


def test_a_reused_step_is_a_tick_with_its_age_and_one_that_never_began_is_nothing() -> None:
    assert "2 h old" in draw_bar(LOAD, 20.0)
    assert draw_bar(WAITING, 20.0) == '<span class="nb-time"></span>'


def test_a_step_whose_parts_nobody_measured_is_all_cells() -> None:
    step = ReportStep(StepRun("load", "done", seconds=5.0), begin=0.0)
    assert "left:0.00%;width:25.00%" in draw_bar(step, 20.0)


@pytest.mark.parametrize(
    ("seconds", "expected"),
    [
        (20.0, ["0 s", "5 s", "10 s", "15 s", "20 s"]),
        (0.3, ["0 s", "0.1 s", "0.2 s", "0.3 s"]),
    ],
)
def test_the_axis_has_round_numbers(seconds: float, expected: list[str]) -> None:
    axis = draw_axis(Report(Run("r1", seconds=seconds), "Trees"))
    assert [one for one in expected if f">{one}<" in axis] == expected


def test_the_axis_shows_all_of_a_run_that_goes_on() -> None:
    assert find_length(Report(Run("r1"), "Trees", steps=(TRAIN,))) == 20.0


def test_what_decided_how_long_the_run_took() -> None:
    assert say_chain(REPORT) == "train took 5.0 s, 25% of the run."
    assert say_chain(Report(Run("r1"), "Trees")) == ""
