"""`nbflow new`: the notebook of a new step."""

from __future__ import annotations

import shlex

import click

from nbflow import authoring
from nbflow.cli import options
from nbflow.cli.answers import Told
from nbflow.cli.command import Command
from nbflow.cli.lab import suggest
from nbflow.present.places import say_path

EXAMPLES = """
nbflow new clean_flights               in the pipeline at hand
nbflow new report --folder notebooks   in another folder
"""


@click.command("new", cls=Command, examples=EXAMPLES)
@options.new_name("step")
@options.in_folder
@options.as_json
def command(*, step: str, folder: str | None, as_json: bool) -> Told:
    """Make the notebook of a new step.

    It has a cell tagged `parameters` and one tagged `inputs`, and the next free number. Nothing
    is ever overwritten.
    """
    del as_json
    path = authoring.make_step(options.find_folder(folder), step)
    shown = say_path(path)
    commands = (
        *suggest(f"jupyter lab {shlex.quote(shown)}", "write it"),
        ("nbflow steps", "see what nbflow reads in it"),
    )
    return Told(f"{shown} is there.", {"path": str(path), "step": step}, commands)
