"""What a run was asked for, kept in its folder."""

from __future__ import annotations

import msgspec

from nbflow.errors import RunError
from nbflow.model import Request
from nbflow.project import Project
from nbflow.runs.folder import RunFolder, find_folder
from nbflow.store.results import write_file


def write_request(folder: RunFolder, request: Request) -> None:
    """Keep a request in a run's folder."""
    write_file(folder.request, msgspec.json.format(msgspec.json.encode(request), indent=1))


def read_request(project: Project, run_id: str) -> Request:
    """Return what a run was asked for; raises RunError where it does not say so."""
    try:
        text = find_folder(project, run_id).request.read_bytes()
        return msgspec.json.decode(text, type=Request)
    except (OSError, ValueError, RecursionError) as error:  # ValueError: also msgspec's
        raise RunError(
            f"Run {run_id} does not say what it was asked for: {error}. "
            "`nbflow show` has its parameters; give them to `nbflow run`."
        ) from error
