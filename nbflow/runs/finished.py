"""Finished runs, from which notebooks read."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

from msgspec.structs import replace

from nbflow.base.ids import find_named
from nbflow.model.events import RunFinished
from nbflow.runs.fold import Run, fold
from nbflow.runs.folder import find_folder
from nbflow.runs.history import iterate_run_ids, read_name, read_run_ids
from nbflow.runs.log import read_last, read_lines

if TYPE_CHECKING:
    from nbflow.workspace.pipeline_folder import PipelineFolder


def read_finished(pipeline: PipelineFolder) -> Iterator[Run]:
    """Yield the finished runs, newest first; each is read when it is asked for."""
    found = (find_finished(pipeline, run_id) for run_id in iterate_run_ids(pipeline))
    return (run for run in found if run is not None)


def find_finished(pipeline: PipelineFolder, run_id: str) -> Run | None:
    """Return a finished run, None where it lives, was lost or is gone."""
    path = find_folder(pipeline, run_id).log
    try:
        return _read(path, path.stat().st_mtime_ns)
    except FileNotFoundError:
        return None


def find_named_finished(pipeline: PipelineFolder, text: str) -> list[Run]:
    """Return the finished runs with this id, unique prefix or name; `last` is the newest."""
    if text == "last":
        return [*itertools.islice(read_finished(pipeline), 1)]

    def read_finished_name(run_id: str) -> str:
        fits = read_name(pipeline, run_id) == text and find_finished(pipeline, run_id)
        return text if fits else ""

    ids = find_named(text, read_run_ids(pipeline), read_finished_name)
    return [run for run_id in ids if (run := find_finished(pipeline, run_id))]


@lru_cache(maxsize=64)
def _read(path: Path, _changed: int) -> Run | None:
    last = read_last(path)
    if last is None or not isinstance(last.event, RunFinished):
        return None
    run = fold(read_lines(path))
    return replace(run, id=path.parent.name) if run.id else None
