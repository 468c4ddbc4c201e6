"""`nbflow clean`: remove old results, after saying which."""

from __future__ import annotations

import shlex
import sys

import click

from nbflow import clean
from nbflow.cli import options
from nbflow.cli.answers import Cleaned
from nbflow.cli.command import Command

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
def command(
    *, folder: str | None, keep: int | None, runs: bool, yes: bool, as_json: bool
) -> Cleaned:
    """Remove old results, after saying which.

    Also what failed steps and killed processes left; executed notebooks stay. What a live run
    uses, what a run with a name relies on, and what was written by hand stay.
    Without a terminal nothing is removed unless --yes is given.
    """
    project = options.find_folder(folder)
    found = clean.find_removable(project, keep)
    if runs:
        kept = project.settings.keep if keep is None else keep
        found += clean.find_old_runs(project, kept)
    if found and (yes or (not as_json and _agrees(Cleaned(project, found, asked=True)))):
        clean.remove(project, found)
        return Cleaned(project, found, removed=True)
    return Cleaned(project, found, again=_make_again(folder, keep, runs=runs))


def _make_again(folder: str | None, keep: int | None, *, runs: bool) -> str:
    """Return the command that removes what this one found."""
    words = [folder] if folder else []
    words += ["--keep", str(keep)] if keep is not None else []
    words += ["--runs"] if runs else []
    return shlex.join(["nbflow", "clean", *words, "--yes"])


def _agrees(cleaned: Cleaned) -> bool:
    """Show what would be removed and ask, where there is somebody to answer."""
    if not sys.stdin.isatty():
        return False
    from nbflow.cli import output  # noqa: PLC0415 - rich only where something is shown

    output.show(cleaned, as_json=False)
    return click.confirm("Remove all of these?", default=False)
