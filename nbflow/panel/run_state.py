"""What a panel shows of a run: values, made of what is known and what is chosen, and no widget."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from nbflow.base.text import say_age, say_seconds
from nbflow.model import STATES, Frozen, Output, Scan, Step
from nbflow.panel.forecast import find_expected, find_left
from nbflow.planning import Plan
from nbflow.present.nodes import make_planned_states, make_run_states
from nbflow.present.run_lines import say_doing, say_step_time, say_trouble
from nbflow.present.states import say_over
from nbflow.present.values import say_parameters
from nbflow.runs.fold import Run, StepRun

Printed = tuple[int, tuple[tuple[str, str], ...]]  # how many lines, and the last as (stream, text)
_TELLING = {"running", "failed"}  # steps that are shown where no step was chosen


class Left(Frozen, frozen=True):
    """What an ended step left, as far as it was read; `wrong` says why it cannot be."""

    folder: Path = Path()
    outputs: dict[str, Output] = {}
    executed: bool = False  # whether there is a notebook as it was executed
    wrong: str = ""


class Known(Frozen, frozen=True):
    """All that the view is made of. `run` is as it can be foreseen, `chosen` the step shown."""

    name: str = ""  # of the pipeline
    scan: Scan = Scan({})
    run: Run | None = None
    plan: Plan | None = None  # shown in the graph until the run goes on
    doing: str = ""  # what the panel is busy with
    stopping: bool = False
    chosen: str = ""
    by_hand: bool = False  # whether a person chose it: it stays, whatever other steps do
    printed: Printed = (0, ())
    left: Left | None = None
    listed: bool = False  # whether the list of steps was looked at


class Head(Frozen, frozen=True):
    """The first line, and the shares of a bar for what is done and what went wrong."""

    name: str
    doing: str = ""
    state: str = ""
    said: str = ""
    run_id: str = ""
    good: float = 0.0
    bad: float = 0.0


class Row(Frozen, frozen=True):
    """A step in the list; one without `step` has not run yet."""

    name: str
    step: StepRun | None = None
    time: str = ""
    age: str = ""  # of the result that it reuses


class Detail(Frozen, frozen=True):
    """The step that is chosen: as the run has it, and as its notebook says."""

    names: tuple[str, ...] = ()  # of the steps that can be chosen
    name: str = ""
    run_id: str = ""
    step: StepRun | None = None
    notebook: Step | None = None
    printed: Printed = (0, ())
    left: Left | None = None


class View(Frozen, frozen=True):
    """A value for each part of the panel. `enabled` are the buttons that can be clicked."""

    head: Head
    enabled: frozenset[str]
    states: dict[str, Any]
    rows: tuple[Row, ...]
    detail: Detail


def make_view(known: Known, now: float) -> View:
    """Return what is shown now."""
    return View(
        head=make_head(known, now),
        enabled=_find_enabled(known),
        states=_make_states(known, now),
        rows=_make_rows(known, now) if known.listed else (),
        detail=_make_detail(known),
    )


def follow_steps(known: Known) -> str:
    """Return the step to show: one that failed, else one that runs, unless a person chose one."""
    steps: Mapping[str, StepRun] = known.run.steps if known.run else {}
    current = steps.get(known.chosen)
    if known.by_hand or (current is not None and current.status in _TELLING):
        return known.chosen
    by_status = {step.status: name for name, step in reversed(list(steps.items()))}
    return by_status.get("failed") or by_status.get("running") or known.chosen


def make_head(known: Known, now: float) -> Head:
    """Return pipeline, state, times, and how far the run is."""
    run = known.run
    if run is None:
        return Head(known.name, known.doing or "not run yet")
    steps = run.steps.values()
    stopping = "stopping …" if known.stopping and run.status == "running" else ""
    doing = known.doing or stopping
    bad = sum(step.status in {"failed", "blocked"} for step in steps)
    said = (
        say_over(step.status for step in steps),
        _say_time(run, now, wait=not doing),
        run.name,
        say_parameters(run.parameters),
        say_trouble(run),
    )
    return Head(
        name=known.name,
        doing=doing,
        state=run.status,
        said=" · ".join(filter(None, said)),
        run_id=run.id,
        good=min(sum(map(_find_share, steps)) / len(run.steps), 1.0),
        bad=bad / len(run.steps),
    )


def _say_time(run: Run, now: float, *, wait: bool) -> str:
    """Return how long the run took or goes on; `wait` is whether it is left to its end."""
    if run.status == "lost":
        return "its process ended without a word"
    if run.seconds is not None:
        return say_seconds(run.seconds)
    left = find_left(run, now) if wait else None
    about = f", about {say_seconds(left)} left" if left else ""
    return say_seconds(round(now - run.started)) + about


def _find_share(step: StepRun) -> float:
    if step.status != "running":
        return float(STATES[step.status].good)
    doing = say_doing(step.cells, step.cells_done, step.fraction)
    return doing[0] if doing else 0.0


def _find_enabled(known: Known) -> frozenset[str]:
    run, idle, usable = known.run, not known.doing, bool(known.scan.steps)
    if run is not None and run.status == "running":
        enabled = {"stop": not known.stopping, "plan": usable and idle}
    else:
        state = STATES[run.status] if run else None
        broken_off = state is not None and state.ended and not state.good
        enabled = {"run": usable and idle, "resume": broken_off and idle, "plan": usable and idle}
    return frozenset(name for name, wanted in enabled.items() if wanted)


def _make_states(known: Known, now: float) -> dict[str, Any]:
    if known.plan is not None:
        return dict(make_planned_states(known.plan.outside | known.plan.steps))
    return dict(make_run_states(known.run.steps, now)) if known.run else {}


def _make_rows(known: Known, now: float) -> tuple[Row, ...]:
    if known.run is None:
        return tuple(map(Row, known.scan.steps))
    return tuple(_make_row(step, now) for step in known.run.steps.values())


def _make_row(step: StepRun, now: float) -> Row:
    expected = find_expected(step, now)
    time = say_step_time(step, now, expected)
    return Row(step.name, step, time, say_age(step.find_age(now)))


def _make_detail(known: Known) -> Detail:
    run, name = known.run, known.chosen
    step = run.steps.get(name) if run else None
    return Detail(
        names=tuple(known.scan.steps),
        name=name,
        run_id=run.id if run else "",
        step=step,
        notebook=known.scan.steps.get(name),
        printed=known.printed if step else (0, ()),
        left=known.left if step else None,
    )
