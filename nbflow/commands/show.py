"""`nbflow show`: one run, or one step of it."""

from __future__ import annotations

import click

from nbflow import app
from nbflow.app.answers import Answer
from nbflow.app.pipelines import find_folder
from nbflow.commands import completions, options
from nbflow.commands.command import Command

EXAMPLES = """
nbflow show                       the last run
nbflow show 20261123              the run whose id begins so
nbflow show clean_flights         a step of the newest run: its tables, its error
nbflow show baseline report       a step of the run called baseline
nbflow show --profile             where each step's time went
"""


@click.command("show", cls=Command, examples=EXAMPLES)
@click.argument("run", required=False, default="last", shell_complete=completions.runs_and_steps)
@click.argument("step", required=False, shell_complete=completions.steps)
@options.in_folder
@options.profile
@options.as_json
def command(*, run: str, step: str | None, folder: str | None, profile: bool) -> Answer:
    """Show a run, or one step of it.

    RUN is an id, the start of one, a name or `last`, which is the default; a STEP alone is that
    of the newest run that has it.
    """
    return app.show.show(find_folder(folder), run, step, profile=profile)
