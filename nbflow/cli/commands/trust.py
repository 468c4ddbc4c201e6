"""`nbflow trust`: say whose pickles may be read."""

from __future__ import annotations

import os
from pathlib import Path

import click

from nbflow.cli import options
from nbflow.cli.answers import Told
from nbflow.cli.command import Command
from nbflow.errors import TrustError
from nbflow.store.trust import find_file, read_trusted, write_trusted

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
def command(
    *, folder: str | None, listed: bool, remove: bool, everyone: bool, as_json: bool
) -> Told:
    """Trust all who write in a shared project.

    To read a pickle that another user wrote is to run what they put into it. Tables of ordinary
    types and plain values need no trust, nor does what you wrote yourself. Said once, it holds for
    the folder and all below it. FOLDER is by default the project at hand.
    """
    del as_json
    file = find_file(everyone=everyone)
    before = read_trusted(file)
    if listed:
        return _list(before, "Everyone" if everyone else "You")
    meant = _find_folders(folder)
    if remove:
        return _remove(file, before, meant)
    if not Path(meant[0]).is_dir():
        raise TrustError(f"{meant[0]} is no folder. Name one that exists.")
    write_trusted(file, tuple(sorted({*before, *meant})))
    who = "everyone on this machine trusts" if everyone else "you trust"
    text = f"From now on {who} what is written in {' and '.join(meant)}."
    return Told(text, {"trusted": meant}, (("nbflow trust --list", "all that you trust"),))


def _find_folders(folder: str | None) -> list[str]:
    """Return a project's root, and its store where that lies elsewhere; else the folder itself."""
    if folder is not None and not Path(folder).is_dir():
        return [os.path.realpath(folder)]
    project = options.find_folder(folder)
    root = project.root if folder is None else Path(folder)
    real, store = Path(os.path.realpath(root)), Path(os.path.realpath(project.store))
    return [str(real)] if store.is_relative_to(real) else [str(real), str(store)]


def _remove(file: Path, before: tuple[str, ...], meant: list[str]) -> Told:
    if not {*before} & {*meant}:
        raise TrustError(f"{meant[0]} is not trusted. `nbflow trust --list` names what is.")
    write_trusted(file, tuple(one for one in before if one not in meant))
    return Told(f"{' and '.join(meant)}: trusted no longer.", {"removed": meant})


def _list(folders: tuple[str, ...], who: str) -> Told:
    text = "\n".join(folders) or f"{who}: no folder where others write is trusted."
    return Told(text, {"trusted": list(folders)})
