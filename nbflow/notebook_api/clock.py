"""How long this kernel's calls read and wrote: two numbers, which the watcher's report gives back.

A moment counts once, whatever number of threads is at it: to writing, else to reading.
"""

from __future__ import annotations

import contextlib
import threading
import time
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from collections.abc import Iterator

spent = {"writing": 0.0, "reading": 0.0}  # seconds
_under_way = {"writing": 0, "reading": 0}  # calls
_lock = threading.Lock()
_since = 0.0  # when the last call began or ended


@contextlib.contextmanager
def timed(kind: Literal["reading", "writing"]) -> Iterator[None]:
    """Add the time of what is within."""
    _change(kind, 1)
    try:
        yield
    finally:
        _change(kind, -1)


def _change(kind: str, by: int) -> None:
    global _since  # noqa: PLW0603 - the one clock of a process
    with _lock:
        now = time.monotonic()
        at = next((one for one, count in _under_way.items() if count), None)
        if at is not None:
            spent[at] += now - _since
        _since = now
        _under_way[kind] += by
