"""Stops a run at Ctrl-C, `kill` or a closed terminal; a second Ctrl-C stops it at once."""

from __future__ import annotations

import contextlib
import os
import signal
import sys
import threading
from collections.abc import Callable, Iterator
from types import FrameType

_SHOW, _HIDE = b"\x1b[?25h", b"\x1b[?25l"  # the cursor, in a terminal's own code
_NAMES = ("SIGINT", "SIGTERM", "SIGHUP")  # Windows has no SIGHUP


@contextlib.contextmanager
def stopping(say: Callable[[str], None]) -> Iterator[threading.Event]:
    """Give an event that these signals set, after `say`; a second Ctrl-C interrupts as usual.

    A signal that was ignored when the program started stays ignored: `nohup` ignores SIGHUP, and
    a shell ignores SIGINT for what it starts in the background.
    """
    stop = threading.Event()

    def ask(number: int, _: FrameType | None) -> None:
        if stop.is_set() and number == signal.SIGINT:
            raise KeyboardInterrupt
        stop.set()
        say(_say(number))

    found = [getattr(signal, name) for name in _NAMES if hasattr(signal, name)]
    found = [number for number in found if signal.getsignal(number) is not signal.SIG_IGN]
    before = {number: signal.signal(number, ask) for number in found}
    try:
        yield stop
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


@contextlib.contextmanager
def showing_cursor() -> Iterator[None]:
    """Give the shell its cursor while Ctrl-Z suspends the program: the live table hides it."""
    if not sys.stdout.isatty() or not hasattr(signal, "SIGTSTP"):
        yield
        return
    terminal = sys.stdout.fileno()

    def suspend(number: int, _: FrameType | None) -> None:
        os.write(terminal, _SHOW)  # rich has taken sys.stdout over
        signal.signal(number, signal.SIG_DFL)
        os.kill(os.getpid(), number)  # returns when the shell's `fg` continues it
        signal.signal(number, suspend)
        os.write(terminal, _HIDE)

    before = signal.signal(signal.SIGTSTP, suspend)
    try:
        yield
    finally:
        signal.signal(signal.SIGTSTP, before)


def _say(number: int) -> str:
    if number == signal.SIGINT:
        return "Stopping. Ctrl-C again stops at once."
    return f"Stopping, as {signal.Signals(number).name} asks."
