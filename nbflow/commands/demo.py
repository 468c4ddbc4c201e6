"""`nbflow demo`: a small example, run."""

from __future__ import annotations

import click

from nbflow import app
from nbflow.commands import options
from nbflow.commands.command import Command, find_words
from nbflow.commands.run_request import StartRun
from nbflow.model import Request

EXAMPLES = """
nbflow demo              into nbflow-demo/
nbflow demo first-look   into a folder of your choice
"""


@click.command("demo", cls=Command, examples=EXAMPLES)
@options.folder
@options.events_json
@options.wait
def command(*, folder: str | None, wait: bool = False) -> StartRun:
    """Copy and run a small example.

    Three tiny notebooks and a file of data; needs no network. FOLDER must be new or empty.
    """
    folder = folder or app.demo.FOLDER
    after = app.demo.copy_demo(folder)
    pipeline, scan = options.read_pipeline(folder)
    return StartRun(pipeline, scan, Request(command=find_words()), wait=wait, next=after)
