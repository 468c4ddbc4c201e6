"""Has the disk keep a result: only then is it complete, and only then does its key lead to it.

A loss of power may leave of a file that was not flushed any part, or none, although its name is
there. So each is flushed before what says that it is whole: content, `result.json`, the folders'
entries, the key.
"""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec
from msgspec.structs import replace

from nbflow.store import results
from nbflow.store.flushing import flush, flush_folder, write_file
from nbflow.store.local import PENDING, RESULT, open_store
from nbflow.store.marks import make_mark

if TYPE_CHECKING:
    from nbflow.model import Mark, Result
    from nbflow.project import Project

_settled: set[Path] = set()  # folders whose own entry the disk keeps


def complete(project: Project, result: Result) -> None:
    """Complete a pending result, and give its key if it may be reused; raises OSError.

    Does nothing where it was removed meanwhile.
    """
    store = open_store(project.home)
    folder = store.fetch(result.step, result.id)
    with contextlib.suppress(FileNotFoundError):
        whole = replace(result, files=_keep_files(folder))
        write_file(folder / RESULT, results.encode_result(whole))
        _flush_folders(folder)
        _flush_entries(folder.parent, project.root)
        if result.reusable:
            pointer = results.make_pointer(result)
            store.write_pointer(result.step, result.key, msgspec.json.encode(pointer))
            _flush_entries(store.find_pointers(result.step), project.root)
        (folder / PENDING).unlink()  # last: by it the key leads there until it does itself


def _keep_files(folder: Path) -> dict[str, Mark]:
    """Have the disk keep a result's content, and return what it is."""
    marks = {}
    for path in find_content(folder):
        with contextlib.suppress(FileNotFoundError):  # Arrow files are dropped once in DuckDB
            flush(path)
            marks[path.relative_to(folder).as_posix()] = make_mark(path)
    return marks


def find_content(folder: Path) -> Iterator[Path]:
    """Yield the files that are a result's content; what is made of them (DuckDB's) is none."""
    for parent, _, names in os.walk(folder):
        at = Path(parent)
        derived = {RESULT, PENDING} if at == folder else set()
        for name in names:
            if not (at == folder and (name in derived or name.startswith((".", "tables.")))):
                yield at / name


def _flush_folders(folder: Path) -> None:
    for parent, _, _ in os.walk(folder):
        flush_folder(Path(parent))


def _flush_entries(folder: Path, root: Path) -> None:
    """Have the disk keep a folder's entries, and once its own in the folders above."""
    flush_folder(folder)
    while folder not in _settled and folder not in (root, folder.parent):
        _settled.add(folder)
        folder = folder.parent
        flush_folder(folder)
