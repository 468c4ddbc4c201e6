"""Project code that line magics bring in: `%run script.py`, `%run -m module`, `%load_ext`."""

from __future__ import annotations

import re
import shlex
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from nbflow.model import Watched
from nbflow.notebook.code import make_place
from nbflow.notebook.magic_calls import find_magics

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from pathlib import Path

    from nbflow.notebook.code import CodeCell
    from nbflow.notebook.filecache import Trail

_VARIABLE = re.compile(r"[${]")


def read_scripts(
    cells: Iterable[CodeCell], notebook: str, folder: Path, trail: Trail
) -> Iterator[Watched]:
    """Find the files that `%run` executes: they count as files of the step.

    One that does not exist is not watched, since a cell may write it (`%%writefile`).
    """
    for cell in cells:
        for magic in find_magics(cell):
            path = _find_path(magic.arguments) if magic.name == "run" else None
            if path is not None and trail.look(folder / path) is not None:
                yield Watched(path, make_place(notebook, cell, magic.line))


def find_modules(cells: Iterable[CodeCell]) -> Iterator[str]:
    """Find the modules that `%run -m` and `%load_ext` import."""
    for cell in cells:
        for magic in find_magics(cell):
            words = magic.arguments.split()
            if magic.name == "load_ext" or (magic.name == "run" and words[:1] == ["-m"]):
                yield from words[-1:] if magic.name == "load_ext" else words[1:2]


def _find_path(arguments: str) -> str | None:
    """Return the script of `%run -i script.py a b`; None where a variable gives it."""
    words = _split(arguments)
    path = next((word for word in words if not word.startswith("-")), "")
    if not path or "-m" in words or _VARIABLE.search(path):
        return None
    return path if PurePosixPath(path).suffix else f"{path}.py"


def _split(arguments: str) -> Sequence[str]:
    try:
        return shlex.split(arguments)
    except ValueError:
        return arguments.split()
