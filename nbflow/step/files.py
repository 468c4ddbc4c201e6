"""The files, folders and globs that a notebook depends on."""

from __future__ import annotations

import glob
import re
import sys
from pathlib import Path

from nbflow.errors import CallError
from nbflow.step.watcher import MODULE

_URL = re.compile(r"[a-z][a-z0-9+.-]+://", re.IGNORECASE)


def find_files(pattern: str, folder: Path) -> Path | list[Path]:
    """Return the path of a file or folder, or the sorted paths that a glob matches."""
    if _URL.match(pattern):
        raise CallError(
            f"nbflow.file({pattern!r}): this is a URL, and nbflow cannot tell when it changes. "
            'Read it as it is, and say how long a result may be reused: the option cache = "6h".'
        )
    path = folder / Path(pattern).expanduser()
    found = [path] if path.exists() or not glob.has_magic(pattern) else _match(path)
    if not found or not found[0].exists():
        raise CallError(
            f"nbflow.file({pattern!r}): there is nothing of this name in {folder}. "
            "Relative paths start at the notebook's folder; create the file, or correct the name."
        )
    _declare(found)
    return path if found == [path] else found


def _match(path: Path) -> list[Path]:
    return sorted(map(Path, glob.glob(str(path), recursive=True)))  # noqa: PTH207 - no ** in 3.11's


def _declare(paths: list[Path]) -> None:
    """Tell the watch that these are known, so that it does not warn of them."""
    watch = sys.modules.get(MODULE)
    if watch is not None:
        watch.declared.update(map(str, paths))
