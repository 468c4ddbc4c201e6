"""A tag for a cell."""

from __future__ import annotations

import difflib
import shlex
from pathlib import Path

from nbflow import authoring
from nbflow.app.answers import Told
from nbflow.present.places import say_path
from nbflow.project import find_project

TAGS = {
    "parameters": "what a run may set",
    "inputs": "what the step reads",
    "skip-execution": "papermill's: not executed",
    "raises-exception": "papermill's: may fail",
}


def tag_cell(
    notebook: str, cell: int, tag: str, *, remove: bool = False, folder: str | None = None
) -> Told:
    """Add a tag to the cell at this position from 1, or take it away; nothing else changes.

    `notebook` is a path from here, or from the pipeline's folder or its root.
    """
    notebook = _find_notebook(notebook, folder)
    tagged = authoring.tag_cell(Path(notebook), cell, tag, remove=remove)
    tags = ", ".join(tagged.tags) or "none"
    was = "" if tagged.changed else "Nothing to change. "
    text = f"{was}{notebook}, cell {cell} ({tagged.first_line}) has the tags: {tags}."
    if tag not in TAGS and not remove:
        text += f" {tag} means nothing to nbflow; these do: {', '.join(TAGS)}."
    value = {"path": notebook, "cell": cell, "tags": list(tagged.tags)}
    return Told(text, value, () if remove else _doubt(notebook, cell, tag))


def _find_notebook(notebook: str, folder: str | None) -> str:
    """Return the path as it is typed from here; messages may have it from the root."""
    if folder is None and Path(notebook).exists():
        return notebook
    project = find_project(folder)
    found = (at / notebook for at in (project.folder, project.root) if (at / notebook).exists())
    path = next(found, None)
    return notebook if path is None else say_path(path)


def _doubt(notebook: str, cell: int, tag: str) -> tuple[tuple[str, str], ...]:
    """Return what to say instead of a tag that nearly is one that means something."""
    near = difflib.get_close_matches(tag, TAGS, 1, cutoff=0.8)
    if not near or tag in TAGS:
        return ()
    command = shlex.join(["nbflow", "tag", notebook, str(cell), near[0]])
    return ((command, f"did you mean {near[0]}?"),)
