"""Flushes a result to the disk: only then is it complete, and only then its key leads to it.

After a loss of power, a file that was not flushed may have its name and any part of its content.
So everything is flushed before the file that calls it complete: first the content, then
`result.json`, the folders' entries, and the key.
"""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from msgspec.structs import replace

from nbflow.base.atomic_files import flush, flush_folder, write_file
from nbflow.storage.results import result_index
from nbflow.storage.results.file_marks import make_mark
from nbflow.storage.results.store import PENDING, RESULT, open_store

if TYPE_CHECKING:
    from nbflow.model import Mark, Result
    from nbflow.workspace.pipeline_folder import PipelineFolder

_settled: set[Path] = set()  # folders whose own entry was flushed


def complete(pipeline: PipelineFolder, result: Result) -> None:
    """Complete a pending result, and let its key lead to it if it may be reused; raises OSError.

    Does nothing where the result was removed meanwhile.
    """
    store = open_store(pipeline.home)
    folder = store.fetch(result.step, result.id)
    with contextlib.suppress(FileNotFoundError):
        whole = replace(result, files=_keep_files(folder, result.files))
        write_file(folder / RESULT, result_index.encode_result(whole))
        _flush_folders(folder)
        _flush_entries(folder.parent, pipeline.project.root)
        if result.reusable:
            store.write_pointer(result.step, result.key, result.id)
            _flush_entries(store.find_pointers(result.step), pipeline.project.root)
        (folder / PENDING).unlink()  # last: until now the result was found by this file


def _keep_files(folder: Path, known: Mapping[str, Mark]) -> dict[str, Mark]:
    """Flush the files of a result's content, and return their marks.

    The `known` mark of a file that was not changed since is used again.
    """
    marks = {}
    for path in find_content(folder):
        with contextlib.suppress(FileNotFoundError):  # Arrow files may be dropped meanwhile
            flush(path)
            name, found = os.path.relpath(path, folder).replace(os.sep, "/"), os.stat(path)  # noqa: PTH116
            mark = known.get(name)
            same = (
                mark and mark.hash and (mark.bytes, mark.time) == (found.st_size, found.st_mtime_ns)
            )
            marks[name] = mark if mark and same else make_mark(Path(path))
    return marks


def find_content(folder: Path) -> Iterator[str]:
    """Yield the files of a result's content; DuckDB's file, which is made of them, is none."""
    for parent, _, names in os.walk(folder):
        top = parent == str(folder)
        for name in names:
            derived = name in {RESULT, PENDING} or name.startswith((".", "tables."))
            if not (top and derived):
                yield f"{parent}{os.sep}{name}"


def _flush_folders(folder: Path) -> None:
    for parent, _, _ in os.walk(folder):
        flush_folder(parent)


def _flush_entries(folder: Path, root: Path) -> None:
    """Flush a folder's entries, and once those of the folders above."""
    flush_folder(folder)
    while folder not in _settled and folder not in (root, folder.parent):
        _settled.add(folder)
        folder = folder.parent
        flush_folder(folder)
