"""What a result's DuckDB file was when it was filled: a damaged one is filled anew."""

from __future__ import annotations

import os
from pathlib import Path

import msgspec

from nbflow.model import Mark
from nbflow.storage.results.folders import TABLES
from nbflow.storage.results.marks import GONE, SMALL, find_difference

_MARK = "tables.json"


def write_mark(folder: Path, mark: Mark) -> None:
    """Keep the mark of the file that has just been put in place."""
    part = folder / f".{_MARK}.{os.getpid()}.part"
    part.write_bytes(msgspec.json.encode(mark))
    part.replace(folder / _MARK)


def find_fault(folder: Path, *, whole: bool = False) -> str:
    """Return why a result's DuckDB file cannot be used, "" where it can as far as is known.

    Its size is always compared, its content where it is small, was changed since, or the `whole` is
    asked for.
    """
    path = folder / TABLES
    if not path.exists():  # its run has not come to it, or was killed before
        return GONE
    try:
        mark = msgspec.json.decode((folder / _MARK).read_bytes(), type=Mark)
    except (OSError, ValueError):  # filled by an earlier version, or between two renames
        return ""

    def needs_hash(found: os.stat_result) -> bool:
        return whole or found.st_size <= SMALL or found.st_mtime_ns != mark.time

    return find_difference(path, mark, needs_hash)
