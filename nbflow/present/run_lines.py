"""A run and its steps in one line each."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from nbflow.base.text import say_count, say_seconds, shorten
from nbflow.model import Command, Reason, Spent
from nbflow.present.problems import say_problem
from nbflow.present.reasons import say_reasons
from nbflow.present.remedies import spell
from nbflow.present.states import say_over, say_statuses
from nbflow.present.values import say_parameters

if TYPE_CHECKING:
    from nbflow.planning import Plan
    from nbflow.runs.fold import Run, StepRun


_LONG_START = 0.5  # seconds from which on the start of a kernel is told
_UNREAD = ("later", "unreadable")  # the states of runs whose log says nothing


def say_headline(run: Run, now: float) -> str:
    """Return `notebooks · 20261123-064312-1f3a · 3 of 9 steps · 12 s`."""
    seconds = run.seconds if run.seconds is not None else now - run.started
    said = [part for part in (run.pipeline.strip("."), run.name, run.id) if part]
    said += [say_over(step.status for step in run.steps.values())] if run.steps else []
    said += [say_seconds(seconds)] if run.status not in {"lost", *_UNREAD} else []
    said += [say_parameters(run.parameters)] if run.parameters else []
    return " · ".join(said)


def say_steps(run: Run) -> str:
    """Return how many steps of a run ran; "" where its log does not say."""
    known = run.steps or run.status not in _UNREAD
    return say_statuses(step.status for step in run.steps.values()) if known else ""


def say_warnings(run: Run) -> list[str]:
    """Return the warnings of a run as a whole, then those of its steps."""
    steps = (f"{step.name}: {one}" for step in run.steps.values() for one in step.warnings)
    return [*say_stale(run.stale), *map(say_problem, run.warnings), *steps]


def say_plan_warnings(plan: Plan) -> list[str]:
    """Return the warnings of a plan's steps, and how many its notebooks have."""
    said = [f"{name}: {one}" for name, step in plan.steps.items() for one in step.warnings]
    count = sum(problem.severity == "warning" for problem in plan.scan.problems)
    more = f"{say_count(count, 'warning')} in the notebooks: {spell(Command('check'))}"
    return [*said, more] if count else said


def say_stale(stale: Mapping[str, Sequence[Reason]]) -> list[str]:
    """Return a warning for each step whose stale result is read."""
    return [
        f"{name} is not among the selected steps, and what is read of it is stale: "
        f"{say_reasons(why)}. To make it anew, select it too."
        for name, why in stale.items()
    ]


def say_trouble(run: Run) -> str:
    """Return why a run broke off, or why its log cannot be read; "" for others."""
    return say_problem(run.problem) if run.problem else ""


def say_no_bytecode(why: str) -> str:
    """Return what to do where byte code is missing; see `environments.bytecode`."""
    kept = f"{why} is set" if why.isupper() else f"{why} cannot be written"
    return (
        f"Python compiles all libraries at each start, which takes more than a second: {kept}. "
        "Compile them once: UV_COMPILE_BYTECODE=1 for uv, `python -m compileall` otherwise."
    )


def say_about(run: Run) -> list[str]:
    """Return a run's name and parameters, and what is to be said of one that cannot be read."""
    said = (run.name, say_parameters(run.parameters), "" if run.steps else say_trouble(run))
    return [part for part in said if part]


def say_doing(
    cells: int, cells_done: int, fraction: float | None = None, text: str = ""
) -> tuple[float, str] | None:
    """Return how far a running step is, from 0 to 1, and what it does; None where nothing tells."""
    if fraction is not None:
        return fraction, f"{fraction:4.0%} {shorten(text, 24)}"
    if not cells:
        return None
    at = f"cell {cells_done + 1} of {cells}" if cells_done < cells else "finishing"
    return cells_done / cells, shorten(text or at, 29)


def find_took(seconds: float | None, spent: Spent) -> float | None:
    """Return what a step's notebook took, without the start of its kernel; None if it never ran.

    `seconds` are all that the step took. Where nobody measured the parts, these are all.
    """
    return max(0.0, seconds - spent.start) if seconds else None


def say_took(seconds: float | None, spent: Spent) -> str:
    """Return ` in 0.1 s, after 3.9 s in which its kernel started`, "" of what never ran."""
    took = find_took(seconds, spent)
    if took is None:
        return ""
    start = f", after {say_seconds(spent.start)} in which its kernel started"
    return f" in {say_seconds(took)}{start if spent.start >= _LONG_START else ''}"


def say_step_time(step: StepRun, now: float, expected: float | None) -> str:
    """Return `3.0 s of ~12 s` of a running step, `~12 s` of a waiting one, what another took.

    What takes longer than the last time is not measured by it any more.
    """
    if step.status == "running" and step.started is not None:
        ran = now - step.started
        about = f" of ~{say_seconds(expected)}" if expected and ran <= expected else ""
        return f"{say_seconds(ran)}{about}"
    if step.status == "waiting":
        return f"~{say_seconds(expected)}" if expected else ""
    return say_seconds(find_took(step.seconds, step.spent))
