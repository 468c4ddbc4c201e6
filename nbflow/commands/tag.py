"""`nbflow tag`: a tag for a cell."""

from __future__ import annotations

import click

from nbflow import app
from nbflow.app.answers import Told
from nbflow.commands import completions, options
from nbflow.commands.command import Command

EXAMPLES = """
nbflow tag notebooks/clean.ipynb 2 parameters   the second cell, all cells counted
nbflow tag notebooks/clean.ipynb 3 inputs       makes it a step that reads others
nbflow tag clean.ipynb 3 inputs --remove        take it away again
"""


@click.command("tag", cls=Command, examples=EXAMPLES)
@click.argument("notebook", shell_complete=completions.files)
@click.argument("cell", type=click.IntRange(min=1))
@click.argument("tag", shell_complete=completions.tags)
@click.option("--remove", is_flag=True, help="Take the tag away.")
@options.in_folder
@options.as_json
def command(*, notebook: str, cell: int, tag: str, remove: bool, folder: str | None) -> Told:
    """Add a tag to a cell of a notebook.

    CELL is its position from 1, all cells counted. Nothing else in the file changes. A cell
    tagged `parameters` or `inputs` makes the notebook a step. NOTEBOOK is a path from here, or
    from the pipeline's folder or its root.
    """
    return app.tag.tag_cell(notebook, cell, tag, remove=remove, folder=folder)
