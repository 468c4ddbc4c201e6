"""The owner's side: starts a zygote, asks it for kernels, and takes it along when it goes."""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import socket
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

from nbflow.errors import KernelError
from nbflow.zygote.folders import make_folder, sweep_folders
from nbflow.zygote.messages import (
    Ended,
    Inbox,
    Message,
    Question,
    Ready,
    Refused,
    Request,
    State,
    send,
)
from nbflow.zygote.process import Process

ADDRESS = "NBFLOW_ZYGOTE"  # an environment variable: the socket of a zygote that somebody started
NAMES = ("numpy", "pandas", "pyarrow", "duckdb")
LIMIT = 60.0  # seconds; a zygote that still imports answers late
FAREWELL = 3.0  # seconds for a zygote to end its kernels
NOT_INHERITED = (ADDRESS, "JPY_PARENT_PID", "JPY_INTERRUPT_EVENT", "NBFLOW_JOB", "JPY_SESSION_NAME")


class Owner:
    """A zygote that this process started: `address` is its socket. Ends with this process."""

    def __init__(
        self, process: subprocess.Popen[bytes], folder: Path, lifeline: socket.socket
    ) -> None:
        self.process, self.folder, self.lifeline = process, folder, lifeline
        self.address = str(folder / "zygote")

    def close(self) -> None:
        """End the zygote and all its kernels."""
        self.lifeline.close()
        try:
            self.process.wait(FAREWELL)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        shutil.rmtree(self.folder, ignore_errors=True)

    def said(self) -> str:
        """Return what the zygote wrote to its stderr: why it does not answer."""
        with contextlib.suppress(OSError):
            return (self.folder / "log.txt").read_text("utf-8", "replace")[-4000:].strip()
        return ""


def start(names: Sequence[str] = NAMES, env: Mapping[str, str] | None = None) -> Owner:
    """Start a zygote that imports `names`, and return at once: it imports while you plan.

    `env` is the environment that its kernels will have, by default this process's own.
    """
    sweep_folders()
    folder = make_folder()
    listener = socket.socket(socket.AF_UNIX)
    listener.bind(str(folder / "zygote"))
    listener.listen(64)
    ours, theirs = socket.socketpair()
    given = {
        "names": list(names),
        "left_out": {},
        "folder": str(folder),
        "owner": os.getpid(),
        "listener": listener.fileno(),
        "lifeline": theirs.fileno(),
    }
    with listener, theirs, (folder / "log.txt").open("wb") as log:
        process = subprocess.Popen(
            [sys.executable, "-Xfrozen_modules=off", "-m", "nbflow.zygote", json.dumps(given)],
            cwd="/",
            env=_make_env(os.environ if env is None else env),
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            start_new_session=True,
            pass_fds=(listener.fileno(), theirs.fileno()),
        )
    return Owner(process, folder, ours)


def ask(address: str, limit: float = LIMIT) -> State:
    """Ask a zygote how it is. Waits until it has imported everything."""
    answer, inbox = _exchange(address, Question(), (), limit)
    inbox.connection.close()
    if isinstance(answer, State):
        return answer
    raise KernelError(f"The zygote at {address} does not answer as one.")


def fork(
    address: str, request: Request, stdout: int, stderr: int, limit: float = LIMIT
) -> tuple[Process, Ready]:
    """Return a kernel whose sockets are bound, and how to reach it.

    Raises KernelError where the zygote refuses or is gone: start an ordinary kernel then.
    """
    answer, inbox = _exchange(address, request, (stdout, stderr), limit)
    if isinstance(answer, Ready):
        (pidfd,) = inbox.take()
        return Process(inbox, answer, pidfd), answer
    inbox.connection.close()
    code = answer.code if isinstance(answer, Ended) else "unknown"
    why = answer.why if isinstance(answer, Refused) else f"it died while it started ({code})"
    raise KernelError(f"No kernel could be forked: {why}.")


def _exchange(
    address: str, message: Message, descriptors: tuple[int, ...], limit: float
) -> tuple[Message, Inbox]:
    connection = socket.socket(socket.AF_UNIX)
    connection.settimeout(limit)
    inbox = Inbox(connection)
    try:
        connection.connect(address)
        send(connection, message, descriptors)
        return inbox.receive(), inbox
    except (OSError, EOFError) as error:
        connection.close()
        raise KernelError(
            f"The zygote at {address} does not answer: {error or 'it ended'}."
        ) from error


def _make_env(env: Mapping[str, str]) -> dict[str, str]:
    return {name: value for name, value in env.items() if name not in NOT_INHERITED}
