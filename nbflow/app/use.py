"""Chooses what reads return outside a run, and which step a notebook is."""

from __future__ import annotations

import nbflow
from nbflow.app.answers import Told
from nbflow.notebook_api import public_api


def use(run: str | None = None, step: str | None = None) -> Told | None:
    """Choose what reads return, or which step this notebook is; without either, say it.

    None where `nbflow.use` has said all in a line of its own.
    """
    if run is None and step is None:
        return Told("by-hand", {"said": public_api.describe_use().splitlines()})
    nbflow.use(run, step=step)
    return Told("writes-as", {"step": step}) if step else None
