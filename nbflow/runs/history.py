"""The runs that there are: found by id or name, read as their logs say."""

from __future__ import annotations

import contextlib
import os
from pathlib import Path
from typing import Any

import msgspec

from nbflow.errors import UnknownNameError
from nbflow.events import StepFinished, StepReused
from nbflow.project import Project
from nbflow.runs.fold import Run, fold
from nbflow.runs.folder import LOG, find_folder
from nbflow.runs.liveness import is_alive
from nbflow.runs.log import read_beginning, read_heading, read_lines
from nbflow.store.ids import find_named, read_time
from nbflow.store.results import read_names


def read_run_ids(project: Project) -> list[str]:
    """Return the ids of all runs that have begun, newest first."""
    folder = str(project.runs)
    return [one for one in read_names(folder) if has_begun(folder, one)]


def has_begun(runs: str | Path, run_id: str) -> bool:
    """Say whether a run has written its first event: one that could not is none."""
    try:
        return os.stat(f"{runs}/{run_id}/{LOG}").st_size > 0  # noqa: PTH116 - of 1,000 runs
    except OSError:
        return False


def read_run(project: Project, run_id: str) -> Run:
    """Return a run as its log says; one that neither lives nor has finished is lost."""
    path = find_folder(project, run_id).log
    try:
        run = fold(read_lines(path))
    except FileNotFoundError as error:
        raise UnknownNameError(
            f"There is no run {run_id} any more: {path} is gone. `nbflow runs` lists what there is."
        ) from error
    return place(project, run, run_id)


def read_runs(project: Project, count: int | None = None) -> list[Run]:
    """Return the newest runs or all, newest first; not those that are removed meanwhile."""
    found = []
    for run_id in read_run_ids(project)[:count]:
        with contextlib.suppress(UnknownNameError):
            found.append(read_run(project, run_id))
    return found


def find_run(project: Project, text: str = "last") -> Run:
    """Return the run with this id, unique prefix or name; `last` is the newest."""
    ids = read_run_ids(project)
    if not ids:
        raise UnknownNameError(
            f"No run yet in {project.folder}. `{_say_run(project.folder)}` makes one."
        )
    if text == "last":
        return read_run(project, ids[0])
    found = find_named(text, ids, lambda one: _read_name(project, one))
    if len(found) != 1:
        wrong = f"{text!r} fits several runs" if found else f"There is no run {text!r}. The newest"
        shown = ", ".join((found or ids)[:5])
        raise UnknownNameError(f"{wrong}: {shown}. `nbflow runs` lists them all.")
    return read_run(project, found[0])


def find_run_with(project: Project, step: str) -> Run | None:
    """Return the newest run that has a step, None where none has it."""
    runs = (read_run(project, run_id) for run_id in read_run_ids(project))
    return next((run for run in runs if step in run.steps), None)


def _read_name(project: Project, run_id: str) -> str:
    heading = read_heading(find_folder(project, run_id).log)
    return heading.name if heading else ""


def read_pins(project: Project, run_id: str) -> dict[str, str]:
    """Return the result that each step of a run made or reused."""
    events = (line.event for line in read_lines(find_folder(project, run_id).log))
    return {e.step: e.result for e in events if isinstance(e, StepFinished | StepReused)}


def place(project: Project, run: Run, run_id: str, *, alive: bool | None = None) -> Run:
    """Add what the log cannot say: where the run lies, and whether it was lost."""
    changes = read_unread(project, run, run_id)
    run = msgspec.structs.replace(
        run,
        id=run_id,
        folder=str(project.runs / run_id),
        results=str(project.results),
        **changes,
    )
    if run.status != "running" or (is_alive(project, run_id) if alive is None else alive):
        return run
    steps = {
        name: msgspec.structs.replace(state, status="lost") if state.status == "running" else state
        for name, state in run.steps.items()
    }
    return msgspec.structs.replace(run, status="lost", steps=steps)


def read_unread(project: Project, run: Run, run_id: str) -> dict[str, Any]:
    """Return what is to be said of a run whose beginning says nothing to us."""
    if run.id:
        return {}
    beginning = read_beginning(find_folder(project, run_id).log)
    started = read_time(run_id) or 0.0
    if not beginning:
        return {"started": started}  # it begins, or has ended before
    if beginning == "later":
        message = "a later version of nbflow wrote it; an upgrade of nbflow reads it"
        return {"status": "later", "started": started, "message": message}
    message = f"the first line of its {LOG} is damaged; its results are not"
    return {"status": "unreadable", "started": started, "message": message}


def _say_run(folder: Path) -> str:
    at = os.path.relpath(folder)
    return "nbflow run" if at == os.curdir else f"nbflow run {at}"
