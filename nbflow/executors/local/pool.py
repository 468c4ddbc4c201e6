"""Executes jobs in worker processes on this machine."""

from __future__ import annotations

import contextlib
import os
import queue
import signal
import subprocess
import threading
import time
from collections import deque
from concurrent.futures import Future, wait
from typing import TYPE_CHECKING, Any, BinaryIO

from nbflow.base.tried_versions import find_plain_reason
from nbflow.executors.local import forkserver
from nbflow.executors.local.forkservers import ForkServers
from nbflow.executors.local.launch import describe_exit, launch
from nbflow.executors.local.worker.notebook_recovery import LastEvents, mend
from nbflow.executors.local.worker.protocol import (
    Ended,
    Launched,
    Start,
    Stop,
    make_event,
    read_answer,
    to_line,
)
from nbflow.executors.protocol import KernelKind, Setup, find_kind
from nbflow.model import Failure, Outcome, make_warning
from nbflow.model.events import CellFinished, CellStarted, RunWarned

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from nbflow.executors.protocol import Emit
    from nbflow.model import Job, Problem

PIECE = 1 << 16  # bytes
AHEAD = 16  # pieces of answers that are read before they are needed
LOOK = 0.1  # seconds between looks at whether to stop
PATIENCE = 8.0  # seconds for a worker to end a job that is to stop; its kernel has 1.5
FAREWELL = 6.0  # seconds for a worker to leave


class LocalExecutor:
    """A pool of at most `setup.jobs` workers, started when needed and kept for the next job.

    Kernels are forked from a fork server that has imported those of `setup.imports` that are safe;
    workers from another one. Both stay `setup.warm` seconds for the next run.
    """

    def __init__(self, setup: Setup) -> None:
        self._slots = threading.BoundedSemaphore(max(setup.jobs, 1))
        self._lock = threading.Lock()
        self._over = threading.Event()
        self._idle: list[Worker] = []
        self._all: set[Worker] = set()
        self._servers, self._warm = ForkServers(setup.imports), setup.warm
        self._due: Mapping[KernelKind, int] = {}
        self._busy = 0  # jobs under way
        self._plain = find_plain_reason()  # to be told once
        self._first: Future[Worker] | None = None  # the first worker, until a job takes it

    def prepare(self, due: Mapping[KernelKind, int]) -> None:
        """Start the fork servers that jobs in these kernels need, and the first worker."""
        with self._lock:
            new = {kind for kind, count in due.items() if count} - self._due.keys()
            for kind in new:
                self._servers.start(kind.language, kind.name)
            if new and not self._all and self._first is None:
                self._first = self._start_worker()
            self._due = dict(due)

    def execute(self, job: Job, emit: Emit, stop: threading.Event) -> Outcome:
        """Execute one job in a worker of its own; called from several threads at once."""
        with self._slots:
            worker = self._take(job, emit, stop)
            if worker is None:
                return Outcome(status="cancelled")
            try:
                return worker.execute(job, emit, stop, more=self._count_in(job))
            except BaseException:
                worker.kill()
                raise
            finally:
                self._put_back(worker)

    def close(self) -> None:
        """End all workers and their kernels; the fork servers stay for `warm` seconds."""
        self._over.set()
        with self._lock:
            workers, self._all, self._idle = list(self._all), set(), []
            first, self._first = self._first, None
        if first is not None:
            first.add_done_callback(_discard)  # not waited for
        for worker in workers:
            worker.dismiss()
        for worker in workers:
            worker.wait()
        self._servers.close(self._warm)

    def _take(self, job: Job, emit: Emit, stop: threading.Event) -> Worker | None:
        """Return a worker for the job; None if it is to stop before there is one."""
        with self._lock:
            said = [*self._explain_plain(), *self._servers.bury()]
            self._servers.start(job.language, job.kernel)
            worker = self._find_idle()
            first, self._first = self._first, None
            coming = None if worker else first or self._start_worker()
        for warning in said:
            emit(RunWarned(warning))
        if coming is not None:
            while not wait([coming], LOOK).done:
                if stop.is_set():
                    coming.add_done_callback(_discard)
                    return None
            worker = coming.result()
        with self._lock:
            self._all.add(worker)  # type: ignore[arg-type]
        return worker

    def _explain_plain(self) -> Iterator[Problem]:
        if self._plain:
            yield make_warning("plain-client", why=self._plain)
            self._plain = ""

    def _find_idle(self) -> Worker | None:
        """Return an idle worker; dismiss idle workers whose fork servers have ended."""
        addresses = self._servers.addresses()
        while self._idle:
            worker = self._idle.pop()
            if worker.addresses == addresses:
                return worker
            worker.dismiss()
        return None

    def _start_worker(self) -> Future[Worker]:
        """Start a worker in a thread: a fork server may answer late."""
        coming: Future[Worker] = Future()
        addresses = self._servers.addresses()

        def start() -> None:
            try:
                coming.set_result(Worker(*addresses, over=self._over))
            except BaseException as error:  # noqa: BLE001 - told where it is taken
                coming.set_exception(error)

        threading.Thread(target=start, name="nbflow-worker-start", daemon=True).start()
        return coming

    def _count_in(self, job: Job) -> bool:
        """Count a job, and tell whether one is due that no job under way may want a kernel for."""
        with self._lock:
            self._busy += 1
            return self._due.get(find_kind(job), 0) >= self._busy

    def _put_back(self, worker: Worker) -> None:
        with self._lock:
            self._busy -= 1
            if worker.is_alive() and not self._over.is_set():
                self._idle.append(worker)
            else:
                self._all.discard(worker)


def _discard(coming: Future[Worker]) -> None:
    """End a worker that started too late."""
    if coming.exception() is None:
        coming.result().kill()


class Worker:
    """A worker process, seen from the run: forked from the fork server at `server` if there is one.

    It forks its kernels where `address` names a fork server.
    """

    def __init__(
        self, server: str = "", address: str = "", *, over: threading.Event | None = None
    ) -> None:
        self.addresses = server, address
        env = os.environ | {forkserver.ADDRESS: address}
        self.process, self.orders, answers, errors = launch("worker", server, env, over=over)
        self.group: int | None = None  # the kernel's processes
        self.answers: queue.Queue[list[bytes] | None] = queue.Queue(AHEAD)  # then it waits for us
        self.errors: deque[str] = deque(maxlen=40)
        self.readers = [_start(self._read_answers, answers), _start(self._read_errors, errors)]

    def is_alive(self) -> bool:
        return self.process.poll() is None

    def execute(
        self, job: Job, emit: Emit, stop: threading.Event, *, more: bool = False
    ) -> Outcome:
        """Hand over the job, pass on what is told, and return how it ended."""
        started = time.monotonic()
        self._send(Start(job, more))
        deadline: float | None = None
        cells: LastEvents = {}
        while (lines := self._next()) is not None:
            for answer in map(read_answer, lines):
                if isinstance(answer, Ended):
                    self.group = None
                    return answer.outcome
                if isinstance(answer, Launched):
                    self.group = answer.group
                else:
                    event = make_event(answer)
                    if isinstance(event, CellStarted | CellFinished):
                        cells[event.cell] = event
                    emit(event)
            if stop.is_set() and deadline is None:
                self._send(Stop())
                # Without a kernel there is nothing to save or to end.
                deadline = time.monotonic() + (PATIENCE if self.group is not None else 0.0)
            if deadline is not None and time.monotonic() > deadline:
                self.kill()
        failure = self._make_failure(cells)
        with contextlib.suppress(OSError, ValueError):  # a full disk, a notebook half copied
            mend(job, cells, failure)
        seconds = time.monotonic() - started
        if stop.is_set():
            return Outcome(status="cancelled", seconds=seconds)
        return Outcome(status="failed", seconds=seconds, failure=failure)

    def dismiss(self) -> None:
        """Close the worker's stdin: it ends its kernel and leaves."""
        with contextlib.suppress(OSError):
            self.orders.close()

    def wait(self) -> None:
        try:
            self.process.wait(FAREWELL)
        except subprocess.TimeoutExpired:
            self.kill()
            self.process.wait()

    def kill(self) -> None:
        """End it now, and the kernel with what it started."""
        self.process.kill()
        self._kill_kernel()

    def _send(self, message: Start | Stop) -> None:
        with contextlib.suppress(OSError):  # it died: the end of its answers says so
            self.orders.write(to_line(message))
            self.orders.flush()

    def _next(self) -> list[bytes] | None:
        """Return the next lines, none when there are none yet, None after the last."""
        try:
            return self.answers.get(timeout=LOOK)
        except queue.Empty:
            return []

    def _make_failure(self, cells: LastEvents) -> Failure:
        code = self.process.wait()
        self._kill_kernel()
        for reader in self.readers:
            reader.join(1.0)
        started = (one for one in cells.values() if isinstance(one, CellStarted))
        cell = next(started, None)
        return Failure(
            cause="worker died",
            type="WorkerDied",
            message=f"The worker process died ({describe_exit(code)}).",
            cell=cell.cell if cell else None,
            first_line=cell.first_line if cell else "",
            traceback="".join(self.errors),
        )

    def _kill_kernel(self) -> None:
        """End the kernel's processes; on Linux the kernel itself is gone with its worker."""
        group, self.group = self.group, None
        if group is not None and hasattr(os, "killpg"):
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.killpg(group, signal.SIGKILL)

    def _read_answers(self, pipe: BinaryIO) -> None:
        begun: list[bytes] = []  # pieces of a line that has not ended
        with pipe:
            while data := os.read(pipe.fileno(), PIECE):
                *lines, rest = data.split(b"\n")
                if lines:
                    lines[0] = b"".join((*begun, lines[0]))
                    begun.clear()
                    self.answers.put(lines)
                begun.append(rest)
        self.answers.put(None)

    def _read_errors(self, pipe: BinaryIO) -> None:
        with pipe:
            for line in pipe:
                self.errors.append(line.decode("utf-8", "replace"))


def _start(target: Any, pipe: BinaryIO) -> threading.Thread:
    thread = threading.Thread(target=target, args=(pipe,), daemon=True)
    thread.start()
    return thread
