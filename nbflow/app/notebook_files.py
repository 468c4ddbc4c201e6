"""Writes notebooks that a user asks for."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from nbflow.errors import ProjectError


@contextlib.contextmanager
def writing(path: Path) -> Iterator[None]:
    """Raise ProjectError, which says what to do, where a file or folder cannot be written."""
    try:
        yield
    except OSError as error:
        raise ProjectError(
            f"{path} cannot be written: {error.strerror or error}. Let your user write in "
            f"{path.absolute().parent}, or work in a copy of the project."
        ) from error


def make_ipynb(notebook: dict[str, Any]) -> bytes:
    """Return a notebook as Jupyter writes it; half a character stays the escape that it was."""
    text = json.dumps(notebook, indent=1, ensure_ascii=False) + "\n"
    return text.encode("utf-8", errors="backslashreplace")
