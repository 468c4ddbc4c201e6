"""What an ordinary end of Python would still write: the buffers of files that nobody closed."""

from __future__ import annotations

import contextlib
import gc
import io
import sys
from typing import Any

FILE: type = io.IOBase.__mro__[1]  # of all files; unlike io.IOBase it is asked in no time
BUFFERS = (io.BufferedWriter, io.BufferedRandom)
LAST = ("last_exc", "last_type", "last_value", "last_traceback")  # they hold a failed cell's frames


def write_unwritten() -> None:
    """Let go of what failed, and write what open files have in their buffers.

    First without collecting garbage: of a file in a cycle, Python may close first what is beneath
    its buffer. Then again: what was closed, or has a `__del__`, has written into others.
    """
    for name in LAST:
        vars(sys).pop(name, None)
    _write_all()
    gc.collect()
    _write_all()


def _write_all() -> None:
    for file in sorted(filter(_is_open, gc.get_objects()), key=_rank):
        with contextlib.suppress(Exception):
            _finish(file)


def _is_open(found: Any) -> bool:
    """Tell a file that may hold what is not written; the process's streams end by themselves."""
    kind = type(found)
    if not issubclass(kind, FILE) or kind is io.FileIO:
        return False
    if kind.__module__.startswith(("ipykernel.", "nbflow.")):
        return False
    try:
        return not found.closed and bool(found.writable())
    except Exception:  # noqa: BLE001 - a class of somebody's
        return False


def _rank(file: Any) -> int:
    """Order files so that what one writes into another is written by that one, now or next."""
    return 0 if isinstance(file, io.TextIOWrapper) else 1 if isinstance(file, BUFFERS) else 2


def _finish(file: Any) -> None:
    """Write a buffer; close others, as gzip's, which write something at their end."""
    if isinstance(file, (*BUFFERS, io.TextIOWrapper)):
        file.flush()
    else:
        file.close()
