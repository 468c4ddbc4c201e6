"""The notebook of a new step."""

from __future__ import annotations

import shlex
from collections.abc import Sequence

from nbflow import authoring
from nbflow.app.answers import Told
from nbflow.app.lab import suggest
from nbflow.model import Command
from nbflow.present.places import say_path
from nbflow.project import Project
from nbflow.text import say_count

Cell = tuple[str, tuple[str, ...]]  # source and tags


def make_step(project: Project, name: str) -> Told:
    """Make a step's notebook with cells to begin with; nothing is ever overwritten."""
    path = authoring.make_step(project, name)
    shown = say_path(path)
    commands = (
        *suggest(f"jupyter lab {shlex.quote(shown)}", "write it"),
        (Command("steps"), "see what nbflow reads in it"),
    )
    return Told(f"{shown} is there.", {"path": str(path), "step": name}, commands)


def make_step_of(project: Project, name: str, cells: Sequence[Cell]) -> Told:
    """Make a step's notebook of these cells; nothing is ever overwritten."""
    path = authoring.make_step(project, name, cells)
    tagged = ", ".join(tag for _, tags in cells for tag in tags)
    text = f"{say_path(path)} is there, with {say_count(len(cells), 'cell')} tagged: {tagged}."
    return Told(text, {"path": str(path), "step": name}, ((Command("steps"), "see its contract"),))
