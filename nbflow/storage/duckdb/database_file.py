"""A result's DuckDB file: its mark, the lock for making it, and what killed processes left."""

from __future__ import annotations

import os
import platform
from contextlib import suppress
from pathlib import Path

import msgspec

from nbflow.base.atomic_files import write_file
from nbflow.base.locks import hold_folder
from nbflow.model import Mark
from nbflow.storage.results.file_marks import GONE, SMALL, find_difference, is_changed
from nbflow.storage.results.store import TABLES

_MARK = "tables.json"
_SUFFIX = ".part"


def write_mark(folder: Path, mark: Mark) -> None:
    """Keep the mark of the file that has just been put in place."""
    write_file(folder / _MARK, msgspec.json.encode(mark), durable=False)


def find_fault(folder: Path, *, whole: bool = False) -> str:
    """Return why a result's DuckDB file cannot be used, "" where no fault is known.

    The size is always compared; the content of a small or changed file is too, and with `whole` of
    any.
    """
    if not (folder / TABLES).exists():  # its run has not filled it yet, or was killed
        return GONE
    try:
        made = msgspec.json.decode((folder / _MARK).read_bytes(), type=Mark)
    except (OSError, ValueError):  # between two renames
        return ""

    def needs_hash(found: os.stat_result, mark: Mark) -> bool:
        return whole or found.st_size <= SMALL or is_changed(found, mark)

    return find_difference(folder / TABLES, made, needs_hash)


def make_part(folder: Path) -> Path:
    """Return where this process makes the file."""
    return folder / f"{_start()}{os.getpid()}{_SUFFIX}"


def remove_parts(folder: Path, start: str = "") -> None:
    """Remove the parts that killed processes left, and DuckDB's journals beside them.

    Only parts whose names begin with `start` are removed: another process may still be writing its
    own. Parts of other machines stay: locks may not work between machines.
    """
    for part in find_parts(folder):
        if part.name.startswith(start):
            part.unlink(missing_ok=True)


def find_parts(folder: Path) -> list[Path]:
    """Return the parts in a result's folder that processes of this machine make or left."""
    with suppress(OSError):
        return sorted(at for at in folder.iterdir() if at.name.startswith(_start()))
    return []


def sweep_parts(folder: Path) -> None:
    """Remove the parts in a folder where no process is at work."""
    with suppress(OSError), hold_folder(folder, wait=False) as held:
        if held:
            remove_parts(folder)


def _start() -> str:
    return f"{TABLES}.{platform.node().replace('.', '_')}."
