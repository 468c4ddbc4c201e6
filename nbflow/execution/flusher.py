"""Has the disk keep a run's results behind the run, and gives each its key when that is done."""

from __future__ import annotations

import queue
import threading
from typing import Self

from nbflow.model import Problem, Result, make_warning
from nbflow.storage.results.durability import complete
from nbflow.workspace.project import Project


class Flusher:
    """A context with one thread: no step waits for the disk, but the end of the run does."""

    def __init__(self, project: Project) -> None:
        self._project = project
        self._thread: threading.Thread | None = None
        self._orders: queue.SimpleQueue[Result | None] = queue.SimpleQueue()
        self._troubles: list[Problem] = []

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.finish()

    def add(self, result: Result) -> None:
        """Have a pending result completed."""
        if self._thread is None:
            self._thread = threading.Thread(target=self._work, name="nbflow-flusher", daemon=True)
            self._thread.start()
        self._orders.put(result)

    def finish(self) -> list[Problem]:
        """Wait until all are complete, also where a run is cancelled; return what went wrong."""
        if self._thread is not None:
            self._orders.put(None)
            self._thread.join()
            self._thread = None
        return self._troubles

    def _work(self) -> None:
        while (result := self._orders.get()) is not None:
            try:
                complete(self._project, result)
            except OSError as error:
                facts = {"why": error.strerror or str(error), "folder": str(self._project.home)}
                self._troubles.append(make_warning("not-on-disk", step=result.step, **facts))
