"""The runs that there are: found by id or name, read as their logs say."""

from __future__ import annotations

import contextlib
import itertools
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec

from nbflow.base.ids import find_named, read_time
from nbflow.errors import UnknownNameError
from nbflow.model import Command, make_warning
from nbflow.runs.fold import Run, fold
from nbflow.runs.folder import LOG, find_folder
from nbflow.runs.liveness import is_alive
from nbflow.runs.log import find_beginning, read_heading, read_lines, read_steps
from nbflow.storage.results.store import read_names
from nbflow.workspace.pipeline_folder import PipelineFolder


def iterate_run_ids(pipeline: PipelineFolder) -> Iterator[str]:
    """Yield the ids of the runs that have begun, newest first, and look at each as it is due."""
    folder = str(pipeline.runs)
    return (one for one in read_names(folder) if has_begun(folder, one))


def read_run_ids(pipeline: PipelineFolder, count: int | None = None) -> list[str]:
    """Return the ids of the newest runs that have begun, or of all, newest first."""
    return [*itertools.islice(iterate_run_ids(pipeline), count)]


def find_newest_id(pipeline: PipelineFolder) -> str:
    """Return the id of the newest run that has begun, "" where there is none."""
    return next(iterate_run_ids(pipeline), "")


def has_begun(runs: str | Path, run_id: str) -> bool:
    """Say whether a run has written its first event: one that could not is none."""
    try:
        return os.stat(f"{runs}/{run_id}/{LOG}").st_size > 0  # noqa: PTH116 - of 1,000 runs
    except OSError:
        return False


def read_run(pipeline: PipelineFolder, run_id: str) -> Run:
    """Return a run as its log says; one that neither lives nor has finished is lost."""
    path = find_folder(pipeline, run_id).log
    try:
        run = fold(read_lines(path))
    except FileNotFoundError as error:
        raise UnknownNameError(
            f"There is no run {run_id} any more: {path} is gone. ",
            Command("runs"),
            " lists what there is.",
        ) from error
    return place(pipeline, run, run_id)


def read_runs(pipeline: PipelineFolder, count: int | None = None) -> list[Run]:
    """Return the newest runs or all, newest first; not those that are removed meanwhile."""
    found: list[Run] = []
    for run_id in iterate_run_ids(pipeline):
        if len(found) == count:
            break
        with contextlib.suppress(UnknownNameError):
            found.append(read_run(pipeline, run_id))
    return found


def find_run(pipeline: PipelineFolder, text: str = "last") -> Run:
    """Return the run with this id, unique prefix or name; `last` is the newest."""
    return read_run(pipeline, find_run_id(pipeline, text))


def find_run_id(pipeline: PipelineFolder, text: str) -> str:
    """Return the id of the run that a text stands for, as `find_run` does; no log is folded."""
    newest = find_newest_id(pipeline)
    if not newest:
        raise UnknownNameError(
            f"No run yet in {pipeline.folder}. ", _make_run(pipeline.folder), " makes one."
        )
    if text == "last":
        return newest
    ids = read_run_ids(pipeline)
    found = find_named(text, ids, lambda one: read_name(pipeline, one))
    if len(found) != 1:
        wrong = f"{text!r} fits several runs" if found else f"There is no run {text!r}. The newest"
        shown = ", ".join((found or ids)[:5])
        raise UnknownNameError(f"{wrong}: {shown}. ", Command("runs"), " lists them all.")
    return found[0]


def find_run_with(pipeline: PipelineFolder, step: str) -> Run | None:
    """Return the newest run that has a step, None where none has it."""
    logs = ((one, find_folder(pipeline, one).log) for one in iterate_run_ids(pipeline))
    having = (run_id for run_id, log in logs if step in read_steps(log))
    return next((read_run(pipeline, run_id) for run_id in having), None)


def read_name(pipeline: PipelineFolder, run_id: str) -> str:
    """Return how a run is called, "" where it has no name."""
    heading = read_heading(find_folder(pipeline, run_id).log)
    return heading.name if heading else ""


def place(pipeline: PipelineFolder, run: Run, run_id: str, *, alive: bool | None = None) -> Run:
    """Return the run with what its log cannot say: its folder, and whether it was lost."""
    changes = read_unread(pipeline, run, run_id)
    run = msgspec.structs.replace(
        run,
        id=run_id,
        folder=str(pipeline.runs / run_id),
        home=str(pipeline.home),
        notebooks=str(pipeline.folder),
        **changes,
    )
    if run.status != "running" or (is_alive(pipeline, run_id) if alive is None else alive):
        return run
    steps = {
        name: msgspec.structs.replace(state, status="lost") if state.status == "running" else state
        for name, state in run.steps.items()
    }
    return msgspec.structs.replace(run, status="lost", steps=steps)


def read_unread(pipeline: PipelineFolder, run: Run, run_id: str) -> dict[str, Any]:
    """Return status, start and message of a run whose first line cannot be read."""
    if run.id:
        return {}
    beginning = find_beginning(find_folder(pipeline, run_id).log)
    started = read_time(run_id) or 0.0
    if not beginning:
        return {"started": started}  # it begins, or has ended before
    status = "later" if beginning == "later" else "unreadable"
    why = beginning if beginning in {"earlier", "later"} else "unreadable"
    problem = make_warning("unread-run", Command("clean"), why=why, log=LOG)
    return {"status": status, "started": started, "problem": problem}


def _make_run(folder: Path) -> Command:
    at = os.path.relpath(folder)
    return Command("run", () if at == os.curdir else (at,))
