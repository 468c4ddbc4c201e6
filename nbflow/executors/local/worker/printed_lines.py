"""What a stream prints, as it comes: whole lines, in pieces that an event may carry."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator

PIECE = 1 << 14  # characters, at most 64 kB


class Printed:
    """One stream of a job; `begun` is its last line, as long as that may go on."""

    def __init__(self) -> None:
        self.begun = ""
        self.cell: Any = None  # whose line it is

    def take(self, text: str, cell: Any) -> Iterator[str]:
        """Take what a cell printed; yield the lines that are whole, and of a long one the pieces.

        What a line holds is looked at once: a line may be as large as the memory.
        """
        whole, newline, rest = text.rpartition("\n")
        if newline:
            yield from cut(show(f"{self.begun}{whole}\n"))
            self.begun = ""
        line = self.begun + rest
        over = "\r" if line.endswith("\r") else ""  # what follows is written over it
        *pieces, self.begun = [*cut(last_version(line) + over)] or [""]
        self.cell = cell
        yield from pieces

    def end(self) -> Iterator[str]:
        """Yield the line that was begun, if there is one: nothing follows it."""
        begun, self.begun = last_version(self.begun), ""
        if begun:
            yield f"{begun}\n"


def cut(text: str) -> Iterator[str]:
    """Yield a text in pieces, which end with a line where they can."""
    start = 0
    while len(text) - start > PIECE:
        end = text.rfind("\n", start, start + PIECE) + 1 or start + PIECE
        yield text[start:end]
        start = end
    if start < len(text):
        yield text[start:]


def show(text: str) -> str:
    """Return what a terminal shows of lines."""
    return "\n".join(map(last_version, text.split("\n"))) if "\r" in text else text


def last_version(line: str) -> str:
    """Return what a terminal shows of a line that was overwritten: a bar of progress."""
    return line.rstrip("\r").rsplit("\r", 1)[-1]


def shorten(text: str, most: int) -> str:
    """Return a text of about `most` characters at most: its start and its end."""
    if len(text) <= most:
        return text
    start, end = most * 2 // 3, most // 3
    left_out = len(text) - start - end
    return f"{text[:start]}\n… {left_out:,} characters are left out here …\n{text[-end:]}"
