"""How a run that goes on will end: by progress, and after a failure."""

from __future__ import annotations

import pytest

from nbflow.panel.forecast import find_expected, find_left, foresee
from nbflow.present.reasons import say_reasons
from nbflow.runs.fold import Run, StepRun

NOW = 1000.0
RUN = Run(
    id="a",
    steps={
        "load": StepRun("load", "failed"),
        "slow": StepRun("slow", "running", started=NOW - 10, expected=12.0),
        "clean": StepRun("clean", expected=60.0),
        "report": StepRun("report", expected=60.0),
        "other": StepRun("other", expected=60.0),
    },
    parents={"clean": ("load",), "report": ("clean", "slow"), "other": ("slow",)},
)
EXPECTED = [
    # fraction, seconds it took before, in all; it has run for 10 s
    (None, None, None),
    (None, 12.0, 12.0),
    (0.2, None, 50.0),
    (0.2, 12.0, 50.0),  # plainly longer
    (0.2, 45.0, 45.0),
    (0.5, 600.0, 20.0),  # plainly shorter
    (1.0, 600.0, 600.0),  # one loop is over
    (0.0, 12.0, 12.0),
]


@pytest.mark.parametrize(("fraction", "before", "expected"), EXPECTED)
def test_progress_tells_where_nothing_better_does(fraction, before, expected):
    step = StepRun("slow", "running", started=NOW - 10, fraction=fraction, expected=before)
    assert find_expected(step, NOW) == expected


def test_what_begins_no_more_after_a_failure_is_shown_so():
    steps = foresee(RUN).steps
    found = {name: (step.status, say_reasons(step.why)) for name, step in steps.items()}
    assert found == {
        "load": ("failed", ""),
        "slow": ("running", ""),
        "clean": ("blocked", "load failed"),
        "report": ("blocked", "load failed"),
        "other": ("skipped", "load failed; --keep-going runs what does not depend on it"),
    }
    assert foresee(RUN, keep_going=True).steps["other"].status == "waiting"
    assert find_left(foresee(RUN), NOW) == 2.0


CHAIN = {
    "load": StepRun("load", "running", started=NOW - 5, expected=6.5),
    "mid": StepRun("mid", expected=6.4),
    "last": StepRun("last", expected=6.5),
    "alone": StepRun("alone", expected=1.0),
}
LEFT = [
    # parents, jobs, seconds
    ({"mid": ("load",), "last": ("mid",)}, 8, 1.5 + 6.4 + 6.5),
    ({"mid": ("load",), "last": ("load",)}, 8, 1.5 + 6.5),
    ({"mid": ("load",), "last": ("mid",)}, 1, 1.5 + 6.4 + 6.5 + 1.0),
    ({}, 2, (1.5 + 6.4 + 6.5 + 1.0) / 2),
]


@pytest.mark.parametrize(("parents", "jobs", "seconds"), LEFT)
def test_what_waits_for_one_another_takes_its_time_one_after_another(parents, jobs, seconds):
    run = Run(id="a", steps=CHAIN, parents=parents, jobs=jobs)
    assert find_left(run, NOW) == pytest.approx(seconds)


def test_a_step_of_which_nothing_is_known_breaks_no_chain():
    steps = CHAIN | {"mid": StepRun("mid")}
    run = Run(id="a", steps=steps, parents={"mid": ("load",), "last": ("mid",)}, jobs=8)
    assert find_left(run, NOW) == pytest.approx(1.5 + 6.5)
    assert find_left(Run(id="a", steps={"mid": StepRun("mid")}), NOW) is None
