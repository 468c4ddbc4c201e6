"""A kernel's process, from its start to its end, with all that it started."""

from __future__ import annotations

import contextlib
import ctypes
import os
import shutil
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

from jupyter_core.utils import run_sync

from nbflow.base.private_folders import make_folder
from nbflow.environments import make_manager_class
from nbflow.executors.local.forkserver import ADDRESS, use
from nbflow.executors.local.forkserver.forked_process import Process
from nbflow.runs.folder import find_attempt
from nbflow.runs.nesting import WITHIN, make_within

if TYPE_CHECKING:
    from nbflow.model import Job

PR_SET_PDEATHSIG = 1  # prctl(2)
SOCKET_PATH = 100  # bytes; Linux allows 107, macOS 103
POLL = 0.02  # seconds between looks at whether a kernel that was asked to end has ended
LOOK = 0.05  # seconds between looks at whether its end is to be hurried
PATIENCE = 30.0  # seconds for a kernel to end: exit handlers, threads, child processes, files
ORDINARY = 10.0  # for one that was not forked: ipykernel itself may hang at its end
HURRY = 4.0  # for one that is to stop


class Kernel:
    """The kernel of one job; `manager` is what nbclient takes.

    One that is started `ahead` is for a job not known yet: see `spare`.
    """

    def __init__(self, job: Job, *, ahead: bool = False) -> None:
        self.job = job
        self.sockets = str(make_folder())
        folder = find_attempt(job)
        self.errors = folder.spare if ahead else folder.kernel
        self.manager, self.may_fork = make_manager(job, self.sockets), not ahead
        self.given = {} if ahead else name_job(job)  # variables that it is started with
        self.late: dict[str, str] = {}  # those that it is told of before the first cell
        self.process: Any = None
        self.group: int | None = None
        self.forked = False
        self.answered = False  # it started, and replied
        self.stopped = False

    def start(self, *, more: bool = False) -> None:
        """Start in the author's folder; what the process says is kept in the attempt's.

        `more`: another kernel like this one is likely.
        """
        if self.may_fork and os.environ.get(ADDRESS):
            use(self.manager, self.job.imports, more=more)
        with self.errors.open("wb") as errors:
            run_sync(self.manager.start_kernel)(
                cwd=self.folder,
                env=make_environment() | self.given,
                extra_arguments=make_arguments(self.manager),
                stdout=errors,
                stderr=errors,
                **_bound_to_parent(),
            )
        self.process = getattr(self.manager.provisioner, "process", None)
        self.forked = isinstance(self.process, Process)
        self.group = getattr(self.manager.provisioner, "pgid", None)

    def adopt(self, spare: Kernel) -> None:
        """Take over the process of a kernel that was started ahead."""
        shutil.rmtree(self.sockets, ignore_errors=True)
        self.sockets, self.manager = spare.sockets, spare.manager
        self.process, self.group = spare.process, spare.group
        self.errors = _move(spare.errors, self.errors)
        self.given, self.late = {}, self.given

    @property
    def patience(self) -> float:
        """The seconds that it has to end by itself."""
        return PATIENCE if self.forked else ORDINARY

    @property
    def folder(self) -> str:
        """The author's folder."""
        return str(Path(self.job.source).parent)

    def is_alive(self) -> bool:
        return self.process is not None and self.process.poll() is None

    def interrupt(self) -> None:
        """Interrupt the running cell, as Ctrl-C does."""
        self._signal(signal.SIGINT)

    def kill(self) -> None:
        """End the process and what it started, now."""
        if hasattr(signal, "SIGKILL"):
            self._signal(signal.SIGKILL)
        elif self.process is not None:
            self.process.kill()

    def stop(self, client: Any, *, patience: float, hurry: threading.Event | None = None) -> bool:
        """End the kernel, asked within `patience` seconds, then at once; what it left ends with it.

        Return whether it ended by itself. `hurry` leaves it no more than HURRY.
        """
        if self.stopped:
            return True
        self.stopped = True
        channels = getattr(client, "kc", None)
        if channels is not None:
            channels.stop_channels()
        ended = patience > 0 and self._ask_to_end(patience, hurry or threading.Event())
        self.kill()
        with contextlib.suppress(RuntimeError):  # "No kernel is running!"
            self._clean_up()
        shutil.rmtree(self.sockets, ignore_errors=True)
        return ended

    def forget_said(self) -> None:
        """Remove what the process itself said."""
        self.errors.unlink(missing_ok=True)

    def said(self) -> str:
        """Return the end of the output of the process itself."""
        with contextlib.suppress(OSError):
            return self.errors.read_text(encoding="utf-8", errors="replace")[-4000:].strip()
        return ""

    def exit_code(self) -> int | None:
        return self.process.poll() if self.process is not None else None

    def _ask_to_end(self, patience: float, hurry: threading.Event) -> bool:
        """Ask the kernel to end, and wait for it; return whether it has ended."""
        # Not manager.shutdown_kernel(): it interrupts first, which can strike an atexit handler.
        if not (self.manager.has_kernel and self.is_alive()):
            return True
        self.manager.shutdown_wait_time = LOOK  # here is waited, where `hurry` is heard
        run_sync(self.manager.request_shutdown)()
        began = time.monotonic()
        while self.is_alive():
            if hurry.is_set():
                patience = min(patience, HURRY)
            if time.monotonic() - began > patience:
                return False
            with contextlib.suppress(subprocess.TimeoutExpired):
                self.process.wait(LOOK)
        return True

    def _clean_up(self) -> None:
        if self.manager.has_kernel:
            run_sync(self.manager.finish_shutdown)(pollinterval=POLL)
            run_sync(self.manager.cleanup_resources)()

    def _signal(self, number: int) -> None:
        """Signal the kernel's process group; it is gone or not ours any more: do nothing."""
        if self.group is not None:
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.killpg(self.group, number)


def name_job(job: Job) -> dict[str, str]:
    """Return the variables that differ from job to job."""
    return {
        "NBFLOW_JOB": str(find_attempt(job).job),
        "JPY_SESSION_NAME": job.source,
        WITHIN: make_within(job),
    }


def make_environment() -> dict[str, str]:
    """Return what kernels inherit: nothing that would name another job, or our fork server."""
    ours = (ADDRESS, "NBFLOW_JOB", "JPY_SESSION_NAME")
    return {name: value for name, value in os.environ.items() if name not in ours}


def make_manager(job: Job, sockets: str) -> Any:
    """Return a manager for the job's kernel, with sockets in a private folder."""
    manager = make_manager_class()(kernel_name=job.kernel)
    manager.connection_file = str(Path(sockets, "kernel.json"))
    address = str(Path(sockets, "s"))
    if job.language == "python" and hasattr(os, "fork") and len(address) + 2 < SOCKET_PATH:
        manager.transport, manager.ip = "ipc", address
    return manager


def _move(file: Path, target: Path) -> Path:
    """Move a file, and return where it is; on Windows one that is open stays."""
    try:
        return file.replace(target)
    except OSError:
        return file


def make_arguments(manager: Any) -> list[str]:
    """As nbclient: no history file, which is slow and locks on network drives."""
    return ["--HistoryManager.hist_file=:memory:"] if manager.ipykernel else []


def _bound_to_parent() -> dict[str, Any]:
    """On Linux: the kernel is killed when the worker dies, however that happens."""
    if not sys.platform.startswith("linux"):
        return {}
    prctl = ctypes.CDLL(None).prctl
    return {"preexec_fn": lambda: prctl(PR_SET_PDEATHSIG, signal.SIGKILL)}
