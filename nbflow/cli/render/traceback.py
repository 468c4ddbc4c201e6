"""The part of a traceback that its author can do something about."""

from __future__ import annotations

import re
from collections.abc import Iterator

from rich.text import Text

from nbflow.model import Failure

_LINES = 30
_FRAME = re.compile(r"^(?:Cell In|File )", re.MULTILINE)
_FIRST = re.compile(r"^Cell In ?\[\d+\]")
_CHAIN = re.compile(r"^(?:The above exception was|During handling of).*:$", re.MULTILINE)
_ESCAPE = re.compile(r"\x1b\[[0-9;]*m")
_LIBRARY = re.compile(
    r"site-packages|[\\/]lib[\\/]python\d|[\\/]nbflow[\\/](?:step|store)[\\/]|\.p(?:xi|yx)\b|<frozen"
)


def make_traceback(failure: Failure) -> Text:
    """Return the frames in cells and in the project, and the error; libraries' are counted.

    Of exceptions that led to each other, the last; of what is not IPython's, its last lines.
    """
    text = _CHAIN.split(_ESCAPE.sub("", failure.traceback))[-1].strip("\n")
    if not text:
        return Text(_say_error(failure))
    lines = [line for part in _find_parts(text, failure) for line in part.splitlines()]
    cut = ["…"] if len(lines) > _LINES else []
    return Text("\n").join(_make_line(line) for line in [*cut, *lines[-_LINES:]])


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


def _make_line(line: str) -> Text:
    here = re.match(r"^-+> ?\d", line)
    return Text(line, "bold" if here else "dim" if line.startswith("… ") else "")
