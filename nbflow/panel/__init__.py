"""The run controls and the graph of a pipeline as widgets. ipywidgets loads when one is used."""

from __future__ import annotations

from importlib import import_module
from typing import Any

_PLACES = {
    "Graph": "nbflow.panel.graph",
    "controls": "nbflow.panel.panel",
    "make_nodes": "nbflow.panel.graph",
}

__all__ = ["Graph", "controls", "make_nodes"]


def __getattr__(name: str) -> Any:
    if name not in _PLACES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(_PLACES[name]), name)
