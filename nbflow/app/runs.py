"""The history of a pipeline."""

from __future__ import annotations

from nbflow.app.answers import Runs
from nbflow.runs.history import read_runs
from nbflow.workspace.pipeline_folder import PipelineFolder


def list_runs(pipeline: PipelineFolder, count: int | None = 20) -> Runs:
    """Return the newest runs, or with None all, newest first."""
    return Runs(pipeline, read_runs(pipeline, count))
