"""Asks a run to stop."""

from __future__ import annotations

from nbflow.errors import RunError
from nbflow.model import STATES
from nbflow.runs.fold import Run
from nbflow.runs.folder import find_folder
from nbflow.workspace.pipeline_folder import PipelineFolder


def cancel(pipeline: PipelineFolder, run: Run) -> None:
    """Ask a live run to stop: it stops its kernels, keeps what is finished and says so."""
    if run.status != "running":
        raise RunError(f"Run {run.id} is not running: it is {STATES[run.status].word}.")
    try:
        find_folder(pipeline, run.id).cancel.touch()
    except OSError as error:
        raise RunError(f"Run {run.id} cannot be cancelled: {error.strerror}.") from error
