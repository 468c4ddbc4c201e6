"""Kernel clients that know when a forked kernel is ready, instead of waiting for silence."""

from __future__ import annotations

import contextlib
import functools
import inspect
import time
from queue import Empty
from typing import Any

from jupyter_core.utils import ensure_async, run_sync

from nbflow.executors.local.engine.ready_handshake import Greeting


@functools.cache
def make_client_class(kind: type) -> type:
    """Return the class of clients with a `wait_for_ready` that does not flush."""
    if hasattr(kind, "wait_quickly"):
        return kind
    blocking = not inspect.iscoroutinefunction(kind.wait_for_ready)  # type: ignore[attr-defined]
    wait = run_sync(wait_quickly) if blocking else wait_quickly
    body = {"wait_quickly": wait_quickly, "wait_for_ready": wait, "met": False}
    return type(kind.__name__, (kind,), body)


async def wait_quickly(self: Any, timeout: float | None = None) -> None:  # noqa: ASYNC109  # theirs
    """Wait until the kernel is ready."""
    deadline = time.monotonic() + (60.0 if timeout is None else timeout)
    greeting = Greeting(self, welcome=not self.met)
    while not greeting.over:
        greeting.ask()
        await _receive(greeting, "shell", self.shell_channel)
        await _receive(greeting, "iopub", self.iopub_channel)
        if not await self._async_is_alive():
            raise RuntimeError("Kernel died before replying to kernel_info")
        if time.monotonic() > deadline:
            raise RuntimeError(f"Kernel didn't respond in {timeout} seconds")
    self.met = True
    self._handle_kernel_info_reply(greeting.info)


async def _receive(greeting: Greeting, name: str, channel: Any) -> None:
    """Take a channel's messages until it has said what is waited for, or says nothing."""
    with contextlib.suppress(Empty):
        while not (greeting.heard if name == "iopub" else greeting.info):
            message = await ensure_async(channel.get_msg(timeout=greeting.patience))
            greeting.take(name, message)
