"""Ctrl-C, `kill` and a closed terminal: asked once politely, then at once."""

from __future__ import annotations

import contextlib
import signal
import threading
from collections.abc import Callable, Iterator
from types import FrameType

_NAMES = ("SIGINT", "SIGTERM", "SIGHUP")  # Windows has no SIGHUP


@contextlib.contextmanager
def stopping(say: Callable[[], None]) -> Iterator[threading.Event]:
    """Give an event that these signals set, after `say`; a second Ctrl-C interrupts as usual."""
    stop = threading.Event()

    def ask(number: int, _: FrameType | None) -> None:
        if stop.is_set() and number == signal.SIGINT:
            raise KeyboardInterrupt
        stop.set()
        say()

    found = [getattr(signal, name) for name in _NAMES if hasattr(signal, name)]
    before = {number: signal.signal(number, ask) for number in found}
    try:
        yield stop
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
