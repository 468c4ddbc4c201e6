"""Finds plug-ins by entry point: installed is enough, nothing is registered."""

from __future__ import annotations

from importlib.metadata import entry_points
from typing import Any

from nbflow.errors import UnknownNameError

EXECUTORS = "nbflow.executors"


def load_executor(name: str) -> Any:
    """Return the class of the executor; UnknownNameError lists those that are installed."""
    found = {point.name: point for point in entry_points(group=EXECUTORS)}
    if name not in found:
        installed = ", ".join(sorted(found)) or "none"
        raise UnknownNameError(f'No executor "{name}"; installed: {installed}.')
    return found[name].load()
