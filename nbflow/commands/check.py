"""`nbflow check`: every problem at once."""

from __future__ import annotations

import click

from nbflow import app
from nbflow.app.answers import Answer
from nbflow.app.pipelines import find_folder
from nbflow.commands import options
from nbflow.commands.command import Command

EXAMPLES = """
nbflow check              the pipeline at hand
nbflow check notebooks    in CI: exits with 2 when there is an error
nbflow check --json       for a program
nbflow check --results    compares all that is kept with what was written
nbflow check --results --repair    also sets aside what is damaged
"""


@click.command("check", cls=Command, examples=EXAMPLES)
@options.folder
@click.option("--results", is_flag=True, help="Compare all that is kept with what was written.")
@click.option("--repair", is_flag=True, help="With --results: set aside what is damaged.")
@options.as_json
def command(*, folder: str | None, results: bool, repair: bool) -> Answer:
    """Report every problem at once.

    Each with its notebook, cell and line, and what to do. Exits with 2 when there is an error;
    warnings alone exit with 0, among them files that this machine lacks.
    """
    if repair and not results:
        raise click.UsageError("--repair mends results: nbflow check --results --repair")
    if results:
        return app.check.check_results(find_folder(folder), repair=repair)
    return app.check.check(*options.read_pipeline(folder))
