"""Runs: one with its steps, one step of it, all of them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path

from markupsafe import Markup

from nbflow.html.markup import bar, commands, dim, join, notes, state, table, tag
from nbflow.html.outputs import draw_outputs
from nbflow.html.style import frame
from nbflow.model import Failure, Next, Output
from nbflow.present.places import say_failed_at, say_path
from nbflow.present.reasons import say_hint, say_standing, say_step_why
from nbflow.present.runs import (
    say_about,
    say_doing,
    say_headline,
    say_step_time,
    say_steps,
    say_warnings,
)
from nbflow.present.tracebacks import is_current, say_traceback
from nbflow.present.values import say_outputs
from nbflow.runs.fold import Run, StepRun
from nbflow.runs.folder import RunFolder
from nbflow.text import say_made, say_seconds, say_when, shorten


def draw_run(run: Run, now: float, after: Iterable[Next] = (), graph: Markup | None = None) -> str:
    """Return a run with all its steps; `after` are commands to type next, `now` is a time."""
    steps = list(run.steps.values())
    warnings = [f"{step.name}: {text}" for step in steps for text in step.warnings]
    return frame(
        _make_headline(run, now),
        graph,
        table(
            ("step", "state", "progress", "time", "why"),
            (_make_row(step, now) for step in steps),
            right=3,
        ),
        *(make_failure(run, step) for step in steps),
        notes([*say_warnings(run), *warnings]),
        _make_where(run),
        commands(after),
    )


def draw_step_run(
    run: Run,
    step: StepRun,
    outputs: Sequence[Output] = (),
    folder: str = "",
    after: Iterable[Next] = (),
) -> str:
    """Return one step of a run: state, reasons, what it wrote, its error."""
    took = f" in {say_seconds(step.seconds)}" if step.seconds is not None else ""
    why = say_step_why(step, say_made(step.made))
    head = tag("b", step.name), f" in run {run.id}: ", state(step.status), took
    return frame(
        tag("div", *head, class_="nb-head"),
        tag("div", dim("why: "), why) if why else None,
        draw_outputs(outputs) if outputs else None,
        make_failure(run, step),
        notes(step.warnings),
        tag("div", dim(f"kept in {say_path(folder)}")) if folder else None,
        commands(after),
    )


def draw_runs(runs: Sequence[Run]) -> str:
    """Return a table of runs."""
    if not runs:
        return frame(tag("div", "No run yet. ", tag("code", "%nbflow run"), " makes one."))
    rows = (
        (
            tag("code", run.id),
            state(run.status),
            say_when(run.started),
            say_seconds(run.seconds),
            say_steps(run),
            "  ".join(say_about(run)),
        )
        for run in runs
    )
    return frame(table(("run", "state", "started", "took", "steps", "about"), rows, right=3))


def make_failure(run: Run, step: StepRun) -> Markup | None:
    """Return the error of a step: where, what, its traceback, what differs; None where none is."""
    failure = step.failure
    if failure is None:
        return None
    where = say_failed_at(step.path, failure)
    executed = run.find_attempt(step).executed
    return join(
        tag(
            "div",
            tag("b", f"{step.name} failed", class_="nb-red"),
            f" in {where}" if where else "",
            class_="nb-head",
        ),
        tag("div", dim("as executed: "), tag("code", say_path(executed)))
        if step.notebook
        else None,
        make_traceback(failure),
        tag("div", hint, class_="nb-amber") if (hint := say_hint(failure)) else None,
    )


def make_traceback(failure: Failure) -> Markup:
    """Return the frames in cells and in the project, and the error."""
    lines = (f"{line}\n" for line in say_traceback(failure))
    named = {"role": "region", "tabindex": "0", "aria_label": "Traceback"}
    return tag("pre", *(tag("b", line) if is_current(line) else line for line in lines), **named)


def _make_headline(run: Run, now: float) -> Markup:
    said = " · ".join(filter(None, (say_headline(run, now), run.message)))
    return tag("div", state(run.status), " ", said, class_="nb-head")


def _make_row(step: StepRun, now: float) -> tuple[str, ...]:
    return (
        tag("b", step.name),
        state(step.status),
        _make_doing(step),
        _say_time(step, now),
        shorten(say_standing(step, say_made(step.made)), 120),
    )


def _make_doing(step: StepRun) -> Markup:
    """Return how far a step is: what it says itself, else by its cells; what a done one wrote."""
    if step.status == "running":
        doing = say_doing(step.cells, step.cells_done, step.fraction, step.text)
        if doing is not None:
            return join(bar(doing[0]), " ", doing[1])
    return dim(say_outputs(step.outputs))


def _say_time(step: StepRun, now: float) -> str:
    return say_step_time(step.status, step.started, step.seconds, expected=step.expected, now=now)


def _make_where(run: Run) -> Markup | None:
    made = any(step.status in {"done", "failed"} for step in run.steps.values())
    if not run.folder or not made:
        return None
    folder = say_path(RunFolder(Path(run.folder)).tasks)
    return tag("div", dim("executed notebooks: "), tag("code", folder))
