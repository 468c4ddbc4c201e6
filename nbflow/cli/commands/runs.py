"""`nbflow runs`: the history."""

from __future__ import annotations

import click

from nbflow.cli import options
from nbflow.cli.answers import Runs
from nbflow.cli.command import Command

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
def command(*, folder: str | None, count: int, as_json: bool) -> Runs:
    """List the runs, newest first."""
    from nbflow.runs.history import read_runs  # noqa: PLC0415 - `--help` must not wait for it

    del as_json
    project = options.find_folder(folder)
    return Runs(project, read_runs(project, count or None))
