"""The history of a pipeline."""

from __future__ import annotations

from nbflow.app.answers import Runs
from nbflow.runs.history import read_runs
from nbflow.workspace.project import Project


def list_runs(project: Project, count: int | None = 20) -> Runs:
    """Return the newest runs, or with None all, newest first."""
    return Runs(project, read_runs(project, count))
