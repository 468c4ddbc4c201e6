"""Links that the front end opens: to notebooks, at a cell, relative to the panel's own."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any
from urllib.parse import quote

import ipywidgets as w

from nbflow.html.markup import Markup, tag
from nbflow.html.style import STYLE
from nbflow.widget.models import build, hide


def find_here() -> Path:
    """Return the folder of the notebook that the panel is in, by which its links are relative."""
    session = os.environ.get("JPY_SESSION_NAME", "")
    folder = Path(session).parent
    return folder if session and folder.is_dir() else Path.cwd()


def make_link(path: Path, text: str, cell: int | None = None, kind: str | None = None) -> Markup:
    """Return a link to a notebook, at the cell at this position from 1; `kind` is its class."""
    try:
        href = quote(Path(os.path.relpath(path, find_here())).as_posix())
    except ValueError:  # another drive
        return tag("code", str(path))
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


class Linked:
    """HTML whose links the front end resolves as those of an output: an `Output` widget."""

    def __init__(self) -> None:
        self.box = build(w.Output, css="nbflow-linked")
        self.shown = ""
        self.show("")

    def show(self, html: str) -> None:
        hide(self.box, unless=html)
        if html == self.shown:
            return
        self.shown = html
        self.box.outputs = (_make_output(html),) if html else ()


def _make_output(html: str) -> dict[str, Any]:
    data = {
        "text/html": f'<div class="nbflow"><style>{STYLE}</style>{html}</div>',
        "text/plain": "nbflow",
    }
    return {"output_type": "display_data", "data": data, "metadata": {}}
