"""`%%step`: the notebook of a new step, from a cell."""

from __future__ import annotations

import click

from nbflow.app.pipelines import find_folder
from nbflow.commands import options
from nbflow.commands.command import Command
from nbflow.workspace.pipeline_folder import PipelineFolder

EXAMPLES = """
%%step clean_flights                  in the pipeline at hand
%%step report --folder notebooks      in another folder
"""


@click.command("step", cls=Command, examples=EXAMPLES)
@options.new_name("name")
@options.in_folder
def command(*, name: str, folder: str | None) -> tuple[PipelineFolder, str]:
    """Make the notebook of a new step from this cell.

    Annotated names at its top become parameters, what reads becomes inputs; `# %%` lines with
    `tags=["parameters"]` say it themselves. Nothing is ever overwritten, and nothing is run.
    """
    return find_folder(folder), name
