"""How long a kernel's calls read and wrote."""

from __future__ import annotations

import contextlib
import threading
import time
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from collections.abc import Iterator


class Clock:
    """The seconds of reading and writing, which the watcher reports.

    Calls in several threads at once count once: as writing if one of them writes.
    """

    def __init__(self) -> None:
        self.spent = {"writing": 0.0, "reading": 0.0}
        self._under_way = {"writing": 0, "reading": 0}  # calls
        self._lock = threading.Lock()
        self._since = 0.0  # when the last call began or ended

    @contextlib.contextmanager
    def timed(self, kind: Literal["reading", "writing"]) -> Iterator[None]:
        """Count the time of the block."""
        self._change(kind, 1)
        try:
            yield
        finally:
            self._change(kind, -1)

    def _change(self, kind: str, by: int) -> None:
        with self._lock:
            now = time.monotonic()
            at = next((one for one, count in self._under_way.items() if count), None)
            if at is not None:
                self.spent[at] += now - self._since
            self._since = now
            self._under_way[kind] += by
