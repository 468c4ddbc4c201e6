"""How each face spells what to do: a command for a shell or a cell, a text to write."""

from __future__ import annotations

import contextlib
from collections.abc import Iterable, Iterator
from contextvars import ContextVar
from pathlib import Path
from typing import Literal

from nbflow.model import Command, Next, Remedy
from nbflow.present.places import say_path

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


def spell(remedy: Remedy, root: Path | None = None) -> str:
    """Return `nbflow tag "a.ipynb" 2 inputs` without the quotes around it, or the text of an edit.

    With the project's root, a notebook is named as one types it from the current folder.
    """
    if not isinstance(remedy, Command):
        return remedy.text
    path = say_path(root / remedy.notebook) if root else remedy.notebook
    named = [f'"{path}"'] if remedy.notebook else []
    words = [find_program(), remedy.name, *named, *remedy.arguments]
    return " ".join(filter(None, words))


def spell_next(commands: Iterable[Next]) -> list[tuple[str, str]]:
    """Return commands to type next, each with what it does; other programs' are texts."""
    return [(one if isinstance(one, str) else spell(one), text) for one, text in commands]
