"""An error that a cell raised: its message first, then the author's own frames."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from markupsafe import Markup

from nbflow.model import Failure
from nbflow.present.html.markup import join, tag
from nbflow.present.report.cells.ansi import draw_ansi, strip_ansi
from nbflow.present.tracebacks import is_current, say_traceback


def draw_error(output: Mapping[str, Any], cell: int) -> Markup:
    """Return an output of an error: message, own frames, and the whole traceback folded."""
    name, message = (strip_ansi(str(output.get(key, ""))) for key in ("ename", "evalue"))
    frames = "\n".join(map(str, output.get("traceback") or ()))
    failure = Failure(cause="error", type=name, message=message, cell=cell, traceback=frames)
    kind = f"{name}: " if message else name
    said = tag("p", tag("span", kind, class_="nb-kind"), message, class_="nb-message")
    return tag("div", said, draw_frames(failure), class_="nb-error")


def draw_frames(failure: Failure) -> Markup | None:
    """Return the frames of a failure that its author can mend, and all of them folded below."""
    if not failure.traceback.strip():
        return None
    listing = {"tabindex": "0", "role": "group"}
    lines = say_traceback(failure)
    if lines[-1] == f"{failure.type}: {failure.message}":  # which stands above
        lines.pop()
    short = join(*(_draw_line(line) for line in lines))
    whole = draw_ansi(failure.traceback)
    return join(
        tag("pre", short, class_="nb-text", aria_label="Where it was raised", **listing),
        tag(
            "details",
            tag("summary", "Whole traceback"),
            tag("pre", whole, class_="nb-text", aria_label="Whole traceback", **listing),
            class_="nb-fold",
        ),
    )


def _draw_line(line: str) -> Markup:
    if is_current(line):
        return join(tag("b", line, class_="nb-current"), "\n")
    return join(line, "\n")
