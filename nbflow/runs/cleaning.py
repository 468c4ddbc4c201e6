"""Finds and removes results and runs that are not needed; never those a live run uses."""

from __future__ import annotations

import contextlib
import shutil
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Literal

from nbflow.base.locks import is_held
from nbflow.errors import StoreError
from nbflow.model import Frozen
from nbflow.runs.fold import Run
from nbflow.runs.folder import RunFolder, find_folder
from nbflow.runs.history import read_name, read_run_ids
from nbflow.runs.liveness import is_alive
from nbflow.runs.log import Beginning, find_beginning
from nbflow.runs.pins import Pins, read_pinned
from nbflow.storage.duckdb.database_file import find_parts, sweep_parts
from nbflow.storage.results import arrow_cache
from nbflow.storage.results.damage import find_aside, read_notes
from nbflow.storage.results.removals import note_removed
from nbflow.storage.results.result_index import read_result_ids
from nbflow.storage.results.store import find_folders, open_store, read_names
from nbflow.workspace.pipeline_folder import PipelineFolder

_STARTING = 60.0  # seconds in which a run begins, once its folder is there


class Removable(Frozen, frozen=True):
    """A folder that nothing needs, and why."""

    kind: Literal["result", "run", "leftover", "cache"]
    path: Path
    step: str = ""
    id: str = ""
    bytes: int = 0
    why: str = ""


def find_removable(pipeline: PipelineFolder, keep: int | None = None) -> list[Removable]:
    """Return results beyond the newest `keep` of each step, and what died runs left.

    What a live or a named run relies on is kept. `keep` defaults to the project's setting.
    """
    pinned = read_pinned(pipeline)
    kept = pipeline.project.settings.keep if keep is None else keep
    old = _old_results(pipeline, kept, pinned)
    going = {one.path for one in old}
    cached = (one for one in find_cached(pipeline) if one.path.parent not in going)
    parts = (one for one in _parts(pipeline) if one.path.parent not in going)
    return [*old, *_leftovers(pipeline), *_damaged(pipeline), *parts, *cached]


def find_cached(pipeline: PipelineFolder) -> list[Removable]:
    """Return the Arrow files beyond the setting `cache.arrow`; DuckDB's files hold the same."""
    limit, store = pipeline.project.settings.cache.limit, open_store(pipeline.home)
    return [
        Removable(
            "cache", one.folder, one.step, one.result, one.bytes, "Arrow files beyond the limit"
        )
        for one in arrow_cache.find_droppable(store, limit, lambda: read_pinned(pipeline))
    ]


def remove(pipeline: PipelineFolder, removable: list[Removable], by: str = "clean") -> None:
    """Remove what was found, less what a run has come to rely on since; `by`: see `Removed`.

    Raises StoreError where the disk lets nothing be removed.
    """
    if not removable:
        return
    try:
        with open_store(pipeline.home).lock():
            _remove(pipeline, removable, by)
    except OSError as error:
        raise StoreError(
            f"Nothing can be removed from {pipeline.home}: {error.strerror or error}. "
            "Fix the permissions, or ask whose it is."
        ) from error


def _remove(pipeline: PipelineFolder, removable: list[Removable], by: str) -> None:
    pinned = read_pinned(pipeline)
    going = [(one.step, one.id) for one in removable if one.kind == "result"]
    note_removed(pipeline.home, (one for one in going if one not in pinned), by)
    for one in removable:
        if one.kind == "result" and (one.step, one.id) not in pinned:
            open_store(pipeline.home).remove(one.step, one.id)
        elif one.path.is_file():
            sweep_parts(one.path.parent)  # unless a process is filling it now
        elif (one.kind == "cache" and (one.step, one.id) not in pinned) or (
            one.kind in {"run", "leftover"} and not is_alive(pipeline, one.id)
        ):
            shutil.rmtree(one.path, ignore_errors=True)


def prune(pipeline: PipelineFolder, run: Run, *, grown: bool = True) -> None:
    """Remove what is beyond the settings `keep` and, if Arrow files came, `cache`.

    What the run has made or reused, which has just ended, stays.
    """
    keep = pipeline.project.settings.keep
    if any(_read_surplus(pipeline, keep)):
        ours = set(run.pins.items())
        old = _old_results(pipeline, keep, read_pinned(pipeline))
        gone = [one for one in old if (one.step, one.id) not in ours]
        remove(pipeline, gone, f"keep = {keep}")
    if grown:
        remove(pipeline, find_cached(pipeline))


def find_old_runs(pipeline: PipelineFolder, keep: int) -> list[Removable]:
    """Return the runs beyond the newest `keep`, less live and named ones."""
    return [
        Removable("run", pipeline.runs / run, id=run, bytes=_size(pipeline.runs / run), why="old")
        for run in read_run_ids(pipeline)[keep:]
        if not is_alive(pipeline, run)
        and not read_name(pipeline, run)
        and find_beginning(find_folder(pipeline, run).log) != "later"
    ]


def _old_results(pipeline: PipelineFolder, keep: int, pinned: Pins) -> list[Removable]:
    found = []
    for step, result in _read_surplus(pipeline, keep):
        if (step, result) not in pinned:
            folder = open_store(pipeline.home).fetch(step, result)
            why = f"beyond the newest {keep} of {step}"
            found.append(Removable("result", folder, step, result, _size(folder), why))
    return found


def _read_surplus(pipeline: PipelineFolder, keep: int) -> Iterator[tuple[str, str]]:
    """Yield step and id of each result beyond the newest `keep`, pinned ones too."""
    store = open_store(pipeline.home)
    for step in store.list_steps():
        if len(store.list_ids(step)) > keep:
            yield from ((step, one) for one in read_result_ids(pipeline, step)[keep:])


def _damaged(pipeline: PipelineFolder) -> Iterator[Removable]:
    """Yield the results that were set aside; that they were damaged stays known."""
    for (step, result), found in read_notes(pipeline.home).items():
        folder = find_aside(pipeline, found)
        if folder.is_dir():
            why = f"damaged: {found}"
            yield Removable("leftover", folder, step, result, _size(folder), why)


def _leftovers(pipeline: PipelineFolder) -> Iterator[Removable]:
    """Yield unfinished results of failed steps, and runs that never began.

    Their executed notebooks and what they printed lie elsewhere and stay.
    """
    for run in read_names(str(pipeline.runs)):
        folder = find_folder(pipeline, run)
        beginning = find_beginning(folder.log)
        if why := _find_useless(folder, beginning):
            if not is_alive(pipeline, run):
                yield Removable("leftover", folder.path, "", run, _size(folder.path), why)
        elif beginning != "later" and not read_name(pipeline, run):
            yield from _unfinished(pipeline, folder, run)


def _unfinished(pipeline: PipelineFolder, folder: RunFolder, run: str) -> Iterator[Removable]:
    for attempt in folder.read_attempts():
        if attempt.making.is_dir() and not is_alive(pipeline, run):
            why, size = "of a step that did not end well", _size(attempt.making)
            yield Removable("leftover", attempt.making, attempt.task, run, size, why)


def _find_useless(folder: RunFolder, beginning: Beginning) -> str:
    """Return why a run's folder says nothing to anybody, "" where it does."""
    if beginning == "earlier":
        return "of an earlier version of nbflow"
    return "a run that never began" if not beginning and _is_over(folder.path) else ""


def _is_over(run: Path) -> bool:
    """Say whether a run that has not begun had the time to."""
    with contextlib.suppress(OSError):  # it was refused meanwhile
        return run.is_dir() and time.time() - run.stat().st_mtime > _STARTING
    return False


def _parts(pipeline: PipelineFolder) -> Iterator[Removable]:
    """Yield unfinished DuckDB files of killed processes; the Arrow files hold the same tables."""
    for folder in find_folders(open_store(pipeline.home)):
        for part in find_parts(folder):
            with contextlib.suppress(FileNotFoundError):  # it is finished, or another sweeps
                if not is_held(folder):
                    step, size = folder.parent.name, part.stat().st_size
                    why = "of a process that was killed"
                    yield Removable("leftover", part, step, folder.name, size, why)


def _size(folder: Path) -> int:
    return sum(at.stat().st_size for at in folder.rglob("*") if at.is_file())
