"""Links to files and cells, relative to the notebook that shows them."""

from __future__ import annotations

import json
import os
from pathlib import Path
from urllib.parse import quote

from markupsafe import Markup

from nbflow.present.html.markup import tag


def find_here() -> Path:
    """Return the folder of the notebook that shows a link; addresses are relative to it.

    The kernel may have changed its folder meanwhile.
    """
    session = os.environ.get("JPY_SESSION_NAME", "")
    folder = Path(session).parent
    return folder if session and folder.is_dir() else Path.cwd()


def link(path: Path, text: str, cell: int | None = None, kind: str | None = None) -> Markup:
    """Return a link to a file, at the cell at this position from 1; `kind` is its class.

    A hidden file, or one on another drive, stays text: no front end opens it.
    """
    try:
        relative = Path(os.path.relpath(path, find_here()))
    except ValueError:  # another drive
        return tag("code", text)
    if any(part.startswith(".") and part != ".." for part in relative.parts):
        return tag("code", text)
    href = quote(relative.as_posix())
    found = find_cell_id(path, cell) if cell else None
    return tag("a", text, href=f"{href}#cell-id={found}" if found else href, class_=kind)


def find_cell_id(path: Path, cell: int) -> str | None:
    """Return the id of a notebook's cell; None where it has none."""
    try:
        cells = json.loads(path.read_bytes())["cells"]
        found = cells[cell - 1]["id"]
    except (OSError, ValueError, LookupError, TypeError):
        return None
    return str(found)
