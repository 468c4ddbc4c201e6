"""Starts the next job's kernel while a job's cells run, where kernels cannot be forked.

Such a kernel serves one job and has executed nothing before. The variables that name its job are
set in it before the first cell.
"""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

from nbflow.base.tried_versions import find_plain_reason
from nbflow.executors.local.forkserver.fork_key import may_prepare
from nbflow.executors.local.forkserver.messages import Request
from nbflow.executors.local.worker.kernel import Kernel, make_arguments, make_environment

LANGUAGE = "python"  # others are not told of their job once they run


class Spare:
    """Holds at most one kernel for the next job; `wanted` says whether another job is likely."""

    def __init__(self) -> None:
        self.kernel: Kernel | None = None
        self.pattern: Any = None
        self.wanted = False

    def serve(self, kernel: Kernel) -> None:
        """Start a job's kernel, or give it the process that was started ahead, if that fits."""
        spare = self.kernel
        if spare is not None and spare.is_alive() and self.pattern == make_pattern(kernel):
            self.kernel = None
            kernel.adopt(spare)
            return
        self.close()
        kernel.start(more=self.wanted)

    def prepare(self, kernel: Kernel) -> None:
        """Start the next kernel, like this one, if another job is likely."""
        wanted, self.wanted = self.wanted, False
        if not wanted or self.kernel is not None or not may_wait(kernel):
            return
        try:
            self.kernel, self.pattern = Kernel(kernel.job, ahead=True), make_pattern(kernel)
            self.kernel.start()
        except Exception:  # noqa: BLE001  # too many processes: no fault of the job under way
            self.close()

    def close(self) -> None:
        """End the prestarted kernel and remove what it printed."""
        spare, self.kernel = self.kernel, None
        if spare is not None:
            spare.stop(None, patience=0)
            spare.forget_said()

    def kill(self) -> None:
        """End it at once, from any thread."""
        if (spare := self.kernel) is not None:
            spare.kill()
            shutil.rmtree(spare.sockets, ignore_errors=True)


def may_wait(kernel: Kernel) -> bool:
    """Tell whether a kernel like this one may start before its job is known.

    It may not if it reads a user's code or settings at its start: see `may_prepare`.
    """
    if kernel.forked or kernel.job.language != LANGUAGE or find_plain_reason():
        return False
    env = make_environment() | (kernel.manager.kernel_spec.env or {})
    env.setdefault("IPYTHONDIR", str(Path.home() / ".ipython"))
    arguments = tuple(make_arguments(kernel.manager))
    prefix = Path(kernel.manager.kernel_spec.argv[0]).parent.parent
    if any(prefix.glob("etc/ipython/ipython_*config.*")):
        return False
    return may_prepare(Request(arguments=arguments, cwd=kernel.folder, env=env))


def make_pattern(kernel: Kernel) -> Any:
    """Return what two kernels have in common where one can be the other."""
    manager = kernel.manager
    spec = manager.kernel_spec.to_dict()
    return manager.kernel_name, spec, kernel.folder, make_environment()
