"""A worker process: executes the jobs that arrive on stdin, until stdin ends."""

from __future__ import annotations

import contextlib
import os
import queue
import signal
import threading
from typing import BinaryIO

from nbflow.base.private_folders import sweep_folders
from nbflow.executors.local.worker.blocked_imports import leave_out
from nbflow.executors.local.worker.job import execute_job
from nbflow.executors.local.worker.prestarted import Spare
from nbflow.executors.local.worker.protocol import (
    Answer,
    Ended,
    Launched,
    Start,
    make_told,
    read_order,
    to_line,
)
from nbflow.model.events import Event

LAST_SECONDS = 5.0  # to save the notebook and clean up when the run was killed


def main() -> None:
    leave_out()
    orders, answers = _take_pipes()
    worker = Worker(answers)
    threading.Thread(target=worker.listen, args=(orders,), daemon=True).start()
    worker.work()


class Worker:
    """Two threads: one listens to the executor, the main one works."""

    def __init__(self, answers: BinaryIO) -> None:
        self.answers = answers
        self.jobs: queue.SimpleQueue[Start | None] = queue.SimpleQueue()
        self.stop = threading.Event()
        self.group: int | None = None  # the kernel's processes
        self.over = threading.Event()
        self.spare = Spare()

    def work(self) -> None:
        sweep_folders()
        while (start := self.jobs.get()) is not None:
            self.stop.clear()
            self.spare.wanted = start.more
            outcome = execute_job(
                start.job,
                self.emit,
                self.stop,
                self.launched,
                spare=self.spare,
                rest=self.pass_on,
            )
            self.group = None
            self.tell(Ended(outcome))
            self.pass_on()
        self.spare.close()
        self.over.set()

    def listen(self, orders: BinaryIO) -> None:
        """Take orders; when there is nobody left to give any, end the kernel and leave."""
        for line in orders:
            order = read_order(line)
            if isinstance(order, Start):
                self.jobs.put(order)
            else:
                self.stop.set()
        self.stop.set()
        self.jobs.put(None)
        self._kill_kernel()
        if not self.over.wait(LAST_SECONDS):
            self.spare.kill()
        os._exit(0)

    def emit(self, event: Event) -> None:
        self.tell(make_told(event))

    def launched(self, group: int) -> None:
        self.group = group
        self.tell(Launched(group))
        self.pass_on()

    def tell(self, message: Answer) -> None:
        with contextlib.suppress(BrokenPipeError):  # the run was killed; listen() sees it too
            self.answers.write(to_line(message))

    def pass_on(self) -> None:
        """Let the executor hear what was told."""
        with contextlib.suppress(BrokenPipeError):
            self.answers.flush()

    def _kill_kernel(self) -> None:
        if self.group is not None and hasattr(os, "killpg"):
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.killpg(self.group, signal.SIGKILL)


def _take_pipes() -> tuple[BinaryIO, BinaryIO]:
    """Keep stdin and stdout for the protocol: what libraries print goes to stderr."""
    orders, answers = os.dup(0), os.dup(1)
    nothing = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nothing, 0)
    os.close(nothing)
    os.dup2(2, 1)
    return os.fdopen(orders, "rb"), os.fdopen(answers, "wb")


if __name__ == "__main__":
    main()
