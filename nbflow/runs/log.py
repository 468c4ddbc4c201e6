"""A run's log: events as JSON lines, appended by the run, read by who follows it as it grows."""

from __future__ import annotations

import contextlib
import os
import time
from collections.abc import Callable, Collection, Iterator
from pathlib import Path
from typing import Literal, TypeVar

import msgspec

from nbflow.model import Frozen, formats
from nbflow.model.events import KINDS, Event, Line, RunStarted

Beginning = Literal["", "begun", "earlier", "later", "unreadable"]
_TAIL = 1 << 16  # bytes, more than the last line of a log has
_UNREADABLE = (msgspec.MsgspecError, UnicodeDecodeError, RecursionError)


class Log:
    """The one writer of a run's events."""

    def __init__(self, path: Path, observe: Callable[[Line], None]) -> None:
        self._file = path.open("ab")
        self._observe = observe
        self._seq = 0
        self._torn = b""

    def append(self, event: Event) -> None:
        """Give the event its number and time, write it, and show it to the observer."""
        self._seq += 1
        line = Line(seq=self._seq, time=time.time(), event=event)
        try:
            self._file.write(self._torn + to_line(line))
            self._file.flush()
        except OSError:
            self._torn = b"\n"  # the next event must not continue half a line
            raise
        self._torn = b""
        self._observe(line)

    def flush(self) -> None:
        """Flush the log to disk; an error of the disk does not fail the run."""
        with contextlib.suppress(OSError):
            os.fsync(self._file.fileno())

    def close(self) -> None:
        self._file.close()


class Reader:
    """Reads a run's log as it grows."""

    def __init__(self, path: Path) -> None:
        self._path, self._offset = path, 0

    def read_new(self, most: int = -1) -> list[Line]:
        """Return the lines that came since; one without its newline is not there yet.

        Of a long log `most` bytes or a little more are read at a time, by default all.
        """
        with self._path.open("rb") as log:
            log.seek(self._offset)
            whole = [text for text in log.readlines(most) if text.endswith(b"\n")]
        self._offset += sum(map(len, whole))
        return [line for text in whole if (line := from_line(text))]


_Part = TypeVar("_Part")


class _Head(Frozen, frozen=True):
    """What each line begins with."""

    seq: int
    time: float
    kind: str
    format: int = formats.EVENTS


class Heading(_Head, frozen=True):
    """A run's first line without its plan, which may be long."""

    name: str = ""
    host: str = ""


class _Pair(Frozen, frozen=True):
    step: str = ""
    result: str = ""


class _Steps(_Head, frozen=True):
    planned: tuple[_Pair, ...] = ()


_HEADS = msgspec.json.Decoder(_Head)
_HEADINGS = msgspec.json.Decoder(Heading)
_STEPS = msgspec.json.Decoder(_Steps)
_PAIRS = msgspec.json.Decoder(_Pair)
_EVENTS = {name: msgspec.json.Decoder(kind) for name, kind in KINDS.items()}


def to_line(line: Line) -> bytes:
    """Return the JSON line, its newline included."""
    body = msgspec.to_builtins(line.event)
    kind = type(line.event).__name__
    head = {"format": formats.EVENTS, "seq": line.seq, "time": line.time, "kind": kind}
    return msgspec.json.encode(head | body) + b"\n"


def from_line(text: bytes) -> Line | None:
    """Return the line; None if it is damaged, or of a kind that this version does not know."""
    head = _decode(text, _HEADS)
    if head is None or head.kind not in _EVENTS or head.format != formats.EVENTS:
        return None
    event = _decode(text, _EVENTS[head.kind])
    return Line(seq=head.seq, time=head.time, event=event) if event is not None else None


def read_lines(path: Path, start: int = 0) -> Iterator[Line]:
    """Yield the lines of a log from byte `start` on; one without its newline is not there yet."""
    with path.open("rb") as log:
        log.seek(start)
        for text in log:
            line = from_line(text) if text.endswith(b"\n") else None
            if line is not None:
                yield line


def read_last(path: Path) -> Line | None:
    """Return the last whole line of a log; None where there is none, or it cannot be read."""
    try:
        with path.open("rb") as log:
            log.seek(max(0, log.seek(0, os.SEEK_END) - _TAIL))
            whole = log.read().rpartition(b"\n")[0]
    except FileNotFoundError:
        return None
    return from_line(whole.rpartition(b"\n")[2])


def read_heading(path: Path) -> Heading | None:
    """Return how a log begins; None where nothing is there yet, or it is damaged."""
    heading = _decode(_read_first(path), _HEADINGS)
    return heading if heading and _is_ours(heading) else None


def read_steps(path: Path) -> Collection[str]:
    """Return the steps of a run, which its first line names; none where it cannot be read."""
    found = _decode(_read_first(path), _STEPS)
    return {one.step for one in found.planned} if found and _is_ours(found) else ()


def find_beginning(path: Path) -> Beginning:
    """Say whether a log's first line tells of a run; "" where it is not there yet."""
    text = _read_first(path)
    head = _decode(text, _HEADS)
    if head is None:
        return "unreadable" if text else ""
    if head.format != formats.EVENTS:
        return "later" if head.format > formats.EVENTS else "earlier"
    return "begun" if _is_ours(head) else "unreadable"


def read_pairs(path: Path) -> Iterator[tuple[str, str]]:
    """Yield each step and result that a line of a log names, whatever version wrote it."""
    with path.open("rb") as log:
        for pair in (_decode(text, _PAIRS) for text in log):
            if pair and pair.step and pair.result:
                yield pair.step, pair.result


def _read_first(path: Path) -> bytes:
    """Return a log's first line; b"" where it is not there yet, or not whole."""
    try:
        with path.open("rb") as log:
            text = log.readline()
    except OSError:
        return b""
    return text if text.endswith(b"\n") else b""


def _is_ours(head: _Head) -> bool:
    return head.kind == RunStarted.__name__ and head.format == formats.EVENTS


def _decode(text: bytes, decoder: msgspec.json.Decoder[_Part]) -> _Part | None:
    try:
        return decoder.decode(text)
    except _UNREADABLE:
        return None
