"""`nbflow steps`: what a folder holds."""

from __future__ import annotations

import click

from nbflow.app.answers import Listed
from nbflow.commands import options
from nbflow.commands.command import Command

EXAMPLES = """
nbflow steps              the pipeline at hand
nbflow steps notebooks    another folder
nbflow steps --json       for a program
"""


@click.command("steps", cls=Command, examples=EXAMPLES)
@options.folder
@options.as_json
def command(*, folder: str | None) -> Listed:
    """List the steps: parameters, inputs, outputs.

    Also which notebooks were skipped, and why.
    """
    return Listed(*options.read_pipeline(folder))
