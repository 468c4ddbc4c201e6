"""Makes rich's console, on which all is printed."""

from __future__ import annotations

import errno
import os
from collections.abc import Iterable
from typing import IO, Any

from rich.console import Console, ConsoleOptions, RenderableType
from rich.segment import Segment

from nbflow.base.text import show_controls

_PIPE = 400  # columns: what is piped is not folded


class _Console(Console):
    """rich's console; it prints no control character of a name or value to the terminal.

    What happens when a pipe's reader has gone is left to us.
    """

    def on_broken_pipe(self) -> None:
        raise BrokenPipeError(errno.EPIPE, os.strerror(errno.EPIPE))

    def render(
        self, renderable: RenderableType, options: ConsoleOptions | None = None
    ) -> Iterable[Segment]:
        for segment in super().render(renderable, options):
            plain = segment.text if segment.control else show_controls(segment.text)
            yield segment if plain is segment.text else Segment(plain, segment.style)


def make_console(
    file: IO[str] | None = None, *, stderr: bool = False, width: int | None = None, **more: Any
) -> Console:
    """Return a console that takes text as it is: no markup, no emoji codes, no guessing.

    In a kernel, rich by itself would display what is written to any file.
    """
    console = _Console(
        file=file,
        stderr=stderr,
        width=width,
        markup=False,
        emoji=False,
        highlight=False,
        force_jupyter=False,
        **more,
    )
    if width is None and not console.is_terminal:
        console.width = _PIPE
    return console


def show(console: Console, part: RenderableType) -> None:
    """Print; what is piped has no blanks at the ends of its lines, which pad rich's tables."""
    if console.is_terminal:
        console.print(part, crop=False)
        return
    with console.capture() as captured:
        console.print(part, crop=False)
    console.file.write("\n".join(line.rstrip(" ") for line in captured.get().split("\n")))
    console.file.flush()
