"""A forked kernel as its owner sees it, with the calls of `subprocess.Popen`."""

from __future__ import annotations

import contextlib
import os
import select
import signal
import socket
import subprocess
import threading

from nbflow.executors.local.forkserver.messages import Ended, Inbox, Ready

LAST = 2.0  # seconds from a process's end to the fork server's word on it


class Process:
    """The kernel lives no longer than this object's connection is open."""

    stdin = stdout = stderr = None

    def __init__(self, inbox: Inbox, ready: Ready, pidfd: int) -> None:
        self.pid = self.pgid = ready.pid
        self.returncode: int | None = None
        self._inbox = inbox
        self._pidfd = pidfd
        self._lock = threading.Lock()

    def __del__(self) -> None:
        self._close()

    def poll(self) -> int | None:
        """Return the exit code, None while it runs."""
        if self.returncode is None and is_readable(self._pidfd, 0):
            self._finish()
        return self.returncode

    def wait(self, timeout: float | None = None) -> int:
        """Wait for the end; raise subprocess.TimeoutExpired after `timeout` seconds."""
        if self.returncode is None:
            if not is_readable(self._pidfd, timeout):
                raise subprocess.TimeoutExpired(f"kernel {self.pid}", timeout or 0.0)
            self._finish()
        return self.returncode or 0

    async def wait_async(self) -> int:
        """Wait for the end, woken by it."""
        if self.returncode is None:
            await _wait_readable(self._pidfd)
            self._finish()
        return self.returncode or 0

    def send_signal(self, number: int) -> None:
        """Signal the process group; the process alone if it has left its group."""
        if self.poll() is not None:
            return
        try:
            os.killpg(self.pgid, number)
        except OSError:
            with contextlib.suppress(ProcessLookupError):
                signal.pidfd_send_signal(self._pidfd, number)

    def terminate(self) -> None:
        self.send_signal(signal.SIGTERM)

    def kill(self) -> None:
        self.send_signal(signal.SIGKILL)

    def _finish(self) -> None:
        """Take the exit code from the fork server, which tells it once the whole group is gone."""
        with self._lock:
            if self.returncode is None:
                self.returncode = self._receive_code()
                self._close()

    def _receive_code(self) -> int:
        self._inbox.connection.settimeout(LAST)
        with contextlib.suppress(EOFError, OSError):
            message = self._inbox.receive()
            if isinstance(message, Ended):
                return message.code
        return -signal.SIGKILL  # the fork server died, and its kernels with it

    def _close(self) -> None:
        self._inbox.connection.close()
        pidfd, self._pidfd = self._pidfd, -1
        if pidfd >= 0:
            os.close(pidfd)


def is_readable(descriptor: int | socket.socket, timeout: float | None) -> bool:
    """Wait until there is something to read; `timeout` in seconds, None for ever."""
    poll = select.poll()  # not select.select: it takes no number above 1023
    poll.register(descriptor, select.POLLIN)
    return bool(poll.poll(None if timeout is None else timeout * 1000))


async def _wait_readable(descriptor: int) -> None:
    """Await something to read. Its own number: one loop keeps one callback for each."""
    import asyncio  # noqa: PLC0415 - 20 ms, and a run waits otherwise

    loop = asyncio.get_running_loop()
    own = os.dup(descriptor)
    readable = asyncio.Event()
    loop.add_reader(own, readable.set)
    try:
        await readable.wait()
    finally:
        loop.remove_reader(own)
        os.close(own)
