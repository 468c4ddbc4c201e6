"""Finds plug-ins by entry point: installed is enough, nothing is registered."""

from __future__ import annotations

from importlib import import_module
from typing import Any

from nbflow.errors import UnknownNameError

EXECUTORS = "nbflow.executors"
OWN = {"local": ("nbflow.executors.local", "LocalExecutor")}


def load_executor(name: str) -> Any:
    """Return the class of the executor; UnknownNameError lists those that are installed."""
    if name in OWN:
        module, attribute = OWN[name]
        return getattr(import_module(module), attribute)
    from importlib.metadata import entry_points  # noqa: PLC0415 - 30 ms, for others' only

    found = {point.name: point for point in entry_points(group=EXECUTORS)}
    if name not in found:
        installed = ", ".join(sorted({*found, *OWN}))
        raise UnknownNameError(f'No executor "{name}"; installed: {installed}.')
    return found[name].load()
