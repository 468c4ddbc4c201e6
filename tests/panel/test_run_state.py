"""What the panel shows of a run, as values: no widget, no kernel, no run."""

from __future__ import annotations

from typing import Any

import pytest
from msgspec.structs import replace

from nbflow.model import Failure, Reason, Scan, Step
from nbflow.panel.forecast import foresee
from nbflow.panel.run_state import Known, Left, Row, follow_steps, make_head, make_view
from nbflow.runs.fold import Run, StepRun

NOW = 1000.0
SCAN = Scan({name: Step(name=name, path=f"{name}.ipynb") for name in ("load", "tidy", "report")})
RUNNING = Run(
    id="a",
    started=NOW - 20,
    steps={
        "load": StepRun("load", "done", seconds=4.0),
        "tidy": StepRun("tidy", "running", started=NOW - 10, expected=12.0, cells=4, cells_done=1),
        "report": StepRun("report", expected=60.0),
    },
    parents={"tidy": ("load",), "report": ("tidy",)},
)
FAILED = replace(
    RUNNING,
    status="failed",
    seconds=12.0,
    steps=RUNNING.steps
    | {
        "tidy": StepRun("tidy", "failed", failure=Failure("error", "KeyError", "x", cell=3)),
        "report": StepRun("report", "blocked", why=(Reason("blocked", "tidy"),)),
    },
)
KNOWN = Known(name="notebooks", scan=SCAN)


def test_before_any_run_there_are_the_names_of_the_steps() -> None:
    view = make_view(replace(KNOWN, listed=True), NOW)
    assert (view.head.doing, view.head.state) == ("not run yet", "")
    assert view.rows == tuple(map(Row, SCAN.steps))
    assert view.states == {}
    assert view.enabled == {"run", "plan"}


def test_a_run_that_goes_on_is_told_with_what_it_still_takes() -> None:
    view = make_view(replace(KNOWN, run=RUNNING, listed=True), NOW)
    head = view.head
    assert (head.state, head.run_id) == ("running", "a")
    assert head.said == "1 of 3 steps · 20 s, about 1 min 2 s left"
    assert head.good == pytest.approx((1 + 0.25) / 3)
    assert [row.time for row in view.rows] == ["4.0 s", "10 s of ~12 s", "~1 min"]
    assert {name: state["status"] for name, state in view.states.items()} == {
        "load": "done",
        "tidy": "running",
        "report": "waiting",
    }


def test_the_head_counts_what_is_done_apart_from_what_went_wrong() -> None:
    head = make_head(replace(KNOWN, run=FAILED), NOW)
    assert head.said == "1 of 3 steps done · 1 failed · 1 blocked · 12 s"
    assert (head.good, head.bad) == (pytest.approx(1 / 3), pytest.approx(2 / 3))


@pytest.mark.parametrize("busy", [{"doing": "planning …"}, {"stopping": True}])
def test_what_the_panel_does_is_told_instead_of_the_time_that_is_left(busy: Any) -> None:
    head = make_head(replace(KNOWN, run=RUNNING, **busy), NOW)
    assert head.doing == busy.get("doing", "stopping …")
    assert "left" not in head.said


BUTTONS = [
    # facts, buttons that can be clicked
    ({"run": RUNNING}, {"stop", "plan"}),
    ({"run": RUNNING, "stopping": True}, {"plan"}),
    ({"run": FAILED}, {"run", "resume", "plan"}),
    ({"run": FAILED, "doing": "planning …"}, set()),
    ({"run": replace(FAILED, status="done")}, {"run", "plan"}),
    ({"run": FAILED, "scan": Scan({})}, {"resume"}),
]


@pytest.mark.parametrize(("facts", "enabled"), BUTTONS)
def test_only_what_makes_sense_can_be_clicked(facts: Any, enabled: set[str]) -> None:
    assert make_view(replace(KNOWN, **facts), NOW).enabled == enabled


def test_the_list_is_made_when_it_was_looked_at() -> None:
    assert make_view(replace(KNOWN, run=RUNNING), NOW).rows == ()


@pytest.mark.parametrize(("hours", "age"), [(2, "2 h old"), (3, "3 h old")])
def test_an_age_is_that_of_now(hours: int, age: str) -> None:
    reused = StepRun("load", "reused", age=1.0, made=NOW - hours * 3600)
    known = replace(KNOWN, run=Run("a", steps={"load": reused}), listed=True)
    assert make_view(known, NOW).rows[0].age == age


CHOICES = [
    # facts, step to show
    ({"run": RUNNING}, "tidy"),
    ({"run": FAILED}, "tidy"),
    ({"run": FAILED, "chosen": "load"}, "tidy"),
    ({"run": FAILED, "chosen": "load", "by_hand": True}, "load"),
    ({"run": RUNNING, "chosen": "tidy"}, "tidy"),
    ({"run": None, "chosen": "load"}, "load"),
]


@pytest.mark.parametrize(("facts", "shown"), CHOICES)
def test_a_step_that_failed_or_runs_is_shown(facts: Any, shown: str) -> None:
    assert follow_steps(replace(KNOWN, **facts)) == shown


def test_a_step_is_shown_as_the_run_has_it_else_as_its_notebook_says() -> None:
    left, printed = Left(executed=True), (1, (("stdout", "x"),))
    known = replace(KNOWN, run=FAILED, chosen="load", left=left, printed=printed)
    detail = make_view(known, NOW).detail
    assert (detail.step, detail.left, detail.printed) == (FAILED.steps["load"], left, printed)
    other = make_view(replace(known, run=Run("b", steps={"x": StepRun("x")})), NOW).detail
    assert (other.step, other.left, other.printed) == (None, None, (0, ()))
    assert (other.run_id, other.notebook) == ("b", SCAN.steps["load"])


def test_a_step_below_a_failed_one_is_shown_as_blocked_before_the_run_says_so() -> None:
    tidy = FAILED.steps["tidy"]
    run = replace(RUNNING, steps=RUNNING.steps | {"tidy": tidy})
    known = replace(KNOWN, run=foresee(run), listed=True)
    assert [row.step and row.step.status for row in make_view(known, NOW).rows] == [
        "done",
        "failed",
        "blocked",
    ]
