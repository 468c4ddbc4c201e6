"""What happened in a run: one frozen class per kind, one JSON line each."""

from __future__ import annotations

from typing import Any, Literal

from nbflow.model import Action, Failure, Frozen, Output, Planned, Reason, Spent

# The last two are of logs that cannot be read: of a later version of nbflow, and damaged ones.
RunStatus = Literal["running", "done", "failed", "cancelled", "lost", "later", "unreadable"]


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
    stale: dict[str, tuple[Reason, ...]] = {}  # read, though they would run
    host: str = ""
    pid: int = 0


class RunWarned(Event, frozen=True):
    message: str


class StepDecided(Event, frozen=True):
    """A waiting step's inputs exist, and it runs or is reused."""

    step: str
    action: Action
    why: tuple[Reason, ...] = ()


class StepReused(Event, frozen=True):
    step: str
    result: str
    age: float | None = None
    why: tuple[Reason, ...] = ()
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
    why: tuple[Reason, ...]


class StepSkipped(Event, frozen=True):
    """Not started, for a reason other than its own inputs."""

    step: str
    why: tuple[Reason, ...]


class StepCancelled(Event, frozen=True):
    step: str
    seconds: float = 0.0


class RunFinished(Event, frozen=True):
    status: Literal["done", "failed", "cancelled"]
    seconds: float
    message: str = ""


KINDS: dict[str, type[Event]] = {kind.__name__: kind for kind in Event.__subclasses__()}


class Line(Frozen, frozen=True):
    """One line of a run's log: its number from 1, seconds since the epoch, and what happened."""

    seq: int
    time: float
    event: Event
