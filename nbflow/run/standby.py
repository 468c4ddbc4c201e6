"""An executor that is made when the first job comes: a run that reuses everything needs none."""

from __future__ import annotations

import threading
from collections.abc import Callable, Collection

from nbflow.events import Event
from nbflow.executors import Executor
from nbflow.model import Job, Outcome


class Standby:
    """Stands for the executor that `make` returns, and loads nothing before there is work."""

    def __init__(self, make: Callable[[], Executor]) -> None:
        self._make, self._lock = make, threading.Lock()
        self._executor: Executor | None = None

    def expect(self, kernels: Collection[tuple[str, str]]) -> None:
        if kernels:
            self._load().expect(kernels)

    def execute(
        self,
        job: Job,
        emit: Callable[[Event], None],
        stop: threading.Event,
        *,
        more: bool = False,
    ) -> Outcome:
        return self._load().execute(job, emit, stop, more=more)

    @property
    def zygote(self) -> str:
        """The address of the executor's zygote; "" where it has none, as one of a plugin."""
        return getattr(self._executor, "zygote", "")

    def close(self) -> None:
        with self._lock:
            if self._executor is not None:
                self._executor.close()

    def _load(self) -> Executor:
        with self._lock:
            self._executor = self._executor or self._make()
            return self._executor
