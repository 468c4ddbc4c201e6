"""Whether a result's files are still what was written, without reading more than is needed."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from nbflow.storage.results.damage import is_dropped
from nbflow.storage.results.marks import SMALL, find_difference

if TYPE_CHECKING:
    from nbflow.model import Mark, Result

_CONTENT = ("arrow/", "files/")  # what others read; the rest is looked at by `check --results`


def find_damage(
    folder: str,
    result: Result,
    read_hash: Callable[[Path], str],
    is_lost: Callable[[], bool],
    *,
    doubt: bool = False,
) -> tuple[str, str]:
    """Return the first file that is not what was written, and why; "" where none is found.

    A file that was changed since is hashed, and a large one whose run was lost. With `doubt`, all
    of the result is: the disk need not have taken it before its run was lost.
    """
    for name, mark in result.files.items():
        if doubt or (name.startswith(_CONTENT) and not _is_untouched(f"{folder}/{name}", mark)):
            why = _compare(f"{folder}/{name}", mark, read_hash, is_lost, doubt=doubt)
            why = why or _compare_table(folder, name, result, mark, is_lost)
            if why and not is_dropped(folder, name):
                return name, why
    return "", ""


def _is_untouched(path: str, mark: Mark) -> bool:
    """Tell a small file that is as large as it was, and was not changed since: most are."""
    try:
        found = os.stat(path)  # noqa: PTH116 - called often
    except OSError:
        return False
    return found.st_mtime_ns == mark.time and found.st_size == mark.bytes <= SMALL


def _compare(
    path: str,
    mark: Mark,
    read_hash: Callable[[Path], str],
    is_lost: Callable[[], bool],
    *,
    doubt: bool,
) -> str:
    def needs_hash(found: os.stat_result) -> bool:
        return doubt or found.st_mtime_ns != mark.time or (found.st_size > SMALL and is_lost())

    return find_difference(path, mark, needs_hash, read_hash)


def _compare_table(
    folder: str, name: str, result: Result, mark: Mark, is_lost: Callable[[], bool]
) -> str:
    """Compare a large table whose file was not hashed before its run was lost."""
    if mark.hash or not is_lost():
        return ""
    from nbflow.storage.arrow.rehash import find_change  # noqa: PLC0415 - loads pyarrow

    return find_change(Path(folder, name), result.outputs)
