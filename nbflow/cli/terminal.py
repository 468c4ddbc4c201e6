"""The console everything is printed on."""

from __future__ import annotations

import errno
import os
from typing import IO, Any

from rich.console import Console, RenderableType

_PIPE = 400  # columns: what is piped is not folded


class _Console(Console):
    """rich's console, which leaves it to us what happens when a pipe's reader has gone."""

    def on_broken_pipe(self) -> None:
        raise BrokenPipeError(errno.EPIPE, os.strerror(errno.EPIPE))


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
