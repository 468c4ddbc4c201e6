"""A result's DuckDB file: its mark, who makes it alone, and what a killed process left of one."""

from __future__ import annotations

import os
import platform
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import msgspec

from nbflow.base.flushing import write_file
from nbflow.model import Mark
from nbflow.storage.results.local import TABLES
from nbflow.storage.results.marks import GONE, SMALL, find_difference, is_changed

_MARK = "tables.json"
_SUFFIX = ".part"


def write_mark(folder: Path, mark: Mark) -> None:
    """Keep the mark of the file that has just been put in place."""
    write_file(folder / _MARK, msgspec.json.encode(mark), lasting=False)


def find_fault(folder: Path, *, whole: bool = False) -> str:
    """Return why a result's DuckDB file cannot be used, "" where it can as far as is known.

    Its size is always compared, its content where it is small, was changed since, or the `whole` is
    asked for.
    """
    if not (folder / TABLES).exists():  # its run has not come to it, or was killed before
        return GONE
    try:
        made = msgspec.json.decode((folder / _MARK).read_bytes(), type=Mark)
    except (OSError, ValueError):  # between two renames
        return ""

    def needs_hash(found: os.stat_result, mark: Mark) -> bool:
        return whole or found.st_size <= SMALL or is_changed(found, mark)

    return find_difference(folder / TABLES, made, needs_hash)


@contextmanager
def alone(folder: Path, *, wait: bool = True) -> Iterator[bool]:
    """Keep other processes from filling the same file, where the system can: it saves work.

    Gives False where it cannot, and another one may be filling too. BlockingIOError: another one
    is filling, and `wait` is False.
    """
    lock = os.open(folder, os.O_RDONLY) if os.name == "posix" else None
    held = False
    try:
        if lock is not None:
            import fcntl  # noqa: PLC0415 - not on Windows

            try:
                fcntl.flock(lock, fcntl.LOCK_EX | (0 if wait else fcntl.LOCK_NB))
                held = True
            except BlockingIOError:
                raise
            except OSError:  # a file system without locks
                pass
        yield held
    finally:
        if lock is not None:
            os.close(lock)


def make_part(folder: Path) -> Path:
    """Return where this process makes the file."""
    return folder / f"{_start()}{os.getpid()}{_SUFFIX}"


def remove_parts(folder: Path, start: str = "") -> None:
    """Remove what a killed process left, and the journals that DuckDB keeps beside.

    Never what another process may be writing: that of another machine, which a lock need not keep
    out, and where there are no locks that of any other process, whose names do not begin so.
    """
    for part in find_parts(folder):
        if part.name.startswith(start):
            part.unlink(missing_ok=True)


def find_parts(folder: Path) -> list[Path]:
    """Return what processes of this machine make or left in a result's folder."""
    with suppress(OSError):
        return sorted(at for at in folder.iterdir() if at.name.startswith(_start()))
    return []


def sweep_parts(folder: Path) -> None:
    """Remove what was left in a folder where nobody is at work."""
    with suppress(OSError), alone(folder, wait=False) as held:
        if held:
            remove_parts(folder)


def _start() -> str:
    return f"{TABLES}.{platform.node().replace('.', '_')}."
