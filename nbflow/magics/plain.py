"""What the command line shows, as plain text and as HTML."""

from __future__ import annotations

import io
import shutil

from markupsafe import Markup
from rich.console import RenderableType
from rich.segment import Segment
from rich.style import Style

from nbflow.present.html.markup import join, tag
from nbflow.present.html.style import frame
from nbflow.terminal.console import make_console
from nbflow.terminal.parts import STYLES

_WIDTH = 120  # columns of a notebook's text
_TONES = {Style.parse(style).color: tone for tone, style in STYLES.items()}


def make_plain(part: RenderableType, width: int | None = None) -> str:
    """Return text without colours."""
    width = width or shutil.get_terminal_size((_WIDTH, 24)).columns
    file = io.StringIO()
    make_console(file, width=width).print(part, crop=False)
    lines = (line.rstrip() for line in file.getvalue().rstrip("\n").split("\n"))
    return "\n".join(lines)


def make_html(part: RenderableType) -> str:
    """Return the same text with the colours of the front end."""
    console = make_console(io.StringIO(), width=_WIDTH)
    segments = Segment.simplify(console.render(part))
    return frame(tag("pre", join(*map(_make_span, segments))))


def _make_span(segment: Segment) -> str:
    classes = _find_classes(segment.style) if segment.style else []
    text = segment.text
    made: str | Markup = tag("span", text, class_=" ".join(classes)) if classes else text
    return tag("b", made) if segment.style and segment.style.bold else made


def _find_classes(style: Style) -> list[str]:
    tone = _TONES.get(style.color) if style.color else None
    return [*([f"nb-{tone}"] if tone else []), *(["nb-dim"] if style.dim else [])]
