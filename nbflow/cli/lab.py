"""JupyterLab, which nbflow can do without: where it is, and what to suggest."""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

import click

INSTALL = 'pip install "nbflow[lab]"'


def find_lab() -> str | None:
    """Return the program, also where nbflow's own environment is not on the path."""
    here = str(Path(sys.executable).parent)
    return shutil.which("jupyter-lab") or shutil.which("jupyter-lab", path=here)


def suggest(command: str, what: str) -> tuple[tuple[str, str], ...]:
    """Return a command that needs JupyterLab; without it how to add it, but to a notebook."""
    if find_lab() is not None:
        return ((command, what),)
    in_notebook = click.get_current_context().find_root().obj is not None
    return () if in_notebook else ((INSTALL, f"adds JupyterLab, to {what}"),)
