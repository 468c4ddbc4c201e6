"""What happened in a run: one frozen class per kind, one JSON line each."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal

import msgspec

from nbflow.model import FORMAT, Action, Failure, Frozen, Output, Planned, Spent

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

# The last two are of logs that cannot be read: of a later version of nbflow, and damaged ones.
RunStatus = Literal["running", "done", "failed", "cancelled", "lost", "later", "unreadable"]
_UNREADABLE = (msgspec.MsgspecError, UnicodeDecodeError, RecursionError)


class Event(Frozen, frozen=True):
    """Something that happened, named in the past participle."""


class RunStarted(Event, frozen=True):
    run: str
    pipeline: str
    name: str = ""
    parameters: dict[str, Any] = {}
    command: tuple[str, ...] = ()
    jobs: int = 1
    planned: tuple[Planned, ...] = ()
    cells: dict[str, int] = {}  # how many code cells each step executes
    paths: dict[str, str] = {}  # of their notebooks, relative to the root
    parents: dict[str, tuple[str, ...]] = {}  # each step's, for the graph
    host: str = ""
    pid: int = 0


class RunWarned(Event, frozen=True):
    message: str


class StepDecided(Event, frozen=True):
    """A waiting step's inputs exist, and it runs or is reused."""

    step: str
    action: Action
    why: tuple[str, ...] = ()


class StepReused(Event, frozen=True):
    step: str
    result: str
    age: float | None = None
    why: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()


class StepStarted(Event, frozen=True):
    step: str
    pid: int = 0


class CellStarted(Event, frozen=True):
    step: str
    cell: int  # position from 1, all cells of the source notebook counted
    first_line: str = ""


class CellFinished(Event, frozen=True):
    step: str
    cell: int
    seconds: float
    status: Literal["done", "failed"] = "done"


class StepProgressed(Event, frozen=True):
    step: str
    fraction: float | None = None
    text: str = ""


class OutputPrinted(Event, frozen=True):
    step: str
    text: str
    stream: Literal["stdout", "stderr"] = "stdout"
    cell: int | None = None


class StepFinished(Event, frozen=True):
    step: str
    result: str
    seconds: float
    outputs: tuple[Output, ...] = ()
    warnings: tuple[str, ...] = ()
    spent: Spent = Spent()


class StepFailed(Event, frozen=True):
    step: str
    failure: Failure
    seconds: float
    notebook: str = ""  # the executed notebook, relative to the project's root
    spent: Spent = Spent()


class StepBlocked(Event, frozen=True):
    step: str
    by: tuple[str, ...]


class StepSkipped(Event, frozen=True):
    """Not started, for a reason other than its own inputs."""

    step: str
    why: str


class StepCancelled(Event, frozen=True):
    step: str
    seconds: float = 0.0


class RunFinished(Event, frozen=True):
    status: Literal["done", "failed", "cancelled"]
    seconds: float
    message: str = ""


KINDS: dict[str, type[Event]] = {kind.__name__: kind for kind in Event.__subclasses__()}


class _Head(Frozen, frozen=True):
    """What each line begins with."""

    seq: int
    time: float
    kind: str
    format: int = FORMAT


class _Pair(Frozen, frozen=True):
    step: str = ""
    result: str = ""


_HEADS = msgspec.json.Decoder(_Head)
_PAIRS = msgspec.json.Decoder(_Pair)
_EVENTS = {name: msgspec.json.Decoder(kind) for name, kind in KINDS.items()}


class Heading(_Head, frozen=True):
    """What is asked of a run's first line, without the plan that stands there too."""

    name: str = ""
    host: str = ""


class Line(Frozen, frozen=True):
    """One line of a run's log: its number from 1, seconds since the epoch, and what happened."""

    seq: int
    time: float
    event: Event


def to_line(line: Line) -> bytes:
    """Return the JSON line, its newline included."""
    body = msgspec.to_builtins(line.event)
    head = {"format": FORMAT, "seq": line.seq, "time": line.time, "kind": type(line.event).__name__}
    return msgspec.json.encode(head | body) + b"\n"


def from_line(text: bytes) -> Line | None:
    """Return the line; None for what this version cannot read: later kinds, and damage."""
    try:
        head = _HEADS.decode(text)
        decoder = _EVENTS.get(head.kind)
        if decoder is None or head.format > FORMAT:
            return None
        return Line(seq=head.seq, time=head.time, event=decoder.decode(text))
    except _UNREADABLE:
        return None


def read_lines(path: Path, start: int = 0) -> Iterator[Line]:
    """Yield the lines of a log from byte `start` on; one without its newline is not there yet."""
    with path.open("rb") as log:
        log.seek(start)
        for text in log:
            line = from_line(text) if text.endswith(b"\n") else None
            if line is not None:
                yield line


def read_heading(path: Path) -> Heading | None:
    """Return how a log begins; None where nothing is there yet, or it is damaged."""
    try:
        with path.open("rb") as log:
            text = log.readline()
        heading = msgspec.json.decode(text, type=Heading)
    except (OSError, *_UNREADABLE):
        return None
    ours = heading.kind == RunStarted.__name__ and heading.format <= FORMAT
    return heading if ours and text.endswith(b"\n") else None


def read_beginning(path: Path) -> Literal["", "begun", "later", "unreadable"]:
    """Say whether a log's first line tells of a run; "" where it is not there yet."""
    if read_heading(path):
        return "begun"
    with path.open("rb") as log:
        text = log.readline()
    if not text.endswith(b"\n"):
        return ""
    try:
        return "later" if _HEADS.decode(text).format > FORMAT else "unreadable"
    except _UNREADABLE:
        return "unreadable"


def read_pairs(path: Path) -> Iterator[tuple[str, str]]:
    """Yield each step and result that a line of a log names, whatever version wrote it."""
    with path.open("rb") as log:
        for text in log:
            try:
                pair = _PAIRS.decode(text)
            except _UNREADABLE:
                continue
            if pair.step and pair.result:
                yield pair.step, pair.result
