"""Foresees the end of a run: how long it still takes, and which steps will not start."""

from __future__ import annotations

from msgspec.structs import replace

from nbflow.model import STATES, Reason, graph
from nbflow.runs.fold import Run, StepRun

_SLOWER, _FASTER = 1.5, 3.0  # factors by which progress must differ to count


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
    """Return about how many seconds a run still takes; None if no step has an estimate.

    This is the work that is left, divided by the number of jobs, but at least the longest chain of
    steps that wait for one another.
    """
    left = {
        name: _find_left(step, now)
        for name, step in run.steps.items()
        if not STATES[step.status].ended
    }
    if all(seconds is None for seconds in left.values()):
        return None
    work = {name: seconds or 0.0 for name, seconds in left.items()}
    above = {name: {one for one in run.parents.get(name, ()) if one in work} for name in work}
    longest = max(graph.longest_paths(above, work).values())
    return max(sum(work.values()) / max(run.jobs, 1), longest)


def find_expected(step: StepRun, now: float) -> float | None:
    """Return how many seconds a step takes in all; None if that is not known.

    This is what its last execution took. Its progress may be that of one loop among several, so it
    counts only if nothing else is known, or if it differs much.
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
