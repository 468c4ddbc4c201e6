"""Imports libraries before the fork, in pieces, and checks that a fork is still safe after each."""

from __future__ import annotations

import contextlib
import importlib
import os
import sys
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

from nbflow.executors.local.forkserver.inherited_state import HERE, seeming_kernel

# Tried in forked children. Never a user's own modules: they change between two kernels.
SAFE = frozenset(
    {
        "IPython", "duckdb", "ipykernel", "joblib", "msgspec", "nbflow", "numpy", "pandas",
        "pyarrow", "scipy", "sklearn", "xxhash",
    }
)  # fmt: skip
# What a kernel itself loads before and in its first cells. What one version lacks is skipped.
KERNEL = (
    "ipykernel.kernelapp", "ipykernel.ipkernel", "ipykernel.zmqshell",
    "IPython.core.completerlib", "IPython.core.debugger", "IPython.core.debugger_backport",
    "IPython.core.logger", "IPython.core.magics", "IPython.core.oinspect",
    "IPython.extensions.storemagic", "IPython.utils.wildcard", "tornado.platform.asyncio",
    "sqlite3", "pdb", "faulthandler",
    "multiprocessing.process", "nbflow.executors.local.forkserver.forked_kernel",
    "nbflow.executors.local.forkserver.kernel_warmup",
)  # fmt: skip
WORKER = ("nbflow.executors.local.worker.warmup",)
# What large libraries import themselves: a fork need not wait for more than one of these.
PIECES = {
    "pandas": ("numpy", "pyarrow"),
    "pyarrow": ("numpy",),
    "scipy": ("numpy",),
    # What a kernel loads to read and to write.
    "nbflow.storage": (
        "numpy", "pyarrow", "pyarrow.compute", "pandas", "pyarrow.pandas_compat",
        "pyarrow.vendored.version", "nbflow.notebook_api", "nbflow.storage.output_io",
        "nbflow.storage.frames.frames", "nbflow.storage.frames.objects",
        "nbflow.executors.local.forkserver.table_warmup",
    ),
    "sklearn": ("numpy", "joblib", "scipy.linalg", "scipy.sparse", "scipy.spatial",
                "scipy.optimize", "scipy.stats"),
}  # fmt: skip
TASKS = Path("/proc/self/task")
DESCRIPTORS = Path("/proc/self/fd")


class UnsafeError(Exception):
    """A library leaves something running or open. This process must not be forked any more."""

    def __init__(self, name: str, why: str) -> None:
        super().__init__(f"{name} {why}")
        self.name, self.why = name, why


class Preload:
    """The libraries of one fork server: `pending` are still to be imported, in this order.

    `left_out` says why a library is not imported. `count_own` returns how many descriptors the
    fork server itself holds: they come and go while a library is imported.
    """

    def __init__(self, role: str, names: Sequence[str], left_out: dict[str, str]) -> None:
        self.role, self.left_out = role, left_out
        self.imported: list[str] = []
        self.count_own: Callable[[], int] = int
        for name in names:
            if name.partition(".")[0] not in SAFE:
                left_out.setdefault(name, "not on the list of libraries known to be safe")
        self.pending = [name for name in _split(names) if name not in left_out]

    def import_own(self) -> None:
        """Import what every child needs; raises UnsafeError."""
        for name in WORKER if self.role == "worker" else KERNEL:
            if name not in self.left_out:
                self._import(name)

    def import_next(self, first: Iterable[str] = ()) -> None:
        """Import one pending library, if possible one of `first`; raises UnsafeError."""
        name = next(iter(self.find_missing(first)), self.pending[0])
        self.pending.remove(name)
        with seeming_kernel() if self.role == "kernel" else contextlib.nullcontext():
            self._import(name)

    def find_missing(self, names: Iterable[str] | None) -> list[str]:
        """Return what is pending of these libraries, or of all for None."""
        if names is None:
            return list(self.pending)
        return [name for name in _split(names) if name in self.pending]

    def _import(self, name: str) -> None:
        before = count_descriptors() - self.count_own()
        try:
            importlib.import_module(name)
        except Exception as error:  # noqa: BLE001  # a library that is broken here
            self.left_out[name] = f"{type(error).__name__}: {error}"
            return
        why = find_fault(before + self.count_own())
        if why:
            raise UnsafeError(name, why)
        self.imported.append(name)


def _split(names: Iterable[str]) -> list[str]:
    """Return the pieces of these libraries, each once, in an order that they can be imported in."""
    return list(dict.fromkeys(one for name in names for one in (*PIECES.get(name, ()), name)))


def find_fault(descriptors: int) -> str:
    """Return why this process must not be forked, "" if it may."""
    if count_threads() > 1:
        _fork_and_forget()
    if count_threads() > 1:
        return f"leaves {count_threads() - 1} threads running"
    if count_descriptors() > descriptors:
        return f"leaves {count_descriptors() - descriptors} files open"
    return ""


def count_threads() -> int:
    return sum(1 for _ in TASKS.iterdir())


def count_descriptors() -> int:
    return sum(1 for _ in DESCRIPTORS.iterdir())


def _fork_and_forget() -> None:
    """Let libraries end their threads as they do before any fork (OpenBLAS does)."""
    pid = os.fork()
    if pid == 0:
        os._exit(0)
    os.waitpid(pid, 0)


def forget_launcher() -> None:
    """Take the folder that `python -m` put first out of the path, as ipykernel_launcher does."""
    if sys.path[0] in {"", HERE}:  # not where PYTHONSAFEPATH is set
        del sys.path[0]
