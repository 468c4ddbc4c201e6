"""Draws documents as plain text."""

from __future__ import annotations

import io
import shutil
from collections.abc import Iterable

from nbflow.present.document import Block
from nbflow.terminal.console import make_console
from nbflow.terminal.render import render

_WIDTH = 120  # columns of a notebook's text


def make_plain(blocks: Iterable[Block | None]) -> str:
    """Return a document as text without colours."""
    width = shutil.get_terminal_size((_WIDTH, 24)).columns
    file = io.StringIO()
    make_console(file, width=width).print(render(blocks), crop=False)
    lines = (line.rstrip() for line in file.getvalue().rstrip("\n").split("\n"))
    return "\n".join(lines)
