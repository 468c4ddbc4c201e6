"""Finds lines of a step that start a run of its own pipeline: within a run they fail."""

from __future__ import annotations

import os
import re
import shlex
from typing import TYPE_CHECKING

from nbflow.analysis.code.cells import make_place
from nbflow.analysis.code.magic_calls import find_commands, find_magics
from nbflow.model import Problem

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    from nbflow.analysis.code.cells import CodeCell
    from nbflow.workspace.pipeline_folder import PipelineFolder

_STARTING = frozenset({"rerun", "run"})
_PROGRAM = re.compile(r"(?:^|[|&;]|\bpython[\d.]*\s+-m)\s*(?:\S*/)?nbflow\s+([^|&;]*)")


def find_starts(
    cells: Iterable[CodeCell], pipeline: PipelineFolder, path: Path, notebook: str
) -> Iterator[Problem]:
    """Warn of `%nbflow run` and `!nbflow run`, unless they name the folder of another pipeline."""
    for cell in cells:
        for text, arguments, line in _find_calls(cell):
            words = _split(arguments)
            if words[:1] and words[0] in _STARTING and not _names_another(words, pipeline, path):
                place = make_place(notebook, cell, line)
                yield Problem("starts-run", place, {"line": text}, severity="warning")


def _find_calls(cell: CodeCell) -> Iterator[tuple[str, str, int]]:
    """Yield the calls of the program nbflow: how it is shown, its arguments, its line."""
    if "nbflow" not in cell.source:
        return
    for magic in find_magics(cell):
        if magic.name == "nbflow" and magic.body is None:
            yield f"%nbflow {magic.arguments}".strip(), magic.arguments, magic.line
    for command, line in find_commands(cell):
        for found in _PROGRAM.finditer(command):
            yield f"nbflow {found[1]}".strip(), found[1], line


def _split(arguments: str) -> list[str]:
    try:
        return shlex.split(arguments)
    except ValueError:
        return arguments.split()


def _names_another(words: list[str], pipeline: PipelineFolder, path: Path) -> bool:
    """Tell whether one of the arguments is a folder, and not this pipeline's."""
    folders = (path.parent / os.path.expanduser(word) for word in words[1:])  # noqa: PTH111
    found = [os.path.realpath(one) for one in folders if os.path.isdir(one)]  # noqa: PTH112
    return bool(found) and os.path.realpath(pipeline.folder) not in found
