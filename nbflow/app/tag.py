"""Adds a tag to a cell of a notebook."""

from __future__ import annotations

import json
import shlex
from pathlib import Path
from typing import Any

from nbflow.analysis.discover.ipynb import read_notebook
from nbflow.app.answers import Told
from nbflow.app.notebook_files import make_ipynb, writing
from nbflow.base.atomic_files import write_file
from nbflow.base.nearest import find_nearest
from nbflow.errors import NotebookError, UnknownNameError
from nbflow.model import Command, Next
from nbflow.present.places import say_path
from nbflow.workspace.pipeline_folder import find_pipeline

TAGS = {
    "parameters": "what a run may set",
    "inputs": "what the step reads",
    "report": "shown at the head of a run's report",
    "show-input": "its code is shown there too",
    "skip-execution": "papermill's: not executed",
    "raises-exception": "papermill's: may fail",
}
_ONLY_CODE = {"inputs", "parameters"}


def tag_cell(
    notebook: str, cell: int, tag: str, *, remove: bool = False, folder: str | None = None
) -> Told:
    """Add a tag to the cell at this position from 1, or take it away; nothing else changes.

    `notebook` is a path from here, or from the pipeline's folder or its root. Raises
    NotebookError, and UnknownNameError where there is no such cell.
    """
    notebook = _find_notebook(notebook, folder)
    path = Path(notebook)
    found = _find_cell(path, cell, tag, remove=remove)
    before = list(found["metadata"].get("tags", ()))
    after = _change(before, tag, remove=remove)
    if after != before:
        _write_tags(path, cell, after)
    facts = {
        "path": notebook,
        "cell": cell,
        "tags": after,
        "first_line": _first_line(found),
        "changed": after != before,
        "unknown": "" if tag in TAGS or remove else tag,
        "known": [*TAGS],
    }
    return Told("tagged", facts, () if remove else _doubt(notebook, cell, tag))


def _find_notebook(notebook: str, folder: str | None) -> str:
    """Return the path as it is typed from here; messages may have it from the root."""
    if folder is None and Path(notebook).exists():
        return notebook
    pipeline = find_pipeline(folder)
    found = (
        at / notebook for at in (pipeline.folder, pipeline.project.root) if (at / notebook).exists()
    )
    path = next(found, None)
    return notebook if path is None else say_path(path)


def _find_cell(path: Path, cell: int, tag: str, *, remove: bool) -> dict[str, Any]:
    cells: list[dict[str, Any]] = read_notebook(path)["cells"]
    if path.suffix != ".ipynb":
        raise NotebookError(
            f"{path} is a text notebook: write the tag into its cell's line, "
            f'as `# %% tags=["{tag}"]`.'
        )
    if not 1 <= cell <= len(cells):
        raise UnknownNameError(f"{path.name} has no cell {cell}. It has:\n{_list_cells(cells)}")
    found = cells[cell - 1]
    if tag in _ONLY_CODE and not remove and found["cell_type"] != "code":
        raise NotebookError(
            f"Cell {cell} of {path.name} is {found['cell_type']}, and only code cells "
            f"can be {tag}. There are:\n{_list_cells(cells)}"
        )
    return found


def _list_cells(cells: list[dict[str, Any]]) -> str:
    return "\n".join(
        f"  {number}  {cell['cell_type']}  {_first_line(cell)}"
        for number, cell in enumerate(cells, 1)
    )


def _first_line(cell: dict[str, Any]) -> str:
    lines = [line for line in cell["source"].splitlines() if line.strip()]
    return lines[0] if lines else "(empty)"


def _change(tags: list[str], tag: str, *, remove: bool) -> list[str]:
    if remove:
        return [one for one in tags if one != tag]
    return tags if tag in tags else [*tags, tag]


def _write_tags(path: Path, cell: int, tags: list[str]) -> None:
    notebook = json.loads(path.read_bytes())
    metadata = notebook["cells"][cell - 1].setdefault("metadata", {})
    if tags:
        metadata["tags"] = tags
    else:
        del metadata["tags"]
    with writing(path):
        write_file(path, make_ipynb(notebook))


def _doubt(notebook: str, cell: int, tag: str) -> tuple[Next, ...]:
    """Return a command with the tag that was probably meant."""
    near = find_nearest(tag, TAGS, 0.8)
    if not near or tag in TAGS:
        return ()
    command = Command("tag", (shlex.quote(notebook), str(cell), shlex.quote(near)))
    return ((command, f"did you mean {near}?"),)
