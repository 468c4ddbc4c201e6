"""Requests to a kernel's main thread, one after the other."""

from __future__ import annotations

import asyncio
import contextvars
from collections import deque
from functools import partial
from typing import Any

COMMS = ("comm_open", "comm_msg", "comm_close")


class Turns:
    """Begins each request when the request before it has ended.

    A cell may run the event loop itself, as nest_asyncio does. ipykernel then begins the next
    request inside the cell, in the cell's own context. asyncio refuses that, and the request is
    lost. Messages of widgets do not wait: such a cell may wait for them.
    """

    def __init__(self, kernel: Any) -> None:
        self._kernel = kernel
        self._context = contextvars.copy_context()  # what a cell sets there, the next one finds
        self._waiting: deque[Any] = deque()
        self._task: asyncio.Task[None] | None = None

    def take(self, frames: Any) -> None:
        """Take a request's frames."""
        if self._task is None:
            self._begin(frames)
        elif self._is_for_widgets(frames):
            self._start(frames, contextvars.copy_context())
        else:
            self._waiting.append(frames)

    def _begin(self, frames: Any) -> None:
        self._task = self._start(frames, self._context)
        self._task.add_done_callback(self._go_on)

    def _start(self, frames: Any, context: contextvars.Context) -> asyncio.Task[None]:
        execute = partial(self._kernel.shell_main, None, frames)
        return asyncio.get_running_loop().create_task(execute(), context=context)

    def _go_on(self, _: object) -> None:
        self._task = None
        if self._waiting:
            self._begin(self._waiting.popleft())

    def _is_for_widgets(self, frames: Any) -> bool:
        session = self._kernel.session
        try:
            _, parts = session.feed_identities(frames, copy=False)
            message = session.deserialize(parts, content=False, copy=False)
        except Exception:  # noqa: BLE001  # whoever begins it says what is wrong
            return False
        return message["header"]["msg_type"] in COMMS
