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
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TYPE_CHECKING, Any, BinaryIO

from nbflow import zygote
from nbflow.executors.launch import describe_exit, launch
from nbflow.kernels import find_kernel
from nbflow.model import Failure, Outcome
from nbflow.worker.aftermath import Account, mend
from nbflow.worker.protocol import Ended, Launched, Start, Stop, make_event, read_answer, to_line

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from nbflow.executors import Emit
    from nbflow.model import Job

PIECE = 1 << 16  # bytes
LOOK = 0.1  # seconds between looks at whether to stop
PATIENCE = 8.0  # seconds for a worker to end a job that is to stop; its kernel has 1.5
OURS = (  # what a kernel loads to read and to write, and the process that fills tables in
    "nbflow.step", "nbflow.store.tables", "nbflow.store.frames", "nbflow.store.objects",
    "nbflow.store.__main__",
    "pyarrow.pandas_compat", "pyarrow.vendored.version",
)  # fmt: skip
FAREWELL = 6.0  # seconds for a worker to leave


class LocalExecutor:
    """A pool of at most `jobs` workers, started when needed and kept for the next job.

    `imports` are the modules that the steps import: kernels are forked from a zygote that has
    imported those of them that are safe; workers from another one. Both stay `warm` seconds
    for the next run.
    """

    def __init__(self, jobs: int, imports: Sequence[str] = (), warm: float = 0.0) -> None:
        self._slots = threading.BoundedSemaphore(max(jobs, 1))
        self._lock = threading.Lock()
        self._idle: list[Worker] = []
        self._all: set[Worker] = set()
        self._imports, self._warm = (*imports, *OURS), warm
        self._zygotes: dict[zygote.Role, zygote.Owner | None] = {}  # None: it could not start
        self._first: Future[Worker] | None = None  # the first worker, until a job takes it

    def expect(self, kernels: Collection[tuple[str, str]]) -> None:
        """Start the zygotes that jobs in these kernels need, and the first worker."""
        with self._lock:
            for language, name in kernels:
                self._start_zygotes(language, name)
            if kernels and not self._all:
                pool = ThreadPoolExecutor(1, thread_name_prefix="nbflow-first-worker")
                self._first = pool.submit(self._make_worker)
                pool.shutdown(wait=False)

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

    @property
    def zygote(self) -> str:
        """The address of the zygote that forks kernels, "" while there is none."""
        owner = self._zygotes.get("kernel")
        return owner.address if owner else ""

    def close(self) -> None:
        """End all workers, and with them their kernels; the zygotes stay for `warm` seconds."""
        with self._lock:
            workers, self._all, self._idle = list(self._all), set(), []
            first, self._first = self._first, None
        if first is not None and first.exception() is None:
            workers.append(first.result())
        for worker in workers:
            worker.dismiss()
        for worker in workers:
            worker.wait()
        for owner in filter(None, self._zygotes.values()):
            if self._warm > 0:
                owner.leave(self._warm)
            else:
                owner.close()

    def _take(self, job: Job) -> Worker:
        with self._lock:
            self._start_zygotes(job.language, job.kernel)
            first, self._first = self._first, None
            if first is not None:
                worker = first.result()
            else:
                worker = self._idle.pop() if self._idle else self._make_worker()
            self._all.add(worker)
            return worker

    def _start_zygotes(self, language: str, name: str) -> None:
        """Start what is missing and can be used, first what takes longer."""
        if "kernel" not in self._zygotes and not zygote.find_obstacle(find_kernel(language, name)):
            self._zygotes["kernel"] = _try_start("kernel", self._imports)
        if "worker" not in self._zygotes and not zygote.find_platform_obstacle():
            self._zygotes["worker"] = _try_start("worker", ())

    def _make_worker(self) -> Worker:
        addresses = {role: owner.address for role, owner in self._zygotes.items() if owner}
        return Worker(addresses.get("worker", ""), addresses.get("kernel", ""))

    def _put_back(self, worker: Worker) -> None:
        with self._lock:
            if worker.is_alive():
                self._idle.append(worker)
            else:
                self._all.discard(worker)


class Worker:
    """A worker process, seen from the run: forked from the zygote at `nursery` if there is one.

    It forks its kernels where `address` names a zygote.
    """

    def __init__(self, nursery: str = "", address: str = "") -> None:
        env = os.environ | {zygote.ADDRESS: address}
        self.process, self.orders, answers, errors = launch("worker", nursery, env)
        self.group: int | None = None  # the kernel's processes
        self.answers: queue.SimpleQueue[list[bytes] | None] = queue.SimpleQueue()
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
        account = Account()
        while (lines := self._next()) is not None:
            for answer in map(read_answer, lines):
                if isinstance(answer, Ended):
                    self.group = None
                    return answer.outcome
                if isinstance(answer, Launched):
                    self.group = answer.group
                else:
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

    def _read_answers(self, pipe: BinaryIO) -> None:
        begun = b""
        with pipe:
            while data := os.read(pipe.fileno(), PIECE):
                *lines, begun = (begun + data).split(b"\n")
                self.answers.put(lines)
        self.answers.put(None)

    def _read_errors(self, pipe: BinaryIO) -> None:
        with pipe:
            for line in pipe:
                self.errors.append(line.decode("utf-8", "replace"))


def _try_start(role: zygote.Role, names: Sequence[str]) -> zygote.Owner | None:
    """Start a zygote; None on a full disk and the like: then there are ordinary processes."""
    try:
        return zygote.start(names, role=role)
    except OSError:
        return None


def _start(target: Any, pipe: BinaryIO) -> threading.Thread:
    thread = threading.Thread(target=target, args=(pipe,), daemon=True)
    thread.start()
    return thread
