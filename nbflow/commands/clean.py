"""`nbflow clean`: remove old results, after saying which."""

from __future__ import annotations

import shlex

import click
from msgspec.structs import replace

from nbflow import app, model
from nbflow.app.answers import Cleaned
from nbflow.app.pipelines import find_folder
from nbflow.commands import options
from nbflow.commands.command import Command

EXAMPLES = """
nbflow clean              says what it would remove, and asks
nbflow clean --keep 1     keeps the newest result of each step only
nbflow clean --runs       also runs beyond the newest --keep
nbflow clean --yes        does not ask
"""


@click.command("clean", cls=Command, examples=EXAMPLES)
@options.folder
@click.option(
    "--keep", type=click.IntRange(min=0), metavar="N", help="Results of each step; by default 5."
)
@click.option("--runs", is_flag=True, help="Also runs beyond the newest N.")
@click.option("-y", "--yes", is_flag=True, help="Do not ask.")
@options.as_json
def command(*, folder: str | None, keep: int | None, runs: bool, yes: bool) -> Cleaned:
    """Remove old results, after saying which.

    Also what failed steps and killed processes left; executed notebooks stay. What a live run
    uses, what a run with a name relies on, and what was written by hand stay.
    Without a terminal nothing is removed unless --yes is given.
    """
    pipeline = find_folder(folder)
    found = app.clean.find(pipeline, keep, runs=runs)
    if yes and found.removable:
        return app.clean.remove(found)
    return replace(found, again=_make_again(folder, keep, runs=runs))


def _make_again(folder: str | None, keep: int | None, *, runs: bool) -> model.Command:
    """Return the command that removes what this one found."""
    words = [folder] if folder else []
    words += ["--keep", str(keep)] if keep is not None else []
    words += ["--runs"] if runs else []
    return model.Command("clean", (shlex.join(words), "--yes"))
