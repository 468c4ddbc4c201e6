"""Pins: the results that runs rely on, which must not be removed."""

from __future__ import annotations

from collections.abc import Container

from nbflow.runs.fold import fold
from nbflow.runs.folder import RunFolder, find_folder
from nbflow.runs.liveness import is_alive, is_finished
from nbflow.runs.log import find_beginning, read_heading, read_lines, read_pairs
from nbflow.runs.request_file import read_plan
from nbflow.storage.results.store import read_names
from nbflow.workspace.pipeline_folder import PipelineFolder

Pins = Container[tuple[str, str]]  # by step and result


def read_pinned(pipeline: PipelineFolder) -> Pins:
    """Return the results that live and named runs rely on, and those of another version."""
    found: set[tuple[str, str]] = set()
    for run_id in read_names(str(pipeline.runs)):
        folder = find_folder(pipeline, run_id)
        heading = read_heading(folder.log)
        if heading is None and find_beginning(folder.log) in {"later", "unreadable"}:
            if is_alive(pipeline, run_id):
                return _Everything()  # its log does not say which results it uses
            found |= set(read_pairs(folder.log))
        elif (heading and heading.name) or _may_go_on(pipeline, run_id):
            found |= set(fold(read_lines(folder.log)).pins.items()) | _read_outside(folder)
    return found


class _Everything:
    def __contains__(self, _: object) -> bool:
        return True


def _may_go_on(pipeline: PipelineFolder, run_id: str) -> bool:
    """Say whether a run lives and relies on results: the end of its log is read sooner."""
    return not is_finished(pipeline, run_id) and is_alive(pipeline, run_id)


def _read_outside(folder: RunFolder) -> set[tuple[str, str]]:
    """Return the results that a run reads of steps which it was not asked to run."""
    outside = read_plan(folder).outside.items()
    return {(step, planned.result) for step, planned in outside if planned.result}
