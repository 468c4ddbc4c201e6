"""Loads the panel's modules in a thread after `%load_ext nbflow`: the next cell may need them."""

from __future__ import annotations

import contextlib
import threading
from importlib import import_module
from typing import Any

from nbflow.magics.display import has_front_end
from nbflow.notebook_api import session


def load_panel(shell: Any) -> threading.Thread | None:
    """Import them in a thread, where a panel can be shown; a step of a run shows none.

    Whoever imports one of them meanwhile waits for Python's own lock of that module.
    """
    if not has_front_end(shell) or session.current.find_job() is not None:
        return None
    thread = threading.Thread(target=_load, daemon=True, name="nbflow-ahead")
    thread.start()
    return thread


def _load() -> None:
    with contextlib.suppress(ImportError):  # whoever wants the panel is told
        import_module("nbflow.panel.panel")
