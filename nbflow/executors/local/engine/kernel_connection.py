"""Waits, in one call, for a kernel's messages and for the end of its process."""

from __future__ import annotations

import math
import os
import time
from collections.abc import Callable
from typing import Any

import zmq
from jupyter_client import AsyncKernelClient
from jupyter_client.channels import ZMQSocketChannel
from jupyter_core.utils import run_sync
from traitlets import Instance, Type

from nbflow.executors.local.engine import message_packing
from nbflow.executors.local.engine.kernel_side import AHEAD, NUMBER
from nbflow.executors.local.engine.pipelined_request import Ahead
from nbflow.executors.local.engine.ready_handshake import Greeting, Message

LOOK = 0.1  # seconds between looks at a process that nothing tells of
DRAIN = 0.3  # seconds for what a dead kernel still sent


class Outputs(ZMQSocketChannel):  # type: ignore[misc]
    """The channel of what a kernel publishes, which notices what is lost on the way."""

    _last = 0  # the number of the last message, 0 before the first that has one
    _missing = 0

    def hold_back(self) -> None:
        """Take no more than is read: the kernel waits with the rest."""
        self.socket.setsockopt(zmq.RCVHWM, AHEAD)

    def take_missing(self) -> int:
        """Return how many messages were lost since this was last asked."""
        missing, self._missing = self._missing, 0
        return missing

    def _recv(self, **options: Any) -> Message:
        frames = self.socket.recv_multipart(**options)
        if frames[0].startswith(NUMBER):
            number = int(frames[0].removeprefix(NUMBER))
            self._missing += max(0, number - self._last - 1) if self._last else 0
            self._last = number
        _, parts = self.session.feed_identities(frames)
        message: Message = self.session.deserialize(parts)
        return message


class WireClient(AsyncKernelClient):  # type: ignore[misc]
    """jupyter_client's client on plain sockets: what an asynchronous manager gives out."""

    context = Instance(zmq.Context)
    shell_channel_class = Type(ZMQSocketChannel)
    iopub_channel_class = Type(Outputs)

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self.ahead = Ahead(self)
        message_packing.use(self.session)

    def execute(self, code: str, **options: Any) -> str:
        """Send code, unless it was sent ahead as a cell; return the request."""
        asked = "" if options.get("silent") else self.ahead.take(code, options)
        return asked or str(super().execute(code, **options))

    def connect_iopub(self, identity: bytes | None = None) -> Any:
        """Connect without a limit to what waits here: a kernel drops what is not taken."""
        socket = super().connect_iopub(identity)
        socket.setsockopt(zmq.RCVHWM, 0)
        return socket

    def start_channels(self) -> None:
        """Start the two that are used: a heart need not beat where the process is watched."""
        super().start_channels(stdin=False, hb=False, control=False)

    def stop_channels(self) -> None:
        """Stop them; jupyter_client makes the others first, to stop those too."""
        self.ahead.close()
        self.shell_channel.stop()
        self.iopub_channel.stop()


class EndedError(Exception):
    """The kernel's process has ended, and all its messages were read."""


class Wire:
    """A kernel's shell and iopub channels, and its process.

    nbclient has three tasks for each cell, which poll; here one call wakes for whatever comes.
    """

    def __init__(self, client: Any, manager: Any, resting: Callable[[], None]) -> None:
        self._resting = resting  # called before it waits
        self._channels = {"iopub": client.iopub_channel, "shell": client.shell_channel}
        self._manager = manager
        self._poller = zmq.Poller()
        for channel in self._channels.values():
            self._poller.register(channel.socket, zmq.POLLIN)
        self._pidfd = _open_pidfd(manager)
        if self._pidfd is not None:
            self._poller.register(self._pidfd, zmq.POLLIN)

    def take(self, seconds: float | None = None) -> tuple[str, Message] | None:
        """Return a message and its channel; None if none comes within `seconds`.

        Raises EndedError where none will come any more.
        """
        deadline = float("inf") if seconds is None else time.monotonic() + seconds
        while (found := self._find()) is None:
            self._resting()
            left = deadline - time.monotonic()
            if left <= 0:
                return None
            if self._wait(left) and not self._wait_for_rest():
                raise EndedError
        return found

    def close(self) -> None:
        if self._pidfd is not None:
            os.close(self._pidfd)
            self._pidfd = None

    def _find(self) -> tuple[str, Message] | None:
        """Return what is there; outputs before the reply that ends them."""
        for name, channel in self._channels.items():
            if channel.socket.get(zmq.EVENTS) & zmq.POLLIN:
                return name, channel.get_msg(timeout=0)
        return None

    def _wait(self, seconds: float) -> bool:
        """Wait for something to happen; return whether the process has ended."""
        if self._pidfd is None:
            seconds = min(seconds, LOOK)
        ready = dict(
            self._poller.poll(None if seconds == float("inf") else math.ceil(seconds * 1000))
        )
        if self._pidfd is None:
            return not ready and not run_sync(self._manager.is_alive)()
        return self._pidfd in ready

    def _wait_for_rest(self) -> bool:
        """Return whether something is still under way from a process that has ended."""
        sockets = [channel.socket for channel in self._channels.values()]
        deadline = time.monotonic() + DRAIN
        while time.monotonic() < deadline:
            if any(socket.poll(LOOK * 100) for socket in sockets):
                return True
        return False


def greet(wire: Wire, client: Any, seconds: float) -> Message:
    """Wait until a kernel is ready; return its `kernel_info_reply`.

    Raises RuntimeError, as jupyter_client does, and EndedError.
    """
    deadline = time.monotonic() + seconds
    greeting = Greeting(client)
    while not greeting.over:
        if time.monotonic() > deadline:
            raise RuntimeError(f"Kernel didn't respond in {seconds:g} seconds")
        greeting.ask()
        while not greeting.over and (found := wire.take(greeting.patience)):
            greeting.take(*found)
    return greeting.info or {}


def _open_pidfd(manager: Any) -> int | None:
    """Return what wakes when the kernel's process ends; None where nothing does."""
    process = getattr(getattr(manager, "provisioner", None), "process", None)
    pid = getattr(process, "pid", None)
    if not isinstance(pid, int) or not hasattr(os, "pidfd_open"):
        return None
    try:
        return os.pidfd_open(pid)
    except OSError:  # it has ended, and somebody has seen it
        return None
