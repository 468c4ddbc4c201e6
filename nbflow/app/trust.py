"""Says whose pickles may be read."""

from __future__ import annotations

import os
from pathlib import Path

from nbflow.app.answers import Told
from nbflow.app.pipelines import find_folder
from nbflow.errors import TrustError
from nbflow.model import Command
from nbflow.storage.trust import find_file, read_trusted, write_trusted


def list_trusted(*, everyone: bool = False) -> Told:
    """Return the folders that this user trusts, or that all users of this machine do."""
    folders = read_trusted(find_file(everyone=everyone))
    return Told("trusted-folders", {"trusted": list(folders), "everyone": everyone})


def trust(folder: str | None = None, *, everyone: bool = False) -> Told:
    """Trust all who write in a folder, by default that of the project at hand, and its store."""
    file, meant = find_file(everyone=everyone), _find_folders(folder)
    if not Path(meant[0]).is_dir():
        raise TrustError(f"{meant[0]} is no folder. Name one that exists.")
    write_trusted(file, tuple(sorted({*read_trusted(file), *meant})))
    after = ((Command("trust", ("--list",)), "all that you trust"),)
    return Told("trusted", {"trusted": meant, "everyone": everyone}, after)


def distrust(folder: str | None = None, *, everyone: bool = False) -> Told:
    """Trust a folder no longer; raises TrustError where it was not trusted."""
    file, meant = find_file(everyone=everyone), _find_folders(folder)
    before = read_trusted(file)
    if not {*before} & {*meant}:
        listing = Command("trust", ("--list",))
        raise TrustError(f"{meant[0]} is not trusted. ", listing, " names what is.")
    write_trusted(file, tuple(one for one in before if one not in meant))
    return Told("distrusted", {"removed": meant})


def _find_folders(folder: str | None) -> list[str]:
    """Return a project's root, and its store where that lies elsewhere; else the folder itself."""
    if folder is not None and not Path(folder).is_dir():
        return [os.path.realpath(folder)]
    pipeline = find_folder(folder)
    root = pipeline.project.root if folder is None else Path(folder)
    real, store = Path(os.path.realpath(root)), Path(os.path.realpath(pipeline.project.store))
    return [str(real)] if store.is_relative_to(real) else [str(real), str(store)]
