"""An executed notebook where Jupyter opens it."""

from __future__ import annotations

import subprocess
from pathlib import Path

from nbflow import authoring
from nbflow.app.answers import Told
from nbflow.app.folders import say_where
from nbflow.app.lab import INSTALL, find_lab, suggest
from nbflow.errors import UnknownNameError
from nbflow.model import Command
from nbflow.project import Project
from nbflow.runs.history import find_run, find_run_with


def open_executed(project: Project, step: str, run: str | None = None) -> Told:
    """Copy a step's executed notebook to `nbflow-open/`; by default of the newest run with it."""
    found = find_run(project, run or "last")
    if run is None:
        found = find_run_with(project, step) or found
    path = authoring.open_executed(project, found, step)
    again = Command("open", ("--lab", run or "", step, say_where(project)))
    told = {"path": str(path), "run": found.id, "step": step}
    return Told(str(path), told, suggest(again, "open it in JupyterLab"))


def start_lab(path: Path) -> None:
    """Open a notebook in JupyterLab and wait for its server; UnknownNameError where it is not."""
    program = find_lab()
    if program is None:
        raise UnknownNameError(
            f"JupyterLab is not installed here: `{INSTALL}` adds it. The notebook is {path}."
        )
    subprocess.run([program, str(path)], check=False)
