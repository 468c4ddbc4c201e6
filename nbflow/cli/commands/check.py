"""`nbflow check`: every problem at once."""

from __future__ import annotations

import click

from nbflow.cli import options
from nbflow.cli.answers import Checked
from nbflow.cli.command import Command

EXAMPLES = """
nbflow check              the pipeline at hand
nbflow check notebooks    in CI: exits with 2 when there is an error
nbflow check --json       for a program
"""


@click.command("check", cls=Command, examples=EXAMPLES)
@options.folder
@options.as_json
def command(*, folder: str | None, as_json: bool) -> Checked:
    """Report every problem at once.

    Each with its notebook, cell and line, and what to do. Exits with 2 when there is an error;
    warnings alone exit with 0.
    """
    del as_json
    return Checked(*options.read_pipeline(folder))
