"""Run the notebooks you already have as a pipeline."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from nbflow.pipeline import Pipeline
    from nbflow.step import file, progress, read, sql, use, write

__version__ = "0.1.0"
__all__ = ["Pipeline", "file", "progress", "read", "sql", "use", "write"]

_HOMES = {"Pipeline": "nbflow.pipeline"}


def __getattr__(name: str) -> Any:
    """Load what is asked for when it is asked for: importing nbflow loads nothing heavy."""
    if name not in __all__:
        raise AttributeError(f"module 'nbflow' has no attribute {name!r}")
    value = getattr(import_module(_HOMES.get(name, "nbflow.step")), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted([*__all__, "__version__"])


def load_ipython_extension(ipython: Any) -> None:
    """Add the magics: `%load_ext nbflow`."""
    import_module("nbflow.magics").load(ipython)


def unload_ipython_extension(ipython: Any) -> None:
    """Take the magics away: `%unload_ext nbflow`."""
    import_module("nbflow.magics").unload(ipython)
