"""Chooses the finished run that a notebook reads from."""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING

from nbflow.errors import CallError
from nbflow.runs.finished import find_named_finished, read_finished
from nbflow.runs.folder import find_folder
from nbflow.runs.log import find_beginning
from nbflow.storage.results.result_index import Snapshot

if TYPE_CHECKING:
    from nbflow.runs.fold import Run
    from nbflow.workspace.pipeline_folder import PipelineFolder

_LISTED = 5  # runs that an error names


def find_newest(pipeline: PipelineFolder, step: str) -> Run | None:
    """Return the newest finished run that has a result of this step."""
    having = (run for run in read_finished(pipeline) if step in run.pins)
    return next(
        (run for run in having if Snapshot(pipeline).find_result(step, run.pins[step])), None
    )


def choose_run(pipeline: PipelineFolder, text: str, said: str = "") -> Run:
    """Return the finished run with this id, unique prefix or name; `last` is the newest.

    `said` is what the user typed, if not nbflow.use.
    """
    found = find_named_finished(pipeline, text)
    if len(found) == 1:
        return found[0]
    listed = islice(found or read_finished(pipeline), _LISTED)
    shown = ", ".join(run.name or run.id for run in listed) or "none yet"
    what = "fits several runs" if found else _explain_none(pipeline, text)
    raise CallError(
        f"{said or f'nbflow.use({text!r})'}: this {what} of {pipeline.folder.name}: {shown}. "
        "`nbflow runs` lists them all."
    )


def _explain_none(pipeline: PipelineFolder, text: str) -> str:
    """Return why a text names no finished run that can be read."""
    try:
        later = "/" not in text and find_beginning(find_folder(pipeline, text).log) == "later"
    except ValueError:
        later = False
    return "run is of a later version of nbflow: upgrade it" if later else "is no finished run"
