"""Finished runs as a notebook sees them: which result each step has, when and with what."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from nbflow.errors import CallError
from nbflow.events import (
    RunFinished,
    RunStarted,
    StepFinished,
    StepReused,
)
from nbflow.model import Frozen
from nbflow.runs.history import read_run_ids
from nbflow.runs.log import read_beginning, read_lines
from nbflow.step.messages import make_parameters
from nbflow.store.ids import find_named
from nbflow.store.results import find_result

if TYPE_CHECKING:
    from nbflow.project import Project

_LISTED = 5  # runs that an error names


class Finished(Frozen, frozen=True):
    """A run that is over; `pins` are the results its steps made or reused."""

    id: str
    name: str
    parameters: dict[str, Any]
    time: float  # seconds since the epoch when it finished
    pins: dict[str, str]
    status: str = "done"

    @property
    def label(self) -> str:
        how = "" if self.status == "done" else f" ({self.status})"
        return f"run {self.name or self.id}{how}"

    @property
    def given(self) -> str:
        return make_parameters(self.parameters)


def read_runs(project: Project) -> Iterator[Finished]:
    """Yield the finished runs, newest first."""
    found = (find_run(project, run_id) for run_id in read_run_ids(project))
    return (run for run in found if run is not None)


def find_run(project: Project, run_id: str) -> Finished | None:
    """Return a finished run, None where it lives, was lost or is gone."""
    path = project.runs / run_id / "events.jsonl"
    try:
        return _read(path, path.stat().st_mtime_ns)
    except FileNotFoundError:
        return None


def find_newest(project: Project, step: str) -> Finished | None:
    """Return the newest finished run that has a result of this step."""
    having = (run for run in read_runs(project) if step in run.pins)
    return next((run for run in having if find_result(project, step, run.pins[step])), None)


def choose_run(project: Project, text: str, said: str = "") -> Finished:
    """Return the finished run with this id, unique prefix or name; `last` is the newest.

    `said` is how the user asked for it, if not by nbflow.use.
    """
    runs = list(read_runs(project))
    known = {run.id: run for run in runs}
    ids = find_named(text, [*known], lambda one: known[one].name)
    found = runs[:1] if text == "last" else [known[one] for one in ids]
    if len(found) == 1:
        return found[0]
    shown = ", ".join(run.name or run.id for run in (found or runs)[:_LISTED]) or "none yet"
    what = "fits several runs" if found else _explain_none(project, text)
    raise CallError(
        f"{said or f'nbflow.use({text!r})'}: this {what} of {project.folder.name}: {shown}. "
        "`nbflow runs` lists them all."
    )


def _explain_none(project: Project, text: str) -> str:
    """Return what a text is that names no finished run that can be read."""
    path = project.runs / text / "events.jsonl"
    try:
        later = "/" not in text and read_beginning(path) == "later"
    except (OSError, ValueError):
        later = False
    return "run is of a later version of nbflow: upgrade it" if later else "is no finished run"


@lru_cache(maxsize=64)
def _read(path: Path, _changed: int) -> Finished | None:
    lines = list(read_lines(path))
    started = next((line.event for line in lines if isinstance(line.event, RunStarted)), None)
    over = ((line.time, line.event) for line in lines if isinstance(line.event, RunFinished))
    ended, finished = next(over, (0.0, None))
    if started is None or finished is None:
        return None
    events = (line.event for line in lines)
    pins = {one.step: one.result for one in events if isinstance(one, StepFinished | StepReused)}
    return Finished(
        id=path.parent.name,
        name=started.name,
        parameters=started.parameters,
        time=ended,
        pins=pins,
        status=finished.status,
    )
