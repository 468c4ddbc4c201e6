"""`nbflow demo`: a small example, run."""

from __future__ import annotations

import shlex
from pathlib import Path

import click
import msgspec

from nbflow import authoring
from nbflow.cli import options
from nbflow.cli.answers import Executed
from nbflow.cli.command import Command

FOLDER = "nbflow-demo"
EXAMPLES = """
nbflow demo              into nbflow-demo/
nbflow demo first-look   into a folder of your choice
"""


@click.command("demo", cls=Command, examples=EXAMPLES, makes=FOLDER)
@options.folder
@options.events_json
@options.starting
@click.pass_context
def command(ctx: click.Context, /, *, folder: str | None, as_json: bool, run_id: str) -> Executed:
    """Copy and run a small example.

    Three tiny notebooks and a file of data; needs no network. FOLDER must be new or empty.
    """
    from nbflow.cli.commands.run import execute  # noqa: PLC0415 - its imports are heavy
    from nbflow.model import Request  # noqa: PLC0415

    folder = folder or FOLDER
    authoring.copy_demo(Path(folder))
    project, scan = options.read_pipeline(folder)
    executed = execute(project, scan, Request(), ctx, as_json=as_json, run_id=run_id)
    return msgspec.structs.replace(executed, next=_make_next(folder))


def _make_next(folder: str) -> tuple[tuple[str, str], ...]:
    return (
        (f"cd {shlex.quote(folder)}", "there, try:"),
        ("nbflow plan", "why nothing would run again"),
        ("nbflow run -p year 2024", "another year; what does not need it is reused"),
        ('nbflow sql "from summarise.by_product"', "look at a table"),
    )
