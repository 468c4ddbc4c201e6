"""A process of nbflow: garbage collected seldom, streams that are gone, an end without delay."""

from __future__ import annotations

import atexit
import gc
import os
import sys
import threading
from pathlib import Path
from typing import TextIO


def collect_seldom() -> None:
    """Look for garbage less often: a plan makes many values and no cycles.

    It takes a third less time, and with 10,000 steps as much for each as with 100.
    """
    gc.set_threshold(100_000, 20, 50)


def open_nothing() -> TextIO:
    """Return what stands for a stream that was closed or cannot be written."""
    return Path(os.devnull).open("w", encoding="utf-8")


def finish() -> None:
    """Wait for threads and call what is registered for the end, as Python does."""
    threading._shutdown()  # type: ignore[attr-defined]  # noqa: SLF001
    atexit._run_exitfuncs()  # noqa: SLF001


def leave(code: object) -> None:
    """End the process with this code; return where Python must end it itself.

    Freeing what a plan of 1,000 notebooks made takes a tenth of its time.
    """
    if not isinstance(code, int | None) or sys.getprofile() or sys.gettrace() or sys.flags.inspect:
        return
    finish()
    try:
        for stream in (sys.stdout, sys.stderr):
            stream.flush()
    except (AttributeError, OSError, ValueError):  # a full disk, which Python tells of
        return
    os._exit(code or 0)
