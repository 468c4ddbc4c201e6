"""`nbflow trust`: say whose pickles may be read."""

from __future__ import annotations

import click

from nbflow import app
from nbflow.app.answers import Told
from nbflow.commands import options
from nbflow.commands.command import Command

EXAMPLES = """
nbflow trust                        the project at hand: all who can write there
nbflow trust /srv/team/flights      this folder, and what lies in it
nbflow trust --list                 the folders that you trust
nbflow trust --remove /srv/team     no longer
nbflow trust --everyone /srv/team   for all users of this machine, as root
"""


@click.command("trust", cls=Command, examples=EXAMPLES)
@options.folder
@click.option("--list", "listed", is_flag=True, help="Show the folders, and change nothing.")
@click.option("--remove", is_flag=True, help="Trust the folder no longer.")
@click.option("--everyone", is_flag=True, help="For all users of this machine; root only.")
@options.as_json
def command(*, folder: str | None, listed: bool, remove: bool, everyone: bool) -> Told:
    """Trust all who write in a shared project.

    To read a pickle that another user wrote is to run what they put into it. Tables of ordinary
    types and plain values need no trust, nor does what you wrote yourself. Said once, it holds for
    the folder and all below it. FOLDER is by default the project at hand.
    """
    if listed:
        return app.trust.list_trusted(everyone=everyone)
    act = app.trust.distrust if remove else app.trust.trust
    return act(folder, everyone=everyone)
