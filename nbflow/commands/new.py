"""`nbflow new`: the notebook of a new step."""

from __future__ import annotations

import click

from nbflow import app
from nbflow.app.answers import Told
from nbflow.app.pipelines import find_folder
from nbflow.commands import options
from nbflow.commands.command import Command

EXAMPLES = """
nbflow new clean_flights               in the pipeline at hand
nbflow new report --folder notebooks   in another folder
"""


@click.command("new", cls=Command, examples=EXAMPLES)
@options.new_name("step")
@options.in_folder
@options.as_json
def command(*, step: str, folder: str | None) -> Told:
    """Make the notebook of a new step.

    It has a cell tagged `parameters` and one tagged `inputs`, and the next free number. Nothing
    is ever overwritten.
    """
    return app.new.make_step(find_folder(folder), step)
