"""What reads return by hand, and which step a notebook is."""

from __future__ import annotations

import nbflow
from nbflow.app.answers import Told
from nbflow.notebook_api import calls


def use(run: str | None = None, step: str | None = None) -> Told | None:
    """Choose what reads return, or which step this notebook is; without either, say it.

    None where `nbflow.use` has said all in a line of its own.
    """
    if run is None and step is None:
        text = calls.describe_use()
        return Told(text, {"said": text.splitlines()})
    nbflow.use(run, step=step)
    text = f"What this notebook writes by hand is {step}'s now."
    return Told(text, {"step": step}) if step else None
