"""Knows which cell shows which panel: a cell that runs again closes its panel before."""

from __future__ import annotations

from typing import Any

from nbflow.notebook_api.messages import find_shell

_shown: dict[str, Any] = {}


def claim_cell(panel: Any) -> None:
    """Note the cell that makes this panel, and close the one it made before."""
    cell = find_cell()
    if not cell:
        return
    before = _shown.pop(cell, None)
    if before is not None:
        before.close()
    _shown[cell] = panel


def find_cell() -> str:
    """Return the id of the cell that is running; "" where the front end does not tell it."""
    shell = find_shell()
    if shell is None:
        return ""
    try:
        return str(shell.get_parent()["metadata"].get("cellId", ""))
    except (AttributeError, KeyError, TypeError):
        return ""
