"""Finished runs as a notebook sees them: which result each step has, when and with what."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from nbflow.base.ids import find_named
from nbflow.model import Frozen
from nbflow.model.events import RunFinished, RunStarted, StepFinished, StepReused
from nbflow.runs.folder import find_folder
from nbflow.runs.history import iterate_run_ids, read_name, read_run_ids
from nbflow.runs.log import read_lines

if TYPE_CHECKING:
    from nbflow.workspace.project import Project


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


def read_finished(project: Project) -> Iterator[Finished]:
    """Yield the finished runs, newest first; each is read when it is asked for."""
    found = (find_finished(project, run_id) for run_id in iterate_run_ids(project))
    return (run for run in found if run is not None)


def find_finished(project: Project, run_id: str) -> Finished | None:
    """Return a finished run, None where it lives, was lost or is gone."""
    path = find_folder(project, run_id).log
    try:
        return _read(path, path.stat().st_mtime_ns)
    except FileNotFoundError:
        return None


def find_named_finished(project: Project, text: str) -> list[Finished]:
    """Return the finished runs with this id, unique prefix or name; `last` is the newest."""
    if text == "last":
        return [*itertools.islice(read_finished(project), 1)]

    def read_finished_name(run_id: str) -> str:
        fits = read_name(project, run_id) == text and find_finished(project, run_id)
        return text if fits else ""

    ids = find_named(text, read_run_ids(project), read_finished_name)
    return [run for run_id in ids if (run := find_finished(project, run_id))]


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
