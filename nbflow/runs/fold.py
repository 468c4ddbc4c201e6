"""What the events of a run add up to: the state that every face shows."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any, Literal

import msgspec

from nbflow.errors import RemovedError, UnknownNameError
from nbflow.model import Failure, Frozen, Output, Problem, Reason, Spent, TaskId, make_warning
from nbflow.model.events import (
    CellFinished,
    CellStarted,
    Event,
    Line,
    RunFinished,
    RunStarted,
    RunStatus,
    RunWarned,
    StepBlocked,
    StepCancelled,
    StepDecided,
    StepFailed,
    StepFinished,
    StepProgressed,
    StepReused,
    StepSkipped,
    StepStarted,
    TaskEvent,
)
from nbflow.model.refs import make_ref
from nbflow.runs.folder import AttemptFolder, RunFolder
from nbflow.storage.results.removals import explain_removed
from nbflow.storage.results.store import open_store

StepStatus = Literal[
    "waiting", "running", "done", "reused", "failed", "blocked", "skipped", "cancelled", "lost"
]


class StepRun(Frozen, frozen=True):
    """One step of a run as it stands now."""

    name: str  # of the step
    status: StepStatus = "waiting"
    why: tuple[Reason, ...] = ()
    result: str = ""
    started: float | None = None  # seconds since the epoch
    seconds: float | None = None
    expected: float | None = None  # seconds its last execution took
    age: float | None = None  # of a reused result when it was decided, in seconds
    made: float | None = None  # when a reused result was made, in seconds since the epoch
    cells: int = 0  # how many it executes
    cells_done: int = 0
    cell: int | None = None  # the one that runs, its position from 1
    fraction: float | None = None
    text: str = ""
    failure: Failure | None = None
    notebook: str = ""
    outputs: tuple[Output, ...] = ()
    warnings: tuple[Problem, ...] = ()
    path: str = ""  # its notebook, relative to the root
    spent: Spent = Spent()
    item: str = ""  # where the step is mapped over several
    attempt: int = 1  # the last

    @property
    def task(self) -> TaskId:
        return TaskId(self.name, self.item)

    def find_age(self, now: float) -> float | None:
        """Return how old a reused result is now; None where nothing was reused."""
        return None if self.made is None else now - self.made

    def __str__(self) -> str:
        seconds = f", {self.seconds:.1f} s" if self.seconds is not None else ""
        wrote = f": {', '.join(one.name for one in self.outputs)}" if self.outputs else ""
        failed = f": {self.failure.type}: {self.failure.message}" if self.failure else ""
        return f"{self.name} {self.status}{seconds}{wrote}{failed}"


class Run(Frozen, frozen=True):
    """The state of a run, folded from its events. All interfaces show this."""

    id: str
    pipeline: str = ""
    name: str = ""
    status: RunStatus = "running"
    started: float = 0.0
    seconds: float | None = None
    parameters: dict[str, Any] = {}
    command: tuple[str, ...] = ()
    steps: dict[str, StepRun] = {}  # by task, as it is written
    parents: dict[str, tuple[str, ...]] = {}
    jobs: int = 1
    host: str = ""
    pid: int = 0
    problem: Problem | None = None  # why it broke off, or why nothing is known of it
    warnings: tuple[Problem, ...] = ()
    stale: dict[str, tuple[Reason, ...]] = {}  # steps whose results it read, though they would run
    seq: int = 0
    folder: str = ""  # the run's own
    home: str = ""  # the pipeline's
    notebooks: str = ""  # the pipeline's folder of notebooks

    @property
    def pins(self) -> dict[str, str]:
        """The result that each step made or reused."""
        return {step.name: step.result for step in self.steps.values() if step.result}

    @property
    def ended(self) -> float:
        """Seconds since the epoch when it finished, or 0.0."""
        return 0.0 if self.seconds is None else self.started + self.seconds

    @property
    def label(self) -> str:
        """The name of the run for people; its status is left out if it is done."""
        how = "" if self.status == "done" else f" ({self.status})"
        return f"run {self.name or self.id}{how}"

    def __str__(self) -> str:
        seconds = f", {self.seconds:.1f} s" if self.seconds is not None else ""
        return "\n  ".join(
            [f"run {self.id} {self.status}{seconds}", *map(str, self.steps.values())]
        )

    def read(self, ref: str, **options: Any) -> Any:
        """Return a table or value of this run, `run.read("clean_flights.flights")`.

        Options are those of `nbflow.read`. Raises UnknownNameError where it has none.
        """
        from nbflow.storage import output_io  # noqa: PLC0415 - duckdb only where a table is read

        step, name = make_ref(ref)
        return output_io.read(self.find_folder(step), name, **options)

    def report(self, to: str | Path = "", **options: Any) -> Path | str:
        """Write the run's report, `run.report("delays.html")`, and return where it is.

        `to` is a file, a folder or a URL, by default the current folder. Options are those of
        `nbflow report`: `title`, `steps`, `code`, `redact`, `who`, `scripts`, `logo`, and `form`.
        Raises ReportError where it cannot be written.
        """
        # As an error's text, what a run can do for its owner is made in a room above.
        from nbflow.app.report import write_run_report  # noqa: PLC0415

        return write_run_report(self.notebooks, self.id, str(to), **options)

    def find_attempt(self, step: StepRun) -> AttemptFolder:
        """Return the folder of a task's last attempt."""
        return RunFolder(Path(self.folder)).attempt(step.task, step.attempt)

    def find_problems(self) -> list[Problem]:
        """Return why the log of this run cannot be read; nothing where it can."""
        if self.problem is None or self.status not in {"later", "unreadable"}:
            return []
        facts = self.problem.facts | {"run": self.id}
        return [msgspec.structs.replace(self.problem, facts=facts)]

    def find_folder(self, step: str) -> Path:
        """Return the folder with a step's tables; for a failed step, what it had written so far.

        Raises UnknownNameError where there is none, RemovedError where there is none any more.
        """
        state = self.steps.get(step)
        if state is None and self.find_problems():
            raise UnknownNameError(problems=self.find_problems())
        if state is None:
            names = ", ".join(sorted(self.steps))
            raise UnknownNameError(f"Run {self.id} has no step {step!r}. It has: {names}.")
        if state.result:
            store = open_store(self.home)
            if not store.has(step, state.result):
                gone = explain_removed(Path(self.home), step, state.result, self.id)
                raise RemovedError(problems=[gone])
            return store.fetch(step, state.result)
        left = self.find_attempt(state).making
        if not left.is_dir():
            raise UnknownNameError(f"{step} made nothing in run {self.id}: it is {state.status}.")
        return left


class Folding:
    """Folds events one by one; `run` is the state so far."""

    def __init__(self) -> None:
        self._run = Run(id="")
        self._steps: dict[str, StepRun] = {}
        self._seq = 0

    @property
    def run(self) -> Run:
        return msgspec.structs.replace(self._run, steps=dict(self._steps), seq=self._seq)

    def add(self, line: Line) -> None:
        self._seq = line.seq
        event = line.event
        if isinstance(event, RunStarted):
            self._start(event, line.time)
        elif isinstance(event, RunFinished):
            error = event.message
            problem = make_warning("broke-off", error=error) if error else None
            changes = {"status": event.status, "seconds": event.seconds, "problem": problem}
            self._run = msgspec.structs.replace(self._run, **changes)
        elif isinstance(event, RunWarned):
            warnings = (*self._run.warnings, event.warning)
            self._run = msgspec.structs.replace(self._run, warnings=warnings)
        elif isinstance(event, TaskEvent):
            written = str(event.task) if event.item else event.step  # quickly: of most lines
            if (state := self._steps.get(written)) is not None:
                changes = _make_changes(state, event, line.time)
                self._steps[written] = msgspec.structs.replace(state, **changes)

    def _start(self, event: RunStarted, now: float) -> None:
        self._run = Run(
            id=event.run,
            pipeline=event.pipeline,
            name=event.name,
            started=now,
            parameters=event.parameters,
            command=event.command,
            parents=event.parents,
            stale=event.stale,
            jobs=event.jobs,
            host=event.host,
            pid=event.pid,
        )
        self._steps = {
            planned.step: StepRun(
                name=planned.step,
                why=planned.why,
                expected=planned.expected,
                cells=event.cells.get(planned.step, 0),
                path=event.paths.get(planned.step, ""),
                warnings=planned.warnings,
            )
            for planned in event.planned
        }


def fold(lines: Iterable[Line]) -> Run:
    """Return the run that a log's lines add up to."""
    folding = Folding()
    for line in lines:
        folding.add(line)
    return folding.run


def _make_changes(state: StepRun, event: Event, now: float) -> dict[str, Any]:  # noqa: C901, PLR0911 - one line a kind
    match event:
        case StepDecided():
            return {"why": event.why}
        case StepStarted():
            return _make_start(event, now)
        case CellStarted():
            return {"cell": event.cell}
        case CellFinished():
            return {"cells_done": state.cells_done + 1, "cell": None}
        case StepProgressed():
            return {"fraction": event.fraction, "text": event.text}
        case StepReused():
            made = None if event.age is None else now - event.age
            found = {"result": event.result, "age": event.age, "made": made, "why": event.why}
            return _make_end("reused", event, **found)
        case StepFinished():
            return _make_end("done", event, result=event.result, outputs=event.outputs)
        case StepFailed():
            return _make_end("failed", event, failure=event.failure, notebook=event.notebook)
        case StepBlocked():
            return {"status": "blocked", "why": event.why}
        case StepSkipped():
            return {"status": "skipped", "why": event.why}
        case StepCancelled():
            return _make_end("cancelled", event)
    return {}


def _make_start(event: StepStarted, now: float) -> dict[str, Any]:
    """Return the fields that each new attempt resets."""
    begun = {"status": "running", "started": now, "attempt": event.attempt}
    return begun | {"cells_done": 0, "cell": None, "failure": None, "notebook": ""}


def _make_end(status: StepStatus, event: Any, **changes: Any) -> dict[str, Any]:
    warnings = getattr(event, "warnings", ())
    more = {"warnings": warnings} if warnings else {}
    return {
        "status": status,
        "seconds": getattr(event, "seconds", None),
        "cell": None,
        "text": "",
        "fraction": None,
        "spent": getattr(event, "spent", Spent()),
        **changes,
        **more,
    }
