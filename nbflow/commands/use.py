"""`%nbflow use`: what reads return, and which step this notebook is."""

from __future__ import annotations

import click

from nbflow import app
from nbflow.app.answers import Told
from nbflow.commands import completions
from nbflow.commands.command import Command

EXAMPLES = """
nbflow use                  what reads return now, and which step this notebook is
nbflow use baseline         reads return what the run called baseline made
nbflow use last             what the newest finished run made, and stay there
nbflow use latest           go back to the newest result of each step
nbflow use --step report    what this notebook writes is report's
"""


@click.command("use", cls=Command, examples=EXAMPLES)
@click.argument("run", required=False, shell_complete=completions.runs)
@click.option(
    "--step", metavar="STEP", shell_complete=completions.steps, help="Which step this notebook is."
)
def command(*, run: str | None, step: str | None) -> Told | None:
    """Choose what reads return, or which step this notebook is; without either, say it.

    RUN is an id, the start of one, a name or `last`. What a run executes is not changed by it.
    """
    return app.use.use(run, step)
