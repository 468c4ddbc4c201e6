"""Run the notebooks you already have as a pipeline."""

from __future__ import annotations

import sys
from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from nbflow.notebook_api import file, progress, read, sql, use, write
    from nbflow.panel.panel import controls
    from nbflow.pipeline import Pipeline, compare

__version__ = "0.1.0"
__all__ = ["Pipeline", "compare", "controls", "file", "progress", "read", "sql", "use", "write"]

_HOMES = {
    "Pipeline": "nbflow.pipeline",
    "compare": "nbflow.pipeline",
    "controls": "nbflow.panel.panel",
}


def __getattr__(name: str) -> Any:
    """Load what is asked for when it is asked for: importing nbflow loads nothing heavy."""
    if name not in __all__:
        raise AttributeError(f"module 'nbflow' has no attribute {name!r}")
    value = getattr(import_module(_HOMES.get(name, "nbflow.notebook_api")), name)
    globals()[name] = value
    if name == "Pipeline":
        _show_in_ipython()
    return value


def load_ipython_extension(shell: Any) -> None:
    """Be what `%load_ext nbflow` loads."""
    import_module("nbflow.magics").load(shell)


def unload_ipython_extension(shell: Any) -> None:
    """Be what `%unload_ext nbflow` unloads."""
    import_module("nbflow.magics").unload(shell)


def _show_in_ipython() -> None:
    """Have IPython, where this runs in it, draw pipelines, plans and runs."""
    ipython = sys.modules.get("IPython")
    shell = ipython.get_ipython() if ipython else None
    if shell is not None:
        import_module("nbflow.magics.formatters").register(shell)


def __dir__() -> list[str]:
    return sorted([*__all__, "__version__"])
