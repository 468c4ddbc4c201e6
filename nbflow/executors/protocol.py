"""Where jobs run: an executor takes a job, tells its events, and gives back an outcome.

A run makes one executor, `factory(setup)`, and uses nothing of it but the three verbs of
`Executor`. The setting `executor` names it: "local", or an entry point of the group
`nbflow.executors` (see `registry`).

- `execute` is called from at most `setup.jobs` threads at once, and blocks until its job is over.
- A job's paths are absolute paths of this machine. The executor reads `job.notebook` (a copy that
  nobody changes), the folders of `job.inputs`, and the project below `job.root`.
- A job that is done has left its result in the folder `job.folder`/result: `notebook.ipynb`,
  `outputs.json` and the outputs' files, as `python -m nbflow.executors.local.worker` leaves them
  (its `protocol`). The run publishes that folder: an executor elsewhere brings it here.
- `emit` may be called from any thread; it takes the events of cells and `RunWarned`.
- A job that fails is an outcome with a `Failure`. What `execute` raises fails its job alone.
- Once `stop` is set, `execute` ends soon, with the outcome "cancelled".
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple, Protocol

from nbflow.model.events import Event

if TYPE_CHECKING:
    import threading

    from nbflow.model import Job, Outcome

Emit = Callable[[Event], None]
STORE = "nbflow.storage"  # stands among the imports of a job that reads or writes


class Setup(NamedTuple):
    """What an executor is made for."""

    jobs: int = 1  # that are executed at once
    imports: tuple[str, ...] = ()  # top-level modules that jobs import, in the order of need
    warm: float = 0.0  # seconds that processes may stay ready for the next run


class KernelKind(NamedTuple):
    """What jobs have in common where one's kernel could be another's."""

    language: str
    name: str
    folder: str  # where it starts


class Executor(Protocol):
    """Runs jobs somewhere."""

    def prepare(self, due: Mapping[KernelKind, int]) -> None:
        """Get ready: so many jobs in kernels of each kind are likely to come, from now on.

        Called before the first job, and again before each one, which is not among those due.
        """

    def execute(self, job: Job, emit: Emit, stop: threading.Event) -> Outcome:
        """Execute a job, and return how it ended."""

    def close(self) -> None:
        """End all jobs; what serves the next run may stay."""


def find_kind(job: Job) -> KernelKind:
    return KernelKind(job.language, job.kernel, str(Path(job.source).parent))
