"""Writes the notebook of a new step."""

from __future__ import annotations

import re
import secrets
import shlex
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from nbflow.analysis.contract.scan import read_folder
from nbflow.app.answers import Told
from nbflow.app.jupyterlab import suggest
from nbflow.app.notebook_files import make_ipynb, writing
from nbflow.base.names import find_better, find_fault, make_name
from nbflow.errors import PipelineError
from nbflow.model import Command, Edit, Problem
from nbflow.present.places import say_path
from nbflow.workspace.pipeline_folder import PipelineFolder

Cell = tuple[str, tuple[str, ...]]  # source and tags
_FIRST: tuple[Cell, ...] = (
    ("# month: int = 1  # each parameter with its type and a help text", ("parameters",)),
    ('import nbflow\n\n# table = nbflow.read("step.table")', ("inputs",)),
    ('# nbflow.write("table", table)', ()),
)
_PYTHON = {
    "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
    "language_info": {"name": "python"},
}


def make_step(pipeline: PipelineFolder, name: str, cells: Sequence[Cell] = ()) -> Told:
    """Write the notebook of a new step under the next free number; nothing is ever overwritten.

    `cells` are its code cells; without any it has those to begin with. Raises PipelineError for a
    name that cannot be a step's or is taken.
    """
    _check_free(pipeline, name)
    number = max(_read_numbers(pipeline.folder), default=0) + 1
    path = pipeline.folder / f"{number:02}_{name}.ipynb"
    _write_new(path, make_ipynb(_make_notebook(name, cells or _FIRST)))
    return _tell(path, name, cells)


def _check_free(pipeline: PipelineFolder, name: str) -> None:
    wanted = make_name(name)
    fault = find_fault(name) if wanted == name else "spelling"
    if fault:
        better = wanted if wanted and not find_fault(wanted) else find_better(name)
        facts = {"name": name, "stem": name, "why": fault}
        raise PipelineError(problems=[Problem("unusable-step-name", None, facts, Edit(better))])
    taken = read_folder(pipeline).steps.get(name)
    if taken:
        raise PipelineError(f"{name} is a step already: {taken.path}. Choose another name.")


def _read_numbers(folder: Path) -> list[int]:
    found = (re.match(r"(\d+)[ _.-]", path.name) for path in folder.glob("*.ipynb"))
    return [int(match[1]) for match in found if match]


def _write_new(path: Path, content: bytes) -> None:
    with writing(path):
        try:
            file = path.open("xb")
        except FileExistsError as error:
            raise PipelineError(f"{path} exists already; nothing was changed.") from error
        with file:
            file.write(content)


def _make_notebook(name: str, cells: Sequence[Cell]) -> dict[str, Any]:
    title = name.replace("_", " ").capitalize()
    head = _make_cell("markdown", f"# {title}\n\nWhat this step makes, and of what.")
    made = [head, *(_make_cell("code", source, *tags) for source, tags in cells)]
    return {"cells": made, "metadata": _PYTHON, "nbformat": 4, "nbformat_minor": 5}


def _make_cell(kind: str, source: str, *tags: str) -> dict[str, Any]:
    cell = {
        "cell_type": kind,
        "id": secrets.token_hex(4),
        "metadata": {"tags": list(tags)} if tags else {},
        "source": source.splitlines(keepends=True),
    }
    return cell | ({"execution_count": None, "outputs": []} if kind == "code" else {})


def _tell(path: Path, name: str, cells: Sequence[Cell]) -> Told:
    shown, tags = say_path(path), [tag for _, tags in cells for tag in tags]
    facts = {"path": str(path), "step": name, "shown": shown, "cells": len(cells), "tags": tags}
    if cells:
        return Told("step-made", facts, ((Command("steps"), "see its contract"),))
    write = suggest(f"jupyter lab {shlex.quote(shown)}", "write it")
    look = (Command("steps"), "see what nbflow reads in it")
    return Told("step-made", facts, (*write, look))
