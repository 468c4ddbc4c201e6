"""Whether a result's files are still what was written, without reading more than is needed."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from nbflow.base.hashing import hash_file
from nbflow.errors import StoreError
from nbflow.model import Frozen, Mark
from nbflow.storage.results.damage import note
from nbflow.storage.results.file_marks import (
    CHANGED,
    SMALL,
    NeedsHash,
    ReadHash,
    find_difference,
    is_changed,
    pick_marks,
)
from nbflow.storage.results.store import RESULT, TABLES

if TYPE_CHECKING:
    from nbflow.model import Output, Result

_CONTENT = ("arrow/", "files/")  # what other steps read; `check --results` looks at the rest
_PARSED = {"json", "figure", "pickle"}  # slow to read: hashing costs little beside that


class _Marked(Frozen, frozen=True):
    files: dict[str, Mark] = {}


def find_damage(
    folder: str, result: Result, read_hash: ReadHash, is_lost: Callable[[], bool], *, doubt: bool
) -> tuple[str, str]:
    """Return the first file that is not as it was written, and why; "" where there is none.

    A file that was changed since is hashed, and a large one whose run was lost. With `doubt`, all
    files are hashed: they may not have reached the disk before the run was lost.
    """

    def needs_hash(found: os.stat_result, mark: Mark) -> bool:
        return doubt or is_changed(found, mark) or (found.st_size > SMALL and is_lost())

    marks = {
        name: mark for name, mark in result.files.items() if doubt or name.startswith(_CONTENT)
    }
    return find_first_damage(folder, marks, result.outputs, needs_hash, read_hash)


def refuse_damaged(folder: Path, output: Output, marks: Mapping[str, Mark]) -> None:
    """Raise DamageError where an output's files are not as they were written.

    Sizes are always compared. Contents are compared where that costs little, and where a file was
    changed since.
    """

    def needs_hash(found: os.stat_result, mark: Mark) -> bool:
        return found.st_size <= SMALL or output.kind in _PARSED or is_changed(found, mark)

    own = pick_marks(marks, output)
    if not all(mark.hash for mark in own.values()):  # only a complete result has a large table's
        own |= {name: mark for name, mark in _read_marks(folder).items() if name in own}
    name, why = find_first_damage(folder, own, {output.name: output}, needs_hash)
    if why:
        raise note(folder, name, why)


def find_first_damage(
    folder: Path | str,
    marks: Mapping[str, Mark],
    outputs: Mapping[str, Output],
    needs_hash: NeedsHash,
    read_hash: ReadHash = hash_file,
) -> tuple[str, str]:
    """Return the first file that differs from its mark, and how; "" where none does."""
    for name, mark in marks.items():
        why = find_difference(f"{folder}/{name}", mark, needs_hash, read_hash)
        if not why and not mark.hash and needs_hash(os.stat(f"{folder}/{name}"), mark):  # noqa: PTH116
            why = _compare_table(Path(folder), name, outputs)
        if why and not is_dropped(folder, name):
            return name, why
    return "", ""


def is_dropped(folder: Path | str, name: str) -> bool:
    """Tell whether an Arrow file was dropped because DuckDB's file has the same table."""
    gone = name.startswith("arrow/") and not Path(folder, name).exists()
    return gone and Path(folder, TABLES).exists()


def _read_marks(folder: Path) -> dict[str, Mark]:
    """Return the marks of a complete result, which have the hash of every file."""
    try:
        return msgspec.json.decode((folder / RESULT).read_bytes(), type=_Marked).files
    except (OSError, ValueError):  # not complete yet
        return {}


def _compare_table(folder: Path, name: str, outputs: Mapping[str, Output]) -> str:
    """Return why an Arrow file does not hold the table that was written, "" where it does."""
    from nbflow.storage.arrow.file import find_arrow, map_arrow  # noqa: PLC0415 - loads pyarrow
    from nbflow.storage.arrow.hash import hash_table  # noqa: PLC0415 - see above

    path = folder / name
    kept = (one for one in outputs.values() if find_arrow(folder, one.name) == path)
    wanted = next((one.hash for one in kept), "")
    try:
        return "" if hash_table(map_arrow(path)) == wanted else CHANGED
    except (StoreError, FileNotFoundError) as error:
        return str(error)
