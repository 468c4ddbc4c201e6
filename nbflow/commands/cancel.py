"""`nbflow cancel`: stop a run that is under way."""

from __future__ import annotations

import click

from nbflow import app
from nbflow.app.answers import Told
from nbflow.app.pipelines import find_folder
from nbflow.commands import completions, options
from nbflow.commands.command import Command

EXAMPLES = """
nbflow cancel             the run that is under way
nbflow cancel baseline    the run called baseline
nbflow cancel --wait 0    ask, and do not wait until it has stopped
"""


@click.command("cancel", cls=Command, examples=EXAMPLES)
@click.argument("run", required=False, shell_complete=completions.runs)
@options.in_folder
@click.option(
    "--wait", type=float, default=30.0, show_default=True, metavar="SECONDS", help="At the most."
)
@options.as_json
def command(*, run: str | None, folder: str | None, wait: float) -> Told:
    """Stop a run that is under way.

    Its kernels are stopped, what is finished is kept, and the run is marked cancelled. RUN is by
    default the newest that is under way.
    """
    return app.cancel.cancel(find_folder(folder), run, wait=wait)
