"""Whether Python keeps the byte code of what each kernel imports: without it a start is slow."""

from __future__ import annotations

import os
from importlib.util import cache_from_source, find_spec
from pathlib import Path

SAMPLES = ("IPython", "papermill")
VARIABLE = "PYTHONDONTWRITEBYTECODE"


def find_bytecode_obstacle() -> str:
    """Return why byte code is missing and stays missing: VARIABLE or a folder; "" if it does not.

    Each start of a kernel then compiles its libraries again: a second and more.
    """
    for name in SAMPLES:
        spec = find_spec(name)
        file = spec.origin if spec is not None else None
        if file is None or Path(cache := cache_from_source(file)).exists():
            continue
        if os.environ.get(VARIABLE):
            return VARIABLE
        folder = next(at for at in Path(cache).parents if at.exists())
        if not os.access(folder, os.W_OK):
            return str(folder)
    return ""
