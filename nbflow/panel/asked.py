"""Which pipeline a panel shows, and what the run that goes on was asked for."""

from __future__ import annotations

import contextlib
from pathlib import Path

from nbflow.errors import RunError
from nbflow.model import Request
from nbflow.pipeline import Pipeline
from nbflow.runs.liveness import is_alive
from nbflow.runs.request import read_request
from nbflow.workspace.project import Project, find_project


def read_running(project: Project, run_id: str) -> Request:
    """Return what a run was asked for as long as it goes on, else a request for nothing special."""
    if run_id and is_alive(project, run_id):
        with contextlib.suppress(RunError):
            return read_request(project, run_id)
    return Request()


def read_project(asked: str | Path | Pipeline | Project | None) -> Project:
    if isinstance(asked, Pipeline):
        return asked.project
    return asked if isinstance(asked, Project) else find_project(asked)
