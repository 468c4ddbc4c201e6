"""How a run that goes on will end: what it still takes, and which steps will not begin."""

from __future__ import annotations

from collections.abc import Mapping

from msgspec.structs import replace

from nbflow.model import STATES, Reason, graph
from nbflow.runs.fold import Run, StepRun

_SLOWER, _FASTER = 1.5, 3.0  # than before, by this factor: then progress counts


def foresee(run: Run, *, keep_going: bool = False) -> Run:
    """Return the run with the final status of waiting steps that can no longer start.

    A step below a failed one is blocked; unless `keep_going`, the other steps are skipped.
    """
    failed = next((name for name, step in run.steps.items() if step.status == "failed"), "")
    if run.status != "running" or not failed:
        return run
    blame: dict[str, tuple[Reason, ...]] = {}
    changed: dict[str, StepRun] = {}
    for name, step in run.steps.items():  # parents come first
        above = graph.find_blame(run.parents.get(name, ()), blame)
        if step.status in {"failed", "blocked"}:
            blame[name] = step.why if step.status == "blocked" else (Reason("blocked", name),)
        elif step.status == "waiting" and above:
            blame[name] = above
            changed[name] = replace(step, status="blocked", why=above)
        elif step.status == "waiting" and not keep_going:
            changed[name] = replace(step, status="skipped", why=(Reason("stopped", failed),))
    return replace(run, steps=run.steps | changed)


def find_left(run: Run, now: float) -> float | None:
    """Return about how many seconds a run still takes; None where no step tells.

    The work that is left, shared among the jobs, and no less than the longest way through it: a
    step waits for those above it, also where one between them says nothing of its time.
    """
    left = {
        name: _find_left(step, now)
        for name, step in run.steps.items()
        if not STATES[step.status].ended
    }
    if all(seconds is None for seconds in left.values()):
        return None
    work = {name: seconds or 0.0 for name, seconds in left.items()}
    return max(sum(work.values()) / max(run.jobs, 1), _find_longest(work, run.parents))


def _find_longest(work: Mapping[str, float], parents: Mapping[str, tuple[str, ...]]) -> float:
    """Return the seconds of the longest chain of steps that are left."""
    above = {step: {one for one in parents.get(step, ()) if one in work} for step in work}
    ends: dict[str, float] = {}
    for step in graph.order(above):
        ends[step] = work[step] + max((ends[one] for one in above[step]), default=0.0)
    return max(ends.values(), default=0.0)


def find_expected(step: StepRun, now: float) -> float | None:
    """Return how many seconds a step takes in all: as before, unless its progress tells otherwise.

    Progress may be that of one loop among several: it counts where nothing else is known, or where
    it leaves no doubt.
    """
    before = step.expected
    if step.status != "running" or step.started is None or not step.fraction:
        return before
    told = (now - step.started) / min(step.fraction, 1.0)
    if before is None:
        return told if step.fraction < 1 else None
    faster = step.fraction < 1 and told * _FASTER < before
    return told if faster or told > before * _SLOWER else before


def _find_left(step: StepRun, now: float) -> float | None:
    expected = find_expected(step, now)
    if expected is None or step.status != "running" or step.started is None:
        return expected
    return max(expected - (now - step.started), 0.0)
