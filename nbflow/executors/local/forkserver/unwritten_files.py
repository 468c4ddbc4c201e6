"""Writes the buffers of open files, as Python does at its ordinary end."""

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
    """Drop the last error's frames, and write the buffers of all open files.

    The first pass comes before garbage collection: in a cycle, Python may close the raw file
    before its buffer. The second pass writes what closing and `__del__` have written meanwhile.
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
    """Tell whether an object is an open file with a buffer, but none of the kernel's streams."""
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
    """Return the order of writing: text files write into buffers, so they come first."""
    return 0 if isinstance(file, io.TextIOWrapper) else 1 if isinstance(file, BUFFERS) else 2


def _finish(file: Any) -> None:
    """Write a buffer; close others, as gzip's, which write something at their end."""
    if isinstance(file, (*BUFFERS, io.TextIOWrapper)):
        file.flush()
    else:
        file.close()
