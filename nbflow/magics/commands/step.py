"""`%%step`: the notebook of a new step, from a cell."""

from __future__ import annotations

import click

from nbflow import authoring
from nbflow.cli import options
from nbflow.cli.answers import Told
from nbflow.cli.command import Command
from nbflow.magics.cells import split_cell
from nbflow.present.places import say_path
from nbflow.text import say_count

BODY = "nbflow.body"  # the cell's text, in click's `Context.meta`
EXAMPLES = """
%%step clean_flights                  in the pipeline at hand
%%step report --folder notebooks      in another folder
"""


@click.command("step", cls=Command, examples=EXAMPLES)
@options.new_name("name")
@options.in_folder
@click.pass_context
def command(ctx: click.Context, /, *, name: str, folder: str | None) -> Told:
    """Make the notebook of a new step from this cell.

    Annotated names at its top become parameters, what reads becomes inputs; `# %%` lines with
    `tags=["parameters"]` say it themselves. Nothing is ever overwritten, and nothing is run.
    """
    project = options.find_folder(folder)
    cells = split_cell(ctx.meta[BODY])
    path = authoring.make_step(project, name, cells)
    tagged = [tag for _, tags in cells for tag in tags]
    count = say_count(len(cells), "cell")
    text = f"{say_path(path)} is there, with {count} tagged: {', '.join(tagged)}."
    return Told(text, {"path": str(path), "step": name}, (("nbflow steps", "see its contract"),))
