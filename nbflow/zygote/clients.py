"""Kernel clients that know when a forked kernel is ready, instead of waiting for silence."""

from __future__ import annotations

import functools
import inspect
import time
from queue import Empty
from typing import Any

from jupyter_core.utils import ensure_async, run_sync

REPLY = 1.0  # seconds, after which to ask again
POKE = 0.03  # seconds; `iopub_welcome` was lost 5 times in 3,000


@functools.cache
def make_client_class(kind: type) -> type:
    """Return the class of clients with a `wait_for_ready` that does not flush.

    jupyter_client's waits until nothing came for 0.2 s: who connects to an older kernel may hear
    what is for others. Here it is known what an answer looks like.
    """
    if hasattr(kind, "wait_quickly"):
        return kind
    blocking = not inspect.iscoroutinefunction(kind.wait_for_ready)  # type: ignore[attr-defined]
    wait = run_sync(wait_quickly) if blocking else wait_quickly
    body = {"wait_quickly": wait_quickly, "wait_for_ready": wait, "met": False}
    return type(kind.__name__, (kind,), body)


async def wait_quickly(self: Any, timeout: float | None = None) -> None:  # noqa: ASYNC109  # theirs
    """Wait until the kernel has answered on shell, and is known to be heard on iopub."""
    deadline = time.monotonic() + (60.0 if timeout is None else timeout)
    asked: set[str] = set()
    replied = heard = None
    while not (replied and heard):
        asked.add(self.kernel_info())
        replied = replied or await _find_reply(self.shell_channel, asked)
        heard = heard or await _hear(self.iopub_channel, asked, welcome=not self.met)
        if not await self._async_is_alive():
            raise RuntimeError("Kernel died before replying to kernel_info")
        if time.monotonic() > deadline:
            raise RuntimeError(f"Kernel didn't respond in {timeout} seconds")
    self.met = True
    self._handle_kernel_info_reply(replied)


async def _find_reply(channel: Any, asked: set[str]) -> Any | None:
    async for message in _receive(channel, REPLY):
        if message["parent_header"].get("msg_id") in asked:
            return message
    return None


async def _hear(channel: Any, asked: set[str], *, welcome: bool) -> bool:
    """Tell whether iopub is connected. After a restart, a welcome may be the last kernel's."""
    async for message in _receive(channel, POKE):
        if message["parent_header"].get("msg_id") in asked:
            return True
        if welcome and message["msg_type"] == "iopub_welcome":
            return True
    return False


async def _receive(channel: Any, seconds: float) -> Any:
    """Yield messages until none comes for so long."""
    while True:
        try:
            yield await ensure_async(channel.get_msg(timeout=seconds))
        except Empty:
            return
