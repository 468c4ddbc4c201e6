"""The owner's side: starts a fork server, asks it for kernels, ends it or leaves it."""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import MappingProxyType
from typing import Any

from nbflow.base.private_folders import READY, UNSAFE, keep_for, make_folder, sweep_folders
from nbflow.errors import KernelError
from nbflow.executors.local.forkserver import idle_pool
from nbflow.executors.local.forkserver.forked_process import Process, is_readable
from nbflow.executors.local.forkserver.inherited_state import HERE
from nbflow.executors.local.forkserver.messages import (
    Adopt,
    Again,
    Ended,
    Inbox,
    Message,
    Question,
    Ready,
    Refused,
    Request,
    Role,
    State,
    Stay,
    send,
)

ADDRESS = "NBFLOW_FORKSERVER"  # an environment variable: the socket of a running fork server
NAMES = ("numpy", "pandas", "pyarrow", "duckdb")
LIMIT = 60.0  # seconds; a fork server that still imports answers late
FAREWELL = 3.0  # seconds for a fork server to end its kernels
MOST = 6  # fork servers that wait for a next run, of about 100 MB each: those of three projects
_running: dict[Role, str] = {}  # addresses of those that this process has
NOT_INHERITED = (ADDRESS, "JPY_PARENT_PID", "JPY_INTERRUPT_EVENT", "NBFLOW_JOB", "JPY_SESSION_NAME")


class Owner:
    """A fork server that belongs to this process; `address` is its socket.

    It ends with this process, unless `leave` was called. `process` is None for a server that
    another process started.
    """

    def __init__(
        self, key: str, folder: Path, lifeline: socket.socket, pidfd: int, process: Any = None
    ) -> None:
        self.key, self.folder, self.lifeline = key, folder, lifeline
        self.pidfd, self.process = pidfd, process
        self.address = str(folder / "forkserver")

    def is_alive(self) -> bool:
        return not is_readable(self.pidfd, 0)

    def read_unsafe(self) -> dict[str, str]:
        """Return which library made the fork server refuse requests, and why; or nothing."""
        with contextlib.suppress(OSError, ValueError):
            return dict(json.loads((self.folder / UNSAFE).read_bytes()))
        return {}

    def close(self) -> None:
        """End the fork server and all its kernels."""
        self.lifeline.close()
        # Before READY exists the server reads no messages and has no kernels.
        patience = FAREWELL if (self.folder / READY).exists() else 0
        if not is_readable(self.pidfd, patience):
            signal.pidfd_send_signal(self.pidfd, signal.SIGKILL)
        self._forget()
        shutil.rmtree(self.folder, ignore_errors=True)

    def leave(self, seconds: float) -> None:
        """Leave the server idle for so many seconds: a process that needs the same may adopt it.

        Of more than MOST idle servers the oldest end now, and so does one that cannot be offered.
        """
        if (same := _adopt(self.key)) is not None:  # that of a run beside this one
            same._let_go(0)  # noqa: SLF001 - of the same class
        if self._let_go(seconds) and not idle_pool.offer(self.key, self.address):
            unfound = _adopt_at(self.key, self.address)
            if unfound is not None:
                unfound._let_go(0)  # noqa: SLF001 - as above
        for key in idle_pool.find_surplus(MOST):
            if (oldest := _adopt(key)) is not None:
                oldest._let_go(0)  # noqa: SLF001 - of the same class

    def _let_go(self, seconds: float) -> bool:
        """Tell the server to live on for so long; return False if it has ended."""
        try:
            send(self.lifeline, Stay(seconds))
        except OSError:
            self.close()
            return False
        self.lifeline.close()
        if self.process is not None:
            threading.Thread(target=self.process.wait, daemon=True).start()  # no zombie
        self._close_pidfd()
        return True

    def said(self) -> str:
        """Return the end of the server's stderr, which says why it does not answer."""
        with contextlib.suppress(OSError):
            return (self.folder / "log.txt").read_text("utf-8", "replace")[-4000:].strip()
        return ""

    def _forget(self) -> None:
        if self.process is not None:
            self.process.wait()
        else:
            is_readable(self.pidfd, None)
        self._close_pidfd()

    def _close_pidfd(self) -> None:
        os.close(self.pidfd)
        for role in [role for role, address in _running.items() if address == self.address]:
            del _running[role]


def start(
    names: Sequence[str] = NAMES,
    env: Mapping[str, str] | None = None,
    role: Role = "kernel",
    left_out: Mapping[str, str] = MappingProxyType({}),
) -> Owner:
    """Start a fork server that imports `names`, and return at once: it imports while you plan.

    `env` is the environment that its kernels will have, by default this process's own. `left_out`
    says why some of `names` are not imported. Returns an idle server that an earlier process
    left, if there is one with the same key.
    """
    sweep_folders()
    env = _make_env(os.environ if env is None else env)
    key = idle_pool.make_key(role, names, env)
    owner = _adopt(key) or _start(key, names, env, role, left_out)
    _running[role] = owner.address
    return owner


def find_running(role: Role) -> str:
    """Return the address of a fork server that this process has, "" where it has none."""
    return _running.get(role, "")


def _adopt(key: str) -> Owner | None:
    address = idle_pool.take(key)
    return None if address is None else _adopt_at(key, address)


def _adopt_at(key: str, address: str) -> Owner | None:
    ours, theirs = socket.socketpair()
    try:
        with theirs:
            answer, inbox = _exchange(address, Adopt(os.getpid()), (theirs.fileno(),), FAREWELL)
        inbox.connection.close()
        if isinstance(answer, State):
            return Owner(key, Path(address).parent, ours, os.pidfd_open(answer.pid))
    except (KernelError, OSError):  # it has ended, or ends
        pass
    ours.close()
    return None


def _start(
    key: str, names: Sequence[str], env: dict[str, str], role: Role, left_out: Mapping[str, str]
) -> Owner:
    folder = make_folder()
    listener = socket.socket(socket.AF_UNIX)
    listener.bind(str(folder / "forkserver"))
    listener.listen(64)
    ours, theirs = socket.socketpair()
    given = {
        "names": list(names),
        "left_out": dict(left_out),
        "folder": str(folder),
        "owner": os.getpid(),
        "listener": listener.fileno(),
        "lifeline": theirs.fileno(),
        "role": role,
    }
    with listener, theirs, (folder / "log.txt").open("wb") as log:
        process = subprocess.Popen(
            [
                sys.executable,
                "-Xfrozen_modules=off",
                "-m",
                "nbflow.executors.local.forkserver",
                json.dumps(given),
            ],
            cwd=HERE,
            env=env,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            start_new_session=True,
            pass_fds=(listener.fileno(), theirs.fileno()),
        )
    keep_for(folder, process.pid)
    return Owner(key, folder, ours, os.pidfd_open(process.pid), process)


def ask(address: str, limit: float = LIMIT) -> State:
    """Return the state of a server, once it has imported all its libraries."""
    answer, inbox = _exchange(address, Question(), (), limit)
    inbox.connection.close()
    if isinstance(answer, State):
        return answer
    raise KernelError(f"The fork server at {address} does not answer as one.")


def fork(
    address: str, request: Request, *descriptors: int, limit: float = LIMIT
) -> tuple[Process, Ready]:
    """Return a kernel whose sockets are bound, and how to reach it; or a worker.

    Raises KernelError where the fork server refuses or is gone: start an ordinary kernel then.
    """
    answer, inbox = _exchange(address, request, descriptors, limit)
    if isinstance(answer, Ended):  # a spare that was killed: nothing of the user's ran in it
        _forget(inbox)
        answer, inbox = _exchange(address, request, descriptors, limit)
    if isinstance(answer, Ready):
        (pidfd,) = inbox.take()
        return Process(inbox, answer, pidfd), answer
    _forget(inbox)
    code = answer.code if isinstance(answer, Ended) else "unknown"
    why = answer.why if isinstance(answer, Refused) else f"it died while it started ({code})"
    raise KernelError(f"No kernel could be forked: {why}.")


def _forget(inbox: Inbox) -> None:
    inbox.connection.close()
    inbox.drop()


def _exchange(
    address: str, message: Message, descriptors: tuple[int, ...], limit: float
) -> tuple[Message, Inbox]:
    connection = socket.socket(socket.AF_UNIX)
    connection.settimeout(limit)
    inbox = Inbox(connection)
    try:
        connection.connect(address)
        send(connection, message, descriptors)
        answer = inbox.receive()
    except (OSError, EOFError) as error:
        connection.close()
        inbox.drop()
        raise KernelError(
            f"The fork server at {address} does not answer: {error or 'it ended'}."
        ) from error
    if not isinstance(answer, Again):
        return answer, inbox
    _forget(inbox)
    return _exchange(address, message, descriptors, limit)


def _make_env(env: Mapping[str, str]) -> dict[str, str]:
    return {name: value for name, value in env.items() if name not in NOT_INHERITED}
