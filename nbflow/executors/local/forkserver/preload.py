"""Imports libraries before the fork, and finds out whether a fork is still safe after them."""

from __future__ import annotations

import contextlib
import importlib
import os
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

from nbflow.executors.local.forkserver.remembered import HERE, seeming_kernel

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
    "multiprocessing.process", "nbflow.executors.local.forkserver.kernel",
)  # fmt: skip
WORKER = ("nbflow.executors.local.worker.rehearsal",)
REHEARSAL = (
    "nbflow.executors.local.forkserver.rehearsal"  # of a kernel, with what was imported for it
)
TASKS = Path("/proc/self/task")
DESCRIPTORS = Path("/proc/self/fd")


class UnsafeError(Exception):
    """A library that leaves something running or open: the process must start anew without it."""

    def __init__(self, name: str, why: str) -> None:
        super().__init__(f"{name} {why}")
        self.name, self.why = name, why


def preload(role: str, names: Sequence[str], left_out: dict[str, str]) -> list[str]:
    """Import what may be imported; return the names, and say in `left_out` why not the others.

    Raises UnsafeError with the name of a library that changed this process for the worse: an
    import cannot be taken back.
    """
    own = WORKER if role == "worker" else KERNEL
    imported = [name for name in own if name not in left_out and _try(name, left_out)]
    with seeming_kernel() if role == "kernel" else contextlib.nullcontext():
        imported += _import_safe(names, left_out)
    if role == "kernel" and REHEARSAL not in left_out:
        _try(REHEARSAL, left_out)
    return imported


def _import_safe(names: Sequence[str], left_out: dict[str, str]) -> Iterator[str]:
    """Import those that are known to be safe; yield their names."""
    for name in names:
        if name.partition(".")[0] not in SAFE:
            left_out.setdefault(name, "not on the list of libraries known to be safe")
        if name not in left_out and _try(name, left_out):
            yield name


def _try(name: str, left_out: dict[str, str]) -> bool:
    before = count_descriptors()
    try:
        importlib.import_module(name)
    except Exception as error:  # noqa: BLE001  # a library that is broken here
        left_out[name] = f"{type(error).__name__}: {error}"
        return False
    why = find_fault(before)
    if why:
        raise UnsafeError(name, why)
    return True


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
