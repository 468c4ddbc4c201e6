"""Starts a process with pipes, forked where it can be, and says how one ended."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Mapping
from pathlib import Path
from typing import Any, BinaryIO

from nbflow.errors import KernelError
from nbflow.executors.local import forkserver

Launched = tuple[Any, BinaryIO, BinaryIO, BinaryIO]


def launch(
    role: forkserver.Role,
    server: str,
    env: Mapping[str, str] = os.environ,
    *,
    over: threading.Event | None = None,
) -> Launched:
    """Return a process, and the pipes to its stdin, from its stdout and its stderr.

    It is forked from the fork server at the address `server`, if that is not empty. It has a
    session of its own: Ctrl-C reaches the run alone, which then stops its processes. Raises
    KernelError once `over` is set.
    """
    if server:
        # The fork server died, or cannot serve this environment: then there is an ordinary process.
        with contextlib.suppress(KernelError, OSError):
            return _fork(role, server, env)
    if over is not None and over.is_set():
        raise KernelError(f"No {role} is started any more.")
    process = subprocess.Popen(
        # -P: a notebook's folder is no place to import our modules from.
        [sys.executable, "-P", "-m", forkserver.MODULES[role]],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env=env,
        start_new_session=True,
    )
    return process, process.stdin, process.stdout, process.stderr  # type: ignore[return-value]


def _fork(role: forkserver.Role, server: str, env: Mapping[str, str]) -> Launched:
    request = forkserver.Request(
        arguments=(),
        cwd=str(Path.cwd()),
        env=dict(env),
        role=role,
        needs=(f"{forkserver.MODULES[role]}.__main__",),
        urgent=role == "worker",
    )
    orders, answers, errors = os.pipe(), os.pipe(), os.pipe()
    theirs, ours = (orders[0], answers[1], errors[1]), (orders[1], answers[0], errors[0])
    try:
        process, _ = forkserver.fork(server, request, *theirs)
    except BaseException:
        _close(ours)
        raise
    finally:
        _close(theirs)
    sent, told, erred = ours
    return process, os.fdopen(sent, "wb"), os.fdopen(told, "rb"), os.fdopen(erred, "rb")


def _close(descriptors: tuple[int, ...]) -> None:
    for descriptor in descriptors:
        os.close(descriptor)


def describe_exit(code: int) -> str:
    """Return how a process ended, in words."""
    if code >= 0:
        return f"exit code {code}"
    known = {number.value: number.name for number in signal.Signals}
    why = ", often out of memory" if known.get(-code) == "SIGKILL" else ""
    return f"signal {-code}, {known.get(-code, 'unknown')}{why}"
