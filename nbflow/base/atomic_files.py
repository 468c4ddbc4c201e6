"""Files written aside and renamed into place: whoever finds one finds the whole of it."""

from __future__ import annotations

import contextlib
import os
import shutil
from collections.abc import Iterator
from pathlib import Path


@contextlib.contextmanager
def replacing(path: Path) -> Iterator[Path]:
    """Yield the path of a new file or folder, which takes the place of `path` in the end.

    After an error nothing is left of it, and `path` is as it was.
    """
    part = make_part(path)
    try:
        yield part
        _take_place(part, path)
    except BaseException:
        with contextlib.suppress(OSError):
            remove(part)
        raise


def make_part(path: Path) -> Path:
    """Return the path, beside `path`, of what is to take its place; nothing is there yet."""
    return path.with_name(f".{path.name}.{os.getpid()}.{os.urandom(2).hex()}.part")


def _take_place(part: Path, path: Path) -> None:
    """Rename to `path`; a folder that is there goes, which no single rename can do."""
    if not (part.is_dir() and path.is_dir()):
        part.replace(path)
        return
    old = make_part(path)
    path.rename(old)
    try:
        part.rename(path)
    except BaseException:
        old.rename(path)
        raise
    remove(old)


def write_file(path: Path, content: bytes, *, durable: bool = True) -> None:
    """Write a file aside, flush it to the disk, and rename it into place.

    One that is not `durable` is not waited for: a broken one costs no more than a new run.
    """
    with replacing(path) as part, part.open("wb") as file:
        file.write(content)
        file.flush()
        if durable:
            os.fsync(file.fileno())


def remove(path: Path) -> None:
    """Remove a file, or a folder with all that it holds, if it is there; raises OSError."""
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)


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
