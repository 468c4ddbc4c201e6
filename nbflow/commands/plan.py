"""`nbflow plan`: what a run would do, and why."""

from __future__ import annotations

from typing import Any

import click

from nbflow import app
from nbflow.app.answers import ShownPlan
from nbflow.commands import options
from nbflow.commands.command import Command

EXAMPLES = """
nbflow plan                        the pipeline at hand
nbflow plan notebooks -p month 2   what another month would run
nbflow plan --to report --diff     with the lines that changed
nbflow plan --json                 for a program
"""


@click.command("plan", cls=Command, examples=EXAMPLES)
@options.folder
@options.request
@click.option("--diff", is_flag=True, help="Show the changed lines of each step that runs.")
@click.option("-v", "--verbose", is_flag=True, help="Name each reused step, however many.")
@options.as_json
def command(*, folder: str | None, diff: bool, verbose: bool, **asked: Any) -> ShownPlan:
    """Say what a run would do, and why.

    Nothing is run: each step runs, is reused, or waits for what another step will make.
    Takes the options of `nbflow run`.
    """
    pipeline, scan = options.read_pipeline(folder)
    request = options.make_request(pipeline, scan, asked)
    return app.plan.plan(pipeline, scan, request, diff=diff, every=verbose)
