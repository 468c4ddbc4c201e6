"""`nbflow run`: execute the pipeline and show it live."""

from __future__ import annotations

from typing import Any

import click

from nbflow.commands import options
from nbflow.commands.command import Command
from nbflow.commands.run_request import StartRun

EXAMPLES = """
nbflow run                              the pipeline at hand
nbflow run notebooks -p month 2         with a parameter
nbflow run -p report.title "February"   for one step only
nbflow run --to report -j 4             what report needs, four at a time
nbflow run --force-step clean_flights   though nothing changed
nbflow run --profile                    and where each step's time went
nbflow run --json > events.jsonl        the events, for a program
"""


@click.command("run", cls=Command, examples=EXAMPLES)
@options.folder
@options.request
@options.log
@options.profile
@options.events_json
@options.wait
def command(
    *, folder: str | None, log: bool, profile: bool, wait: bool = False, **asked: Any
) -> StartRun:
    """Run the pipeline; what has not changed is reused.

    FOLDER holds the notebooks. Parameters are papermill's: -b < -f < -y < -p < -r.
    """
    pipeline, scan = options.read_pipeline(folder)
    request = options.make_request(pipeline, scan, asked)
    return StartRun(pipeline, scan, request, log, profile, wait)
