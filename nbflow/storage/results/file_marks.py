"""The marks of a result's files: size, time and hash of each when it was written."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

from nbflow.base.hashing import hash_file
from nbflow.model import Mark, Output
from nbflow.storage.quoting import ARROW, make_path

NeedsHash = Callable[[os.stat_result, Mark], bool]
ReadHash = Callable[[Path], str]

GONE = "it is gone"
CHANGED = "its content is not what was written"
SMALL = 1 << 20  # bytes: smaller files are hashed whenever they are read


def find_files(folder: Path, output: Output) -> Iterator[Path]:
    """Yield the files that hold an output, without the pictures that are made of a figure."""
    if output.kind == "table":
        yield make_path(folder, output.name, ".arrows", ARROW)
    elif output.kind == "file":
        kept = make_path(folder, output.name, "")
        yield from sorted(at for at in kept.rglob("*") if at.is_file())
    elif output.kind != "nothing":
        yield make_path(folder, output.name, SUFFIX[output.kind])


SUFFIX = {"json": ".json", "numpy": ".npy", "figure": ".pickle", "pickle": ".pickle", "file": ""}


def make_marks(folder: Path, output: Output) -> dict[str, Mark]:
    """Return the marks of an output's files, by their paths in the result's folder.

    The mark of a large table has no hash: the file is hashed later, behind the run.
    """
    return {
        path.relative_to(folder).as_posix(): make_mark(path, whole=output.kind != "table")
        for path in find_files(folder, output)
    }


def make_mark(path: Path, *, whole: bool = True) -> Mark:
    """Return the mark of a file; `whole` hashes a large one too. Raises OSError."""
    found = path.stat()
    hashed = whole or found.st_size <= SMALL
    return Mark(found.st_size, found.st_mtime_ns, hash_file(path) if hashed else "")


def find_difference(
    path: Path | str, mark: Mark, needs_hash: NeedsHash, read_hash: ReadHash = hash_file
) -> str:
    """Return how a file differs from its mark, "" where no difference is found.

    The size is always compared, the content where the file `needs_hash` and has one in its mark.
    """
    try:
        found = os.stat(path)  # noqa: PTH116 - called often
    except (FileNotFoundError, NotADirectoryError):
        return GONE
    if found.st_size != mark.bytes:
        return f"it has {found.st_size:,} bytes, and {mark.bytes:,} were written"
    if mark.hash and needs_hash(found, mark) and read_hash(Path(path)) != mark.hash:
        return CHANGED
    return ""


def is_changed(found: os.stat_result, mark: Mark) -> bool:
    """Tell by its time whether a file was changed since."""
    return found.st_mtime_ns != mark.time


def pick_marks(marks: Mapping[str, Mark], output: Output) -> dict[str, Mark]:
    """Return the marks of an output's files."""
    if output.kind == "file":
        kept = f"{make_path(Path(), output.name, '').as_posix()}/"
        return {name: mark for name, mark in marks.items() if name.startswith(kept)}
    names = {path.as_posix() for path in find_files(Path(), output)}
    return {name: mark for name, mark in marks.items() if name in names}
