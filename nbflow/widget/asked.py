"""What the form asks for: as the options of `nbflow run`, and as a request to plan."""

from __future__ import annotations

import contextlib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import msgspec

from nbflow.errors import RunError
from nbflow.model import Frozen, Request
from nbflow.pipeline import Pipeline
from nbflow.project import Project, find_project
from nbflow.runs.liveness import is_alive
from nbflow.widget.selection import Selection


def make_arguments(forms: Mapping[str, Any], selection: Selection, *, force: bool) -> list[str]:
    """Return the options; values go as YAML, in which every JSON form is what it was."""
    import yaml  # noqa: PLC0415 - not to open a panel

    text = yaml.safe_dump(dict(forms), default_flow_style=True, allow_unicode=True, width=10**9)
    values = ["-y", text.strip()] if forms else []
    return [*values, *selection.make_arguments(), *(["--force"] if force else [])]


def make_request(forms: Mapping[str, Any], selection: Selection, *, force: bool) -> Request:
    return Request(parameters=dict(forms), force=force, **selection.make_request())


def read_asked(project: Project, run_id: str) -> Request:
    """Return what a run was asked for."""
    try:
        text = (project.runs / run_id / "plan.json").read_bytes()
        return msgspec.json.decode(text, type=_Asked).request
    except (OSError, ValueError, RecursionError) as error:  # ValueError: also msgspec's
        raise RunError(f"Run {run_id} does not say what it was asked for: {error}.") from error


def read_running(project: Project, run_id: str) -> Request:
    """Return what a run was asked for as long as it goes on, else a request for nothing special."""
    if run_id and is_alive(project, run_id):
        with contextlib.suppress(RunError):
            return read_asked(project, run_id)
    return Request()


class _Asked(Frozen, frozen=True):
    request: Request


def read_project(asked: str | Path | Pipeline | Project | None) -> Project:
    if isinstance(asked, Pipeline):
        return asked.project
    return asked if isinstance(asked, Project) else find_project(asked)
