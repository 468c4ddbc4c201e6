"""How a run that goes on will end: what it still takes, and which steps will not begin."""

from __future__ import annotations

import contextlib
from collections.abc import Mapping

from msgspec.structs import replace

from nbflow.errors import NbflowError
from nbflow.model import STATES, Reason, graph
from nbflow.runs.fold import Run, StepRun
from nbflow.runs.request import read_request
from nbflow.workspace.project import Project

_SLOWER, _FASTER = 1.5, 3.0  # than before, by this factor: then progress counts


class Foresight:
    """Looks ahead in runs; what a run was asked for is read once, when a step of it has failed."""

    def __init__(self) -> None:
        self._keeping: dict[str, bool] = {}  # by run: whether it goes on after a failure

    def look(self, project: Project | None, run: Run) -> Run:
        if project is None or run.status != "running" or not _has_failed(run):
            return run
        if run.id not in self._keeping:
            self._keeping[run.id] = _keeps_going(project, run.id)
        return foresee(run, keep_going=self._keeping[run.id])


def foresee(run: Run, *, keep_going: bool = False) -> Run:
    """Return the run with those waiting steps as they will end that begin no more.

    What is below a failed step is blocked; unless `keep_going`, the others are skipped.
    """
    steps = run.steps
    failed = [name for name, step in steps.items() if step.status == "failed"]
    if not failed:
        return run
    guilty = _find_guilty(run.parents, steps)
    changed: dict[str, StepRun] = {}
    for name, step in steps.items():
        if step.status == "waiting" and name in guilty:
            changed[name] = replace(step, status="blocked", why=guilty[name])
        elif step.status == "waiting" and not keep_going:
            changed[name] = replace(step, status="skipped", why=(Reason("stopped", failed[0]),))
    return replace(run, steps=steps | changed) if changed else run


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


def _has_failed(run: Run) -> bool:
    return any(step.status == "failed" for step in run.steps.values())


def _keeps_going(project: Project, run_id: str) -> bool:
    with contextlib.suppress(NbflowError):
        return read_request(project, run_id).keep_going
    return False


def _find_guilty(
    parents: Mapping[str, tuple[str, ...]], steps: Mapping[str, StepRun]
) -> dict[str, tuple[Reason, ...]]:
    """Return the steps below failed ones, each with those that failed; parents come first."""
    found: dict[str, tuple[Reason, ...]] = {}
    for name, step in steps.items():
        above = {who for parent in parents.get(name, ()) for who in found.get(parent, ())}
        if step.status == "blocked":
            found[name] = step.why
        elif step.status == "failed":
            found[name] = (Reason("blocked", name),)
        elif above and step.status == "waiting":
            found[name] = tuple(sorted(above, key=str))
    return found
