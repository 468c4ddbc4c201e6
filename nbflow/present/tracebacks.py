"""The part of a traceback that its author can do something about."""

from __future__ import annotations

import re
from collections.abc import Iterator

from nbflow.model import Failure

_LINES = 30
_FRAME = re.compile(r"^(?:Cell In|File )", re.MULTILINE)
_FIRST = re.compile(r"^Cell In ?\[\d+\]")
_CHAIN = re.compile(r"^(?:The above exception was|During handling of).*:$", re.MULTILINE)
_ESCAPE = re.compile(r"\x1b\[[0-9;]*m")
_LIBRARY = re.compile(
    r"site-packages|[\\/]lib[\\/]python\d|[\\/]nbflow[\\/](?:step|store)[\\/]|\.p(?:xi|yx)\b|<frozen"
)


def say_traceback(failure: Failure) -> list[str]:
    """Return the lines of frames in cells and in the project, and the error; others are counted.

    Of exceptions that led to each other, the last; of what is not IPython's, its last lines.
    """
    text = _CHAIN.split(_ESCAPE.sub("", failure.traceback))[-1].strip("\n")
    if not text:
        return _say_error(failure).split("\n")
    lines = [line for part in _find_parts(text, failure) for line in part.splitlines()]
    cut = ["…"] if len(lines) > _LINES else []
    return [*cut, *lines[-_LINES:]]


def is_current(line: str) -> bool:
    """Say whether a line of a traceback is the one that was executed."""
    return bool(re.match(r"^-+> ?\d", line))


def _find_parts(text: str, failure: Failure) -> Iterator[str]:
    starts = [match.start() for match in _FRAME.finditer(text)]
    if not starts:
        yield text
        return
    *frames, last = (
        text[start:end].strip("\n") for start, end in zip(starts, [*starts[1:], None], strict=True)
    )
    last, _, error = last.partition("\n\n")
    hidden = 0
    for number, frame in enumerate([*frames, last]):
        if number and _LIBRARY.search(frame.splitlines()[0]):
            hidden += 1
            continue
        yield from _say_hidden(hidden)
        hidden = 0
        yield _FIRST.sub(f"cell {failure.cell}", frame) if not number and failure.cell else frame
    yield from _say_hidden(hidden)
    yield error or _say_error(failure)


def _say_hidden(count: int) -> list[str]:
    return [f"… {count} {'frame' if count == 1 else 'frames'} in libraries"] if count else []


def _say_error(failure: Failure) -> str:
    return f"{failure.type}: {failure.message}" if failure.type else failure.message
