"""The part of a traceback that its author can do something about, on a terminal."""

from __future__ import annotations

from rich.text import Text

from nbflow.model import Failure
from nbflow.present.tracebacks import is_current, say_traceback


def make_traceback(failure: Failure) -> Text:
    """Return the frames in cells and in the project, and the error; libraries' are counted."""
    return Text("\n").join(_make_line(line) for line in say_traceback(failure))


def _make_line(line: str) -> Text:
    style = "bold" if is_current(line) else "dim" if line.startswith("… ") else ""
    return Text(line, style)
