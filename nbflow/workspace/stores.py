"""Where the results of a project are kept, and which project owns a store."""

from __future__ import annotations

import contextlib
import functools
import os
import platform
import re
from pathlib import Path

import msgspec

from nbflow.base.atomic_files import write_file
from nbflow.base.globs import STORE_MARK as MARK
from nbflow.base.hashing import hash_bytes
from nbflow.errors import ProjectError
from nbflow.model import Frozen, Problem, formats, make_warning

HOME = ".nbflow"
_IGNORE = "# nbflow's results: made again by running\n*\n"
_VARIABLE = re.compile(r"\$\{?(\w+)")
_LONGEST = 60  # characters of a project's name in that of its folder


class _Owner(Frozen, frozen=True):
    """The project that a store belongs to; "" for a store that lies in its project."""

    project: str = ""
    host: str = ""
    format: int = formats.STORE


@functools.lru_cache(maxsize=64)
def find_store(root: Path, said: str) -> Path:
    """Return the folder that keeps the results of the project at `root`.

    `said` is the setting `store`. A folder within the project is the project's own. In any other
    one each project has a folder of its own, called by its name and a hash of where it lies.
    Raises ProjectError for a setting that names no folder.
    """
    if not said:
        return root / HOME
    named = Path(_expand(said))
    inside = Path(os.path.normpath(root / named)).is_relative_to(root)
    if inside and not named.is_absolute():
        return Path(os.path.normpath(root / named))
    digest = hash_bytes(os.fsencode(root))[:8]
    return Path(os.path.realpath(root / named)) / f"{root.name[:_LONGEST] or 'root'}-{digest}"


def check_store(root: Path, folder: Path, said: str) -> None:
    """Refuse a store that holds the notebooks, and one of another project."""
    store = find_store(root, said)
    if store in {root, folder}:
        raise ProjectError(
            f"The setting store = {said!r} names {store}, where the notebooks lie, and what lies "
            'in a store is no notebook. Name a folder of its own, as in store = "results".'
        )
    owner = None if _is_inside(root, store) else _read_owner(store)
    if owner is None or owner.project in {"", str(root)} or _is_gone(owner):
        return
    raise ProjectError(
        f"{store} keeps the results of the project {owner.project} (on {owner.host}), and this "
        f"project is {root}. Name another folder in the setting `store`, or take away the link "
        f"that leads there. If both are the same project, remove {store / MARK} and run again."
    )


def make_store(root: Path, said: str) -> None:
    """Create the store, with a .gitignore that hides it and a file that names its owner."""
    store = find_store(root, said)
    store.mkdir(parents=True, exist_ok=True)
    if not (store / ".gitignore").exists():
        (store / ".gitignore").write_text(_IGNORE, encoding="utf-8")
    ours = _Owner() if _is_inside(root, store) else _Owner(str(root), platform.node())
    known = _read_owner(store)
    if known is None or (ours.project and known.project != ours.project):
        with contextlib.suppress(OSError):  # another member of the group may not write here
            write_file(store / MARK, msgspec.json.encode(ours) + b"\n", durable=False)


def is_store(folder: str | Path) -> bool:
    """Say whether a folder is a store of nbflow's, of whichever project, now or once."""
    # Of os.path: False where that cannot be read.
    if os.path.exists(f"{folder}/{MARK}"):  # noqa: PTH110
        return True
    try:
        with open(f"{folder}/.gitignore", encoding="utf-8") as file:  # noqa: PTH123 - often
            return file.read(len(_IGNORE)) == _IGNORE
    except (OSError, UnicodeDecodeError):
        return False


def find_orphans(root: Path, said: str) -> list[Problem]:
    """Return a warning for each place beside this project's that a moved project has left."""
    store = find_store(root, said)
    if _is_inside(root, store) or store.name == HOME:
        return []
    found = []
    for at in sorted(store.parent.iterdir()):
        with contextlib.suppress(ProjectError):  # its owner is not known
            owner = _read_owner(at)
            if owner and owner.project and _is_gone(owner):
                facts = {"folder": str(at), "project": owner.project, "store": str(store)}
                found.append(make_warning("left-results", **facts))
    return found


def _expand(said: str) -> str:
    """Return the setting with `~` and variables replaced."""
    expanded = os.path.expandvars(os.path.expanduser(said))  # noqa: PTH111 - Path.expanduser raises
    if expanded.startswith("~"):
        raise ProjectError(
            f"The setting store = {said!r} names the home of a user that this machine does not "
            'know. Write the folder, as in store = "/data/results".'
        )
    if unknown := _VARIABLE.search(expanded):
        raise ProjectError(
            f"The setting store = {said!r} names the variable {unknown[1]}, which is not set "
            "here. Set it, or write the folder."
        )
    return expanded


def _is_inside(root: Path, store: Path) -> bool:
    return Path(os.path.realpath(store)).is_relative_to(root)


def _is_gone(owner: _Owner) -> bool:
    """Tell whether the owner's folder is known to be gone."""
    if owner.host != platform.node():
        return False
    try:
        os.stat(owner.project)  # noqa: PTH116 - Path.exists hides what is not allowed
    except (FileNotFoundError, NotADirectoryError):
        return True
    except OSError:
        return False
    return False


def _read_owner(store: Path) -> _Owner | None:
    """Return the owner of a store; None if the store does not name one."""
    path = store / MARK
    try:
        return msgspec.json.decode(path.read_bytes(), type=_Owner)
    except (FileNotFoundError, NotADirectoryError):
        return None
    except (OSError, ValueError, RecursionError) as error:  # ValueError: also msgspec's
        raise ProjectError(
            f"{path} does not say whose store this is: {error}. If it is this project's, remove "
            "that file and run again."
        ) from error
