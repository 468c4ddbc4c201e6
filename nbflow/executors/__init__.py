"""Where jobs run: an executor takes a job, tells its events, and gives back an outcome."""

from __future__ import annotations

from collections.abc import Callable, Collection
from typing import TYPE_CHECKING, Protocol

from nbflow.events import Event

if TYPE_CHECKING:
    import threading

    from nbflow.model import Job, Outcome

Emit = Callable[[Event], None]


class Executor(Protocol):
    """Runs one job somewhere and blocks until it is over; called from several threads at once."""

    def expect(self, kernels: Collection[tuple[str, str]]) -> None:
        """Get ready: jobs in kernels of these languages and names will come."""

    def execute(
        self, job: Job, emit: Emit, stop: threading.Event, *, more: bool = False
    ) -> Outcome:
        """Execute a job; `more` says that others in such a kernel are likely to follow."""

    def close(self) -> None:
        """End all jobs; what serves the next run may stay."""
