"""An executor that is made when the first job comes: a run that reuses everything needs none."""

from __future__ import annotations

import threading
from collections.abc import Callable

from nbflow.events import Event
from nbflow.executors import Executor
from nbflow.model import Job, Outcome


class Standby:
    """Stands for the executor that `make` returns, and loads nothing before there is work."""

    def __init__(self, make: Callable[[], Executor]) -> None:
        self._make, self._lock = make, threading.Lock()
        self._executor: Executor | None = None

    def execute(self, job: Job, emit: Callable[[Event], None], stop: threading.Event) -> Outcome:
        with self._lock:
            self._executor = executor = self._executor or self._make()
        return executor.execute(job, emit, stop)

    def close(self) -> None:
        with self._lock:
            if self._executor is not None:
                self._executor.close()
