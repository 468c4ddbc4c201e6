"""Tells whether a folder holds a step: then it is a project, before any run too."""

from __future__ import annotations

import re
from functools import lru_cache
from pathlib import Path

_SUFFIXES = {".ipynb", ".py"}
_TAGGED = re.compile(
    rb'"tags"\s*:\s*\[[^]]*"(?:inputs|parameters)"'  # of an .ipynb
    rb"|^#\s*%%.*\btags=\[[^]]*[\"'](?:inputs|parameters)[\"']",  # of a script of jupytext's
    re.MULTILINE,
)


def has_step(folder: Path) -> bool:
    """Tell whether one of a folder's notebooks has a cell tagged `parameters` or `inputs`."""
    try:
        files = sorted(one for one in folder.iterdir() if one.suffix in _SUFFIXES)
    except OSError:
        return False
    return any(not one.name.startswith(".") and is_tagged(one) for one in files)


def is_tagged(file: Path) -> bool:
    """Tell whether a notebook, as it was saved, has a cell with one of these tags."""
    try:
        found = file.stat()
        return _search(file, found.st_mtime_ns, found.st_size)
    except OSError:
        return False


@lru_cache(maxsize=1000)
def _search(file: Path, _changed: int, _size: int) -> bool:
    return _TAGGED.search(file.read_bytes()) is not None
