"""What happened in a run: one frozen class per kind, one JSON line each."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Literal

from nbflow.model import Action, Failure, Frozen, Output, Planned, Problem, Reason, Spent, TaskId

# The last two are of logs that cannot be read: of a later version of nbflow, and damaged ones.
RunStatus = Literal["running", "done", "failed", "cancelled", "lost", "later", "unreadable"]


class Event(Frozen, frozen=True):
    """Something that happened, named in the past participle."""


class StepEvent(Event, frozen=True):
    step: str


class TaskEvent(StepEvent, frozen=True, kw_only=True):
    """What happened to a task: a step, for one `item` where it is mapped over several."""

    item: str = ""

    @property
    def task(self) -> TaskId:
        return TaskId(self.step, self.item)


class AttemptEvent(TaskEvent, frozen=True, kw_only=True):
    """What happened to an execution of a task; `attempt` numbers them from 1."""

    attempt: int = 1


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
    warning: Problem


class StepDecided(TaskEvent, frozen=True):
    """A waiting step's inputs exist, and it runs or is reused."""

    action: Action
    why: tuple[Reason, ...] = ()


class StepReused(TaskEvent, frozen=True):
    result: str
    age: float | None = None
    why: tuple[Reason, ...] = ()
    warnings: tuple[Problem, ...] = ()


class StepStarted(AttemptEvent, frozen=True):
    pid: int = 0


class CellStarted(AttemptEvent, frozen=True):
    cell: int  # position from 1, all cells of the source notebook counted
    first_line: str = ""


class CellFinished(AttemptEvent, frozen=True):
    cell: int
    seconds: float
    status: Literal["done", "failed"] = "done"


class StepProgressed(AttemptEvent, frozen=True):
    fraction: float | None = None
    text: str = ""


class OutputPrinted(AttemptEvent, frozen=True):
    text: str
    stream: Literal["stdout", "stderr"] = "stdout"
    cell: int | None = None


class StepFinished(AttemptEvent, frozen=True):
    result: str
    seconds: float
    outputs: tuple[Output, ...] = ()
    warnings: tuple[Problem, ...] = ()
    spent: Spent = Spent()


class StepFailed(AttemptEvent, frozen=True):
    failure: Failure
    seconds: float
    notebook: str = ""  # the executed notebook, relative to the project's root
    spent: Spent = Spent()


class StepBlocked(TaskEvent, frozen=True):
    why: tuple[Reason, ...]


class StepSkipped(TaskEvent, frozen=True):
    """Not started, for a reason other than its own inputs."""

    why: tuple[Reason, ...]


class StepCancelled(AttemptEvent, frozen=True):
    seconds: float = 0.0


class RunFinished(Event, frozen=True):
    status: Literal["done", "failed", "cancelled"]
    seconds: float
    message: str = ""


def _find_kinds(kind: type[Event]) -> Iterator[type[Event]]:
    """Yield the classes that have none below: what events are of."""
    below = kind.__subclasses__()
    yield from (one for each in below for one in _find_kinds(each)) if below else (kind,)


KINDS = {kind.__name__: kind for kind in _find_kinds(Event)}


class Line(Frozen, frozen=True):
    """One line of a run's log: its number from 1, seconds since the epoch, and what happened."""

    seq: int
    time: float
    event: Event
