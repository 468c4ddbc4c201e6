"""`nbflow tag`: a tag for a cell."""

from __future__ import annotations

import difflib
import shlex
from pathlib import Path

import click

from nbflow import authoring
from nbflow.cli import complete, options
from nbflow.cli.answers import Told
from nbflow.cli.command import Command
from nbflow.present.places import say_path
from nbflow.project import find_project

EXAMPLES = """
nbflow tag notebooks/clean.ipynb 2 parameters   the second cell, all cells counted
nbflow tag notebooks/clean.ipynb 3 inputs       makes it a step that reads others
nbflow tag clean.ipynb 3 inputs --remove        take it away again
"""


@click.command("tag", cls=Command, examples=EXAMPLES)
@click.argument("notebook", shell_complete=complete.files)
@click.argument("cell", type=click.IntRange(min=1))
@click.argument("tag", shell_complete=complete.tags)
@click.option("--remove", is_flag=True, help="Take the tag away.")
@options.in_folder
@options.as_json
def command(
    *, notebook: str, cell: int, tag: str, remove: bool, folder: str | None, as_json: bool
) -> Told:
    """Add a tag to a cell of a notebook.

    CELL is its position from 1, all cells counted. Nothing else in the file changes. A cell
    tagged `parameters` or `inputs` makes the notebook a step. NOTEBOOK is a path from here, or
    from the pipeline's folder or its root.
    """
    del as_json
    notebook = _find_notebook(notebook, folder)
    tagged = authoring.tag_cell(Path(notebook), cell, tag, remove=remove)
    tags = ", ".join(tagged.tags) or "none"
    was = "" if tagged.changed else "Nothing to change. "
    text = f"{was}{notebook}, cell {cell} ({tagged.first_line}) has the tags: {tags}."
    if tag not in complete.TAGS and not remove:
        text += f" {tag} means nothing to nbflow; these do: {', '.join(complete.TAGS)}."
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
    near = difflib.get_close_matches(tag, complete.TAGS, 1, cutoff=0.8)
    if not near or tag in complete.TAGS:
        return ()
    command = shlex.join(["nbflow", "tag", notebook, str(cell), near[0]])
    return ((command, f"did you mean {near[0]}?"),)
