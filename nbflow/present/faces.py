"""Which face reads a text: how the program is called there."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from contextvars import ContextVar
from typing import Literal

Face = Literal["shell", "notebook"]
_PROGRAMS: dict[Face, str] = {"shell": "nbflow", "notebook": "%nbflow"}
_face: ContextVar[Face] = ContextVar("face", default="shell")


@contextlib.contextmanager
def spelled_for(face: Face) -> Iterator[None]:
    """Spell commands for this face within the block."""
    token = _face.set(face)
    try:
        yield
    finally:
        _face.reset(token)


def find_program() -> str:
    """Return how the program is called where the text is read: `nbflow` or `%nbflow`."""
    return _PROGRAMS[_face.get()]
