"""`nbflow rerun`: a run's parameters and choice of steps again."""

from __future__ import annotations

import click
from msgspec.structs import replace

from nbflow import app
from nbflow.commands import options
from nbflow.commands.command import Command, find_words
from nbflow.commands.run_request import StartRun

EXAMPLES = """
nbflow rerun                   go on after a failure or Ctrl-C
nbflow rerun baseline          the run called baseline, with its parameters
nbflow rerun 20261123 --log    with what the notebooks print
"""


@click.command("rerun", cls=Command, examples=EXAMPLES)
@options.run
@options.in_folder
@options.log
@options.events_json
@options.wait
def command(*, run: str, folder: str | None, log: bool, wait: bool = False) -> StartRun:
    """Run again with a run's parameters.

    The notebooks are taken as they are now; what is finished and unchanged is reused.
    """
    pipeline, scan = options.read_pipeline(folder)
    request = replace(app.requests.read_again(pipeline, run), command=find_words())
    return StartRun(pipeline, scan, request, log, wait=wait)
