"""Finds JupyterLab, which is optional, and suggests commands that use it."""

from __future__ import annotations

import os
import shutil
import sys
from pathlib import Path

from nbflow.model import Command, Next

# What jupyter_client gives each kernel's process, and so all that it starts.
_OF_A_KERNEL = ("JPY_PARENT_PID", "JPY_INTERRUPT_EVENT", "JPY_SESSION_NAME")
INSTALL = "pip install jupyterlab"


def find_lab() -> str | None:
    """Return the program, also where nbflow's own environment is not on the path."""
    here = str(Path(sys.executable).parent)
    return shutil.which("jupyter-lab") or shutil.which("jupyter-lab", path=here)


def is_in_kernel() -> bool:
    """Tell whether this process is a notebook's kernel, or one that a cell has started.

    There a server would hold up the cell, and leave its token in the notebook.
    """
    return any(os.environ.get(name) for name in _OF_A_KERNEL)


def suggest(command: Command | str, what: str) -> tuple[Next, ...]:
    """Return a command that starts JupyterLab, or what adds it; nothing in a notebook."""
    if is_in_kernel():
        return ()
    if find_lab() is not None:
        return ((command, what),)
    return ((INSTALL, f"adds JupyterLab, to {what}"),)
