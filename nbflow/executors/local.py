"""Executes jobs in worker processes on this machine."""

from __future__ import annotations

import contextlib
import os
import queue
import signal
import subprocess
import sys
import threading
import time
from collections import deque
from typing import TYPE_CHECKING, Any

from nbflow import zygote
from nbflow.kernels import find_kernel
from nbflow.model import Failure, Outcome
from nbflow.worker.aftermath import Account, mend
from nbflow.worker.protocol import Ended, Launched, Start, Stop, make_event, read_answer, to_line

if TYPE_CHECKING:
    from collections.abc import Sequence

    from nbflow.executors import Emit
    from nbflow.model import Job

LOOK = 0.1  # seconds between looks at whether to stop
PATIENCE = 8.0  # seconds for a worker to end a job that is to stop; its kernel has 1.5
OURS = (  # what a kernel loads to read and to write
    "nbflow.step", "nbflow.store.tables", "nbflow.store.frames", "nbflow.store.objects",
    "pyarrow.pandas_compat", "pyarrow.vendored.version",
)  # fmt: skip
FAREWELL = 6.0  # seconds for a worker to leave


class LocalExecutor:
    """A pool of at most `jobs` workers, started when needed and kept for the next job.

    `imports` are the modules that the steps import: kernels are forked from a zygote that has
    imported those of them that are safe.
    """

    def __init__(self, jobs: int, imports: Sequence[str] = ()) -> None:
        self._slots = threading.BoundedSemaphore(max(jobs, 1))
        self._lock = threading.Lock()
        self._idle: list[Worker] = []
        self._all: set[Worker] = set()
        self._imports = (*imports, *OURS)
        self._zygote: zygote.Owner | None = None

    def execute(
        self, job: Job, emit: Emit, stop: threading.Event, *, more: bool = False
    ) -> Outcome:
        """Execute one job in a worker of its own; called from several threads at once."""
        with self._slots:
            worker = self._take(job)
            try:
                return worker.execute(job, emit, stop, more=more)
            except BaseException:
                worker.kill()
                raise
            finally:
                self._put_back(worker)

    def close(self) -> None:
        """End all workers, and with them their kernels."""
        with self._lock:
            workers, self._all, self._idle = list(self._all), set(), []
        for worker in workers:
            worker.dismiss()
        for worker in workers:
            worker.wait()
        if self._zygote is not None:
            self._zygote.close()

    def _take(self, job: Job) -> Worker:
        with self._lock:
            if self._zygote is None and not self._find_obstacle(job):
                self._zygote = zygote.start(self._imports)
            address = self._zygote.address if self._zygote else ""
            worker = self._idle.pop() if self._idle else Worker(address)
            self._all.add(worker)
            return worker

    def _find_obstacle(self, job: Job) -> str:
        return zygote.find_obstacle(find_kernel(job.language, job.kernel))

    def _put_back(self, worker: Worker) -> None:
        with self._lock:
            if worker.is_alive():
                self._idle.append(worker)
            else:
                self._all.discard(worker)


class Worker:
    """A worker process, seen from the run; it forks kernels where `address` names a zygote."""

    def __init__(self, address: str = "") -> None:
        # Its own session: Ctrl-C reaches the run alone, which then stops its workers. -P: a
        # notebook's folder is no place to import a worker's modules from.
        self.process = subprocess.Popen(
            [sys.executable, "-P", "-m", "nbflow.worker"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            env=os.environ | {zygote.ADDRESS: address},
            start_new_session=True,
        )
        self.group: int | None = None  # the kernel's processes
        self.answers: queue.SimpleQueue[bytes | None] = queue.SimpleQueue()
        self.errors: deque[str] = deque(maxlen=40)
        self.readers = [_start(self._read_answers), _start(self._read_errors)]

    def is_alive(self) -> bool:
        return self.process.poll() is None

    def execute(
        self, job: Job, emit: Emit, stop: threading.Event, *, more: bool = False
    ) -> Outcome:
        """Hand over the job, pass on what is told, and return how it ended."""
        started = time.monotonic()
        self._send(Start(job, more))
        deadline: float | None = None
        account = Account()
        while (line := self._next()) is not None:
            answer = read_answer(line) if line else None
            if isinstance(answer, Ended):
                self.group = None
                return answer.outcome
            if isinstance(answer, Launched):
                self.group = answer.group
            elif answer is not None:
                event = make_event(answer)
                account.add(event)
                emit(event)
            if stop.is_set() and deadline is None:
                self._send(Stop())
                deadline = time.monotonic() + PATIENCE
            if deadline is not None and time.monotonic() > deadline:
                self.kill()
        failure = self._make_failure(account)
        with contextlib.suppress(OSError, ValueError):  # a full disk, a notebook half copied
            mend(job, account, failure)
        seconds = time.monotonic() - started
        if stop.is_set():
            return Outcome(status="cancelled", seconds=seconds)
        return Outcome(status="failed", seconds=seconds, failure=failure)

    def dismiss(self) -> None:
        """Let it leave: its stdin ends, and it ends its kernel."""
        with contextlib.suppress(OSError):
            self.process.stdin.close()  # type: ignore[union-attr]

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
            self.process.stdin.write(to_line(message))  # type: ignore[union-attr]
            self.process.stdin.flush()  # type: ignore[union-attr]

    def _next(self) -> bytes | None:
        """Return the next line, b"" when there is none yet, None after the last."""
        try:
            return self.answers.get(timeout=LOOK)
        except queue.Empty:
            return b""

    def _make_failure(self, account: Account) -> Failure:
        code = self.process.wait()
        self._kill_kernel()
        for reader in self.readers:
            reader.join(1.0)
        cell = account.cell
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

    def _read_answers(self) -> None:
        for line in self.process.stdout or ():
            self.answers.put(line)
        self.answers.put(None)

    def _read_errors(self) -> None:
        for line in self.process.stderr or ():
            self.errors.append(line.decode("utf-8", "replace"))


def describe_exit(code: int) -> str:
    """Return how a process ended, in words."""
    if code >= 0:
        return f"exit code {code}"
    known = {number.value: number.name for number in signal.Signals}
    why = ", often out of memory" if known.get(-code) == "SIGKILL" else ""
    return f"signal {-code}, {known.get(-code, 'unknown')}{why}"


def _start(target: Any) -> threading.Thread:
    thread = threading.Thread(target=target, daemon=True)
    thread.start()
    return thread
