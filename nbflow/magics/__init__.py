"""IPython magics: a pipeline from a cell."""

from __future__ import annotations

from typing import Any

from nbflow.magics.sql import register_sql, unregister_sql

__all__ = ["load", "unload"]


def load(shell: Any) -> None:
    """Register the magics with IPython's shell."""
    register_sql(shell)


def unload(shell: Any) -> None:
    """Take the magics away again."""
    unregister_sql(shell)
