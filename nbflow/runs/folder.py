"""Where things lie in a run's folder: no other module names its files."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import quote

import msgspec

from nbflow.model import Frozen, Job, TaskId

if TYPE_CHECKING:
    from collections.abc import Iterator

    from nbflow.workspace.pipeline_folder import PipelineFolder

LOG = "events.jsonl"
_TASKS, _MAKING = "tasks", "result"


class _Child:
    """A file or folder in the folder that a class stands for."""

    def __init__(self, name: str) -> None:
        self._name = name

    def __get__(self, owner: RunFolder | AttemptFolder, _: type) -> Path:
        return owner.path / self._name


class RunFolder(Frozen, frozen=True):
    """A run's folder; its name is the run's id."""

    path: Path

    log = _Child(LOG)  # the events, one JSON line each
    lock = _Child("lock")  # held by the run's process as long as it lives
    cancel = _Child("cancel")  # made by whoever asks the run to stop
    request = _Child("request.json")  # the request
    plan = _Child("plan.json")  # the plan
    tasks = _Child(_TASKS)

    def attempt(self, task: TaskId, number: int = 1) -> AttemptFolder:
        """Return the folder of a task's attempt, whose numbers begin at 1."""
        item = f"[{quote(task.item, safe='')}]" if task.item else ""
        return AttemptFolder(self.tasks / f"{task.step}{item}" / str(number))

    def read_attempts(self) -> Iterator[AttemptFolder]:
        """Yield the attempts of all tasks, also of a run whose log cannot be read."""
        return (AttemptFolder(path) for path in sorted(self.path.glob(f"{_TASKS}/*/*")))


class AttemptFolder(Frozen, frozen=True):
    """The folder of one attempt of a task: what its worker and its kernel read and write."""

    path: Path

    job = _Child("job.json")  # the job; the kernel is given this path
    outputs = _Child("outputs.jsonl")  # outputs of the cells so far: a crash loses nothing
    log = _Child("log.txt")  # what the cells printed
    kernel = _Child("kernel.txt")  # what the kernel's process itself printed
    spare = _Child("spare.txt")  # what a prestarted kernel's process printed
    making = _Child(_MAKING)  # the result: renamed away on success, left where the attempt failed
    notebook = _Child(f"{_MAKING}/notebook.ipynb")  # the executed notebook in it
    executed = _Child("executed.ipynb")  # the executed notebook, which stays when the result goes

    @property
    def run(self) -> RunFolder:
        return RunFolder(self.path.parents[2])

    @property
    def task(self) -> str:
        """The task, as its folder is called."""
        return self.path.parent.name

    def source(self, suffix: str) -> Path:
        """Return the copy of the author's notebook that is executed."""
        return self.path / f"source{suffix}"


def find_folder(pipeline: PipelineFolder, run_id: str) -> RunFolder:
    return RunFolder(pipeline.runs / run_id)


def find_attempt(job: Job) -> AttemptFolder:
    return AttemptFolder(Path(job.folder))


def read_inputs(attempt: AttemptFolder) -> dict[str, str]:
    """Return the results that an attempt was given to read, by ref; none where it never began."""
    try:
        inputs = msgspec.json.decode(attempt.job.read_bytes(), type=Job).inputs
    except FileNotFoundError:
        return {}
    return {ref: found.result for ref, found in inputs.items()}
