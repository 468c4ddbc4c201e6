"""Where things lie in a run's folder: no other module names its files."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import quote

import msgspec

from nbflow.model import Frozen, Job, TaskId

if TYPE_CHECKING:
    from collections.abc import Iterator

    from nbflow.workspace.project import Project

LOG = "events.jsonl"
_TASKS, _MAKING = "tasks", "result"


class RunFolder(Frozen, frozen=True):
    """A run's folder; its name is the run's id."""

    path: Path

    @property
    def log(self) -> Path:
        """The events, one JSON line each."""
        return self.path / LOG

    @property
    def lock(self) -> Path:
        """Held by the run's process as long as it lives."""
        return self.path / "lock"

    @property
    def cancel(self) -> Path:
        """Made by whoever asks the run to stop."""
        return self.path / "cancel"

    @property
    def request(self) -> Path:
        """What the run was asked for."""
        return self.path / "request.json"

    @property
    def plan(self) -> Path:
        """What it was going to do."""
        return self.path / "plan.json"

    @property
    def tasks(self) -> Path:
        return self.path / _TASKS

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

    @property
    def run(self) -> RunFolder:
        return RunFolder(self.path.parents[2])

    @property
    def task(self) -> str:
        """The task, as its folder is called."""
        return self.path.parent.name

    @property
    def job(self) -> Path:
        """What the attempt is given: the kernel is told this path."""
        return self.path / "job.json"

    def source(self, suffix: str) -> Path:
        """Return the copy of the author's notebook that is executed."""
        return self.path / f"source{suffix}"

    @property
    def outputs(self) -> Path:
        """What the cells gave out, while they run: a crash loses nothing."""
        return self.path / "outputs.jsonl"

    @property
    def log(self) -> Path:
        """What the cells printed."""
        return self.path / "log.txt"

    @property
    def kernel(self) -> Path:
        """What the kernel's process itself printed."""
        return self.path / "kernel.txt"

    @property
    def spare(self) -> Path:
        """What the process of a kernel printed that was started ahead."""
        return self.path / "spare.txt"

    @property
    def making(self) -> Path:
        """The result being made: renamed away on success, left where the attempt failed."""
        return self.path / _MAKING

    @property
    def notebook(self) -> Path:
        """The executed notebook in the result being made."""
        return self.making / "notebook.ipynb"

    @property
    def executed(self) -> Path:
        """The executed notebook, to be looked at: it stays when the result is gone."""
        return self.path / "executed.ipynb"


def find_folder(project: Project, run_id: str) -> RunFolder:
    return RunFolder(project.runs / run_id)


def read_inputs(attempt: AttemptFolder) -> dict[str, str]:
    """Return the results that an attempt was given to read, by ref; none where it never began."""
    try:
        inputs = msgspec.json.decode(attempt.job.read_bytes(), type=Job).inputs
    except FileNotFoundError:
        return {}
    return {ref: found.result for ref, found in inputs.items()}
