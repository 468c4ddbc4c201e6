"""Makes the executor when the first job comes: a run that reuses everything needs none."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping

from nbflow.executors.protocol import Emit, Executor, KernelKind
from nbflow.model import Job, Outcome


class LazyExecutor:
    """Stands for the executor that `make` returns, and loads nothing before there is work."""

    def __init__(self, make: Callable[[], Executor]) -> None:
        self._make, self._lock = make, threading.Lock()
        self._executor: Executor | None = None

    def prepare(self, due: Mapping[KernelKind, int]) -> None:
        if self._executor is not None or any(due.values()):
            self._load().prepare(due)

    def execute(self, job: Job, emit: Emit, stop: threading.Event) -> Outcome:
        return self._load().execute(job, emit, stop)

    def close(self) -> None:
        with self._lock:
            if self._executor is not None:
                self._executor.close()

    def _load(self) -> Executor:
        with self._lock:
            self._executor = self._executor or self._make()
            return self._executor
