"""The children of a fork server: who owns each of them, and how it ends."""

from __future__ import annotations

import contextlib
import gc
import os
import selectors
import shutil
import signal
import socket
from collections.abc import Callable
from pathlib import Path

import msgspec

from nbflow.executors.local.forkserver.child_bootstrap import Birth
from nbflow.executors.local.forkserver.messages import Ended, Request, say, send

LIMIT = 1.0  # seconds to hand a request to a spare


class Child(msgspec.Struct, eq=False):
    """A forked process. `connection` leads to its owner, `channel` to a spare."""

    pid: int
    pidfd: int
    folder: Path
    connection: socket.socket | None = None
    channel: socket.socket | None = None


class Children:
    """All children by pid. A child ends with its owner, and its own child processes end with it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.by_pid: dict[int, Child] = {}
        self.selector = selectors.PollSelector()
        self.count = 0

    def watch(self, what: int | socket.socket, step: Callable[[], None]) -> None:
        """Call `step` when `what` can be read. An earlier step for it is replaced."""
        with contextlib.suppress(KeyError):
            self.selector.unregister(what)
        self.selector.register(what, selectors.EVENT_READ, step)

    def fork(
        self, request: Request, connection: socket.socket, descriptors: tuple[int, ...]
    ) -> Child | Birth:
        """Fork a kernel; without descriptors it is a spare, for a request like this one."""
        folder = self._choose_folder(request)
        gc.freeze()  # a collection in a child would copy every page of what was imported
        parent, pid = os.getpid(), os.fork()
        if pid == 0:
            self._let_go(connection)
            return Birth(parent, request, connection, folder, descriptors, spare=not descriptors)
        child = Child(pid, os.pidfd_open(pid), folder)
        self.by_pid[pid] = child
        self.watch(child.pidfd, lambda: self._bury(child))
        return child

    def fork_spare(self, request: Request) -> Child | Birth:
        """Fork a kernel that waits for a request."""
        ours, theirs = socket.socketpair()
        child = self.fork(request, theirs, ())
        if isinstance(child, Birth):
            ours.detach()
            return child
        theirs.close()
        ours.settimeout(LIMIT)
        child.channel = ours
        return child

    def hand_over(
        self, spare: Child, request: Request, connection: socket.socket, descriptors: list[int]
    ) -> bool:
        """Give a spare the request it waits for; False: it has died."""
        try:
            with spare.channel as channel:  # type: ignore[union-attr]
                send(channel, request, [connection.fileno(), *descriptors])
        except OSError:
            return False
        return True

    def attach(self, child: Child, connection: socket.socket) -> None:
        """Bind a child to its owner's connection: if one ends, the other is ended."""
        child.connection, child.channel = connection, None
        self.watch(connection, lambda: self._abandon(child))

    def kill(self, child: Child) -> None:
        """Kill a child and its child processes. Its pid stays taken until `_bury`."""
        for kill in (os.killpg, os.kill):
            with contextlib.suppress(ProcessLookupError, PermissionError):
                kill(child.pid, signal.SIGKILL)

    def have_owners(self) -> bool:
        """Tell whether any child has an owner; spares have none."""
        return any(child.connection is not None for child in self.by_pid.values())

    def count_descriptors(self) -> int:
        """Return how many descriptors the fork server holds for children and connections."""
        channels = sum(child.channel is not None for child in self.by_pid.values())
        return len(self.selector.get_map()) + channels

    def bury_dead(self) -> None:
        """Bury the children that have ended; do nothing else."""
        pidfds = {child.pidfd: child for child in self.by_pid.values()}
        for key, _ in self.selector.select(0):
            if key.fd in pidfds:
                self._bury(pidfds[key.fd])

    def abandon_all(self) -> None:
        """End all children that have an owner; spares stay."""
        for child in self.by_pid.values():
            if child.connection is not None:
                self._abandon(child)

    def end(self) -> None:
        """Kill all, and wait until they are gone."""
        for child in self.by_pid.values():
            self.kill(child)
        for child in list(self.by_pid.values()):
            self._bury(child)

    def _choose_folder(self, request: Request) -> Path:
        """Return the folder for a kernel's sockets: after a restart the same as before."""
        before = Path(request.connection.get("ip", "")).parent
        if before.parent == self.folder:
            return before
        self.count += 1
        return self.folder / f"k{self.count}"

    def _let_go(self, kept: socket.socket) -> None:
        """In a child: detach the server's sockets. Their numbers are closed and used again soon."""
        held = [key.fileobj for key in self.selector.get_map().values()]
        for holder in (*held, *(child.channel for child in self.by_pid.values())):
            if isinstance(holder, socket.socket) and holder is not kept:
                holder.detach()

    def _abandon(self, child: Child) -> None:
        """End a kernel whose owner is gone."""
        if child.connection is not None:
            self.selector.unregister(child.connection)
            child.connection.close()
            child.connection = None
        self.kill(child)

    def _bury(self, child: Child) -> None:
        """End the processes that a dead child left, and send its exit code to its owner."""
        self.kill(child)
        _, status = os.waitpid(child.pid, 0)
        self.selector.unregister(child.pidfd)
        os.close(child.pidfd)
        del self.by_pid[child.pid]
        shutil.rmtree(child.folder, ignore_errors=True)
        if child.channel is not None:
            child.channel.close()
        if child.connection is not None:
            say(child.connection, Ended(os.waitstatus_to_exitcode(status)))
            self.selector.unregister(child.connection)
            child.connection.close()
