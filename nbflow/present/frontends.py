"""Which face reads a text: how the program is called there."""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Iterator
from contextvars import ContextVar
from typing import Literal

Face = Literal["shell", "notebook"]
_PROGRAMS: dict[Face, str] = {"shell": "nbflow", "notebook": "%nbflow"}
_face: ContextVar[Face | None] = ContextVar("face", default=None)


@contextlib.contextmanager
def spelled_for(face: Face) -> Iterator[None]:
    """Spell commands for this face within the block."""
    token = _face.set(face)
    try:
        yield
    finally:
        _face.reset(token)


def find_program() -> str:
    """Return how the program is called where the text is read: `nbflow` or `%nbflow`.

    Where no face says so, that is `%nbflow` in a kernel that has loaded the magics.
    """
    return _PROGRAMS[_face.get() or _find_face()]


def _find_face() -> Face:
    """Return where this process runs; IPython is never imported for it."""
    ipython = sys.modules.get("IPython")
    shell = ipython.get_ipython() if ipython and hasattr(ipython, "get_ipython") else None
    magics = getattr(getattr(shell, "magics_manager", None), "magics", {})
    return "notebook" if "nbflow" in magics.get("line", ()) else "shell"
