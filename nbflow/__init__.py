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


def load_ipython_extension(shell: Any) -> None:
    """Be what `%load_ext nbflow` loads."""
    import_module("nbflow.magics").load(shell)


def unload_ipython_extension(shell: Any) -> None:
    """Be what `%unload_ext nbflow` unloads."""
    import_module("nbflow.magics").unload(shell)


def __dir__() -> list[str]:
    return sorted([*__all__, "__version__"])
