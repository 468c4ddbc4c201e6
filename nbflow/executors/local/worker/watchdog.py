"""Interrupts and then kills a kernel that is to stop or takes too long."""

from __future__ import annotations

import threading
import time
from typing import TYPE_CHECKING, Any, Literal

if TYPE_CHECKING:
    from nbflow.executors.local.worker.kernel import Kernel
    from nbflow.model import Job

LOOK = 0.05  # seconds between looks at clock and stop
GRACE = 1.5  # seconds from the interrupt to the kill

Reason = Literal["", "stopped", "cell timeout", "step timeout"]


class HaltedError(Exception):
    """A cell ended after the job was told to stop."""


class Watchdog(threading.Thread):
    """Watches one job; `reason` says why it intervened, "" if it did not."""

    def __init__(self, job: Job, kernel: Kernel, stop: threading.Event) -> None:
        super().__init__(name=f"watchdog of {job.step}", daemon=True)
        self.job, self.kernel, self.stop = job, kernel, stop
        self.reason: Reason = ""
        self.over = threading.Event()
        self.started = time.monotonic()
        self.cell: tuple[Any, float] | None = None  # under way, and since when
        self.struck: Any = None  # the cell that was under way when it intervened

    def run(self) -> None:
        while not self.over.wait(LOOK):
            self.reason = self._find_reason()
            if self.reason:
                self._intervene()
                return

    def check(self) -> None:
        """Raise HaltedError if the job is to stop; a cell may have caught the interrupt."""
        if self.reason:
            raise HaltedError(self.reason)

    def enter(self, cell: Any) -> None:
        self.cell = (cell, time.monotonic())

    def leave(self) -> float:
        """Return the seconds that the cell took."""
        _, started = self.cell or (None, time.monotonic())
        self.cell = None
        return time.monotonic() - started

    def close(self) -> None:
        self.over.set()
        if self.is_alive():
            self.join()

    def _find_reason(self) -> Reason:
        now = time.monotonic()
        self.struck, begun = self.cell or (None, now)
        if self.stop.is_set():
            return "stopped"
        if self.job.cell_timeout and now - begun > self.job.cell_timeout:
            return "cell timeout"
        if self.job.timeout and now - self.started > self.job.timeout:
            return "step timeout"
        return ""

    def _intervene(self) -> None:
        if self.kernel.answered:  # before that there is nothing to interrupt
            self.kernel.interrupt()
            self.over.wait(GRACE)
        if not self.over.is_set():
            self.kernel.kill()
