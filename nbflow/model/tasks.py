"""What runs: tasks, and the job that each attempt of one is given."""

from __future__ import annotations

from typing import Any

from nbflow.model import formats
from nbflow.model.frozen import Frozen


class TaskId(Frozen, frozen=True):
    """What runs: a step, for one item where it is mapped over several; written `step[item]`."""

    step: str
    item: str = ""

    def __str__(self) -> str:
        return f"{self.step}[{self.item}]" if self.item else self.step


class JobInput(Frozen, frozen=True):
    """Where a job finds one input: the folder of the result that holds it."""

    folder: str
    name: str
    run: str
    result: str
    hash: str


MAX_OUTPUT = 100_000_000  # bytes


class Injection(Frozen, frozen=True):
    """Papermill's `injected-parameters` cell for Python: an assignment for each name."""

    imports: tuple[str, ...] = ()
    assignments: dict[str, str] = {}

    def __str__(self) -> str:
        return "\n".join(["# Parameters", *self.imports, *self.assignments.values()]) + "\n"


class Job(Frozen, frozen=True):
    """All that a worker and its kernel need for one attempt of a task.

    Paths are absolute; `folder` is the attempt's, see `runs.folder.AttemptFolder`.
    `injected` is None where papermill's own translator for the kernel's language makes the cell
    from `parameters`.
    """

    run: str
    step: str
    notebook: str  # the copy to execute
    source: str  # the author's notebook; its folder is the working directory
    folder: str
    root: str
    kernel: str
    language: str = "python"
    parameters: dict[str, Any] = {}
    injected: Injection | None = None
    inputs: dict[str, JobInput] = {}
    writes: tuple[str, ...] = ()
    declared: bool = True  # False: the step may write more than `writes`
    makes: tuple[str, ...] = ()  # patterns of files to keep
    imports: tuple[str, ...] = ()  # top-level modules, see `nbflow.executors.Setup`
    timeout: float | None = None
    cell_timeout: float | None = None
    max_output: int = MAX_OUTPUT  # bytes of output that the notebook keeps
    item: str = ""  # of the task
    attempt: int = 1
    format: int = formats.JOB

    @property
    def task(self) -> TaskId:
        return TaskId(self.step, self.item)

    @property
    def identity(self) -> dict[str, Any]:
        """Return what an event says of whom it happened to."""
        return {"step": self.step, "item": self.item, "attempt": self.attempt}
