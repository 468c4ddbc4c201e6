"""`nbflow runs`: the history."""

from __future__ import annotations

import click

from nbflow import app
from nbflow.app.answers import Runs
from nbflow.app.pipelines import find_folder
from nbflow.commands import options
from nbflow.commands.command import Command

EXAMPLES = """
nbflow runs               the newest 20
nbflow runs -n 0          all of them
nbflow runs --json        for a program
"""


@click.command("runs", cls=Command, examples=EXAMPLES)
@options.folder
@click.option(
    "-n", "count", type=click.IntRange(min=0), default=20, show_default=True, help="0: all."
)
@options.as_json
def command(*, folder: str | None, count: int) -> Runs:
    """List the runs, newest first."""
    return app.runs.list_runs(find_folder(folder), count or None)
