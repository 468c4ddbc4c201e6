"""Files and folders that the disk is made to keep: what a loss of power leaves."""

from __future__ import annotations

import contextlib
import os
from pathlib import Path


def flush(path: Path | str) -> None:
    """Have the disk keep a file's content, or a folder's entries; raises OSError."""
    if os.name == "posix":  # Windows flushes only what is open for writing
        descriptor = os.open(path, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


def flush_folder(folder: Path | str) -> None:
    """Have the disk keep a folder's entries, where the file system can."""
    with contextlib.suppress(OSError):
        flush(folder)


def write_file(path: Path, content: bytes, *, lasting: bool = True) -> None:
    """Write a file aside, flush it to the disk, and rename it into place.

    One that is not `lasting` is not waited for: a broken one costs no more than a new run.
    """
    aside = path.with_name(f".{path.name}.{os.getpid()}.{os.urandom(2).hex()}.part")
    try:
        with aside.open("wb") as file:
            file.write(content)
            file.flush()
            if lasting:
                os.fsync(file.fileno())
        aside.replace(path)
    except BaseException:
        aside.unlink(missing_ok=True)
        raise
