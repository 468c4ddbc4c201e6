"""The files, folders and globs that a notebook depends on."""

from __future__ import annotations

import sys
from pathlib import Path

from nbflow.base import globs
from nbflow.errors import CallError
from nbflow.notebook_api.audit_hook import MODULE


def find_files(pattern: str, folder: Path) -> Path | list[Path]:
    """Return the path of a file or folder, or the sorted paths that a glob matches."""
    if globs.is_url(pattern):
        raise CallError(
            f"nbflow.file({pattern!r}): this is a URL, and nbflow cannot tell when it changes. "
            'Read it as it is, and say how long a result may be reused: the option cache = "6h".'
        )
    found = globs.find(pattern, folder)
    paths = [found] if isinstance(found, Path) else found
    if not paths or not paths[0].exists():
        raise CallError(
            f"nbflow.file({pattern!r}): there is nothing of this name in {folder}. "
            "Relative paths start at the notebook's folder; create the file, or mend the name."
        )
    _declare(paths)
    return found


def _declare(paths: list[Path]) -> None:
    """Tell the watcher that these are declared: it does not warn of them."""
    watch = sys.modules.get(MODULE)
    if watch is not None:
        watch.declared.update(map(str, paths))
