"""`%load_ext nbflow`: the pipeline from a cell, in the command line's own words."""

from __future__ import annotations

from typing import Any

from nbflow.magics import completion, formatters
from nbflow.magics.line_magics import NbflowMagics
from nbflow.magics.preload import load_panel
from nbflow.magics.sql import register_sql, unregister_sql


def load(shell: Any) -> None:
    """Add `%nbflow`, `%%step` and `%%sql`, what completes them, and how values are shown."""
    unload(shell)
    magics = NbflowMagics(shell)
    shell.register_magics(magics)
    shell.configurables.append(magics)  # so that %config knows it
    completion.register(shell, lambda: magics.folder)
    formatters.register(shell)
    register_sql(shell)
    load_panel(shell)


def unload(shell: Any) -> None:
    """Take away what `load` added; how values are shown stays."""
    for kind in shell.magics_manager.magics.values():
        for name in ("nbflow", "step"):
            if isinstance(getattr(kind.get(name), "__self__", None), NbflowMagics):
                del kind[name]
    shell.configurables[:] = [
        one for one in shell.configurables if not isinstance(one, NbflowMagics)
    ]
    completion.unregister(shell)
    unregister_sql(shell)
