"""How each face spells what to do: a command for a shell or a cell, a text to write."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from nbflow.model import Command, Next, Remedy
from nbflow.present.frontends import find_program
from nbflow.present.places import say_path


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
