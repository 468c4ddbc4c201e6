"""Where something stands: paths, cells and lines as they are shown."""

from __future__ import annotations

import os
from pathlib import Path

from nbflow.base.text import shorten, show_controls
from nbflow.model import Failure, Place


def say_path(path: str | Path) -> str:
    """Return a path in one line, as it is typed from the current folder where that is shorter."""
    try:
        relative = os.path.relpath(path)
    except ValueError:  # another drive
        relative = str(path)
    return show_controls(min(relative, str(path), key=len)).replace("\n", "␤")


def say_place(place: Place | None, root: Path | None = None) -> str:
    """Return `notebooks/clean.ipynb, cell 4 (rates = …), line 2`: a cell by its first line.

    With the project's root, the path is as it is typed from the current folder.
    """
    if place is None:
        return ""
    parts = [say_path(root / place.notebook) if root else place.notebook]
    first = f" ({shorten(place.first_line, 40)})" if place.first_line else ""
    parts += [f"cell {place.cell}{first}"] if place.cell else []
    parts += [f"line {place.line}"] if place.line else []
    return ", ".join(parts)


def say_failed_at(path: str, failure: Failure) -> str:
    """Return `clean.ipynb, cell 4 (rates = …), line 2`: a cell is known by its first line."""
    cell = ", ".join(filter(None, (path, f"cell {failure.cell}" if failure.cell else "")))
    first = f" ({shorten(failure.first_line, 50)})" if failure.first_line else ""
    line = f", line {failure.line}" if failure.line else ""
    return f"{cell}{first}{line}"
