"""`nbflow check`: every problem at once."""

from __future__ import annotations

import click
from msgspec.structs import replace

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
    warnings alone exit with 0, among them files that this machine lacks.
    """
    from nbflow.plan.here import find_absent  # noqa: PLC0415 - `--help` must not wait for it

    del as_json
    project, scan = options.read_pipeline(folder)
    problems = (*scan.problems, *find_absent(project, scan))
    return Checked(project, replace(scan, problems=problems))
