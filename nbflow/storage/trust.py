"""Whose pickles are read: to read one is to run what its writer put into it.

A user's own pickles and root's are read, and those in a folder that the user has trusted once, as
with git's `safe.directory`. The owner of a file counts as its writer.
"""

from __future__ import annotations

import contextlib
import os
import pickle
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Any

import msgspec

from nbflow.base.atomic_files import replacing
from nbflow.errors import TrustError
from nbflow.model import Frozen, formats

_OTHERS = 0o022  # the bits of a mode that let others write
_HOME = ".nbflow"


class Trusted(Frozen, frozen=True):
    """The folders that are trusted, by their real paths."""

    folders: tuple[str, ...] = ()
    format: int = formats.OWNER


def unpickle(file: IO[bytes], place: Path) -> Any:
    """Return the object of a pickle that was found in this file or folder of a result.

    This is the one place where a pickle is read. Raises TrustError where its writer
    is not trusted.
    """
    _refuse_foreign(file, place)
    return pickle.load(file)  # noqa: S301 - its writer is trusted


def _refuse_foreign(file: IO[bytes], place: Path) -> None:
    """Raise TrustError for a pickle whose writer is not trusted.

    `place` is the file, or the folder of a result that has it in a table.
    """
    if not hasattr(os, "geteuid"):  # Windows, whose files have no such owner
        return
    foreign = next((one for one in _read_owners(file, place) if one not in {os.geteuid(), 0}), None)
    if foreign is not None and not is_trusted(place):
        raise TrustError(
            f"{place} was written by {_name(foreign)}, and holds a Python pickle: to read it is to "
            "run what they put into it, as you. If you trust all who can write there, say so once: "
            f"nbflow trust {find_root(place)}"
        )


def is_trusted(place: Path) -> bool:
    """Tell whether a place lies in a folder that this user trusts, or root for all users."""
    real = Path(os.path.realpath(place))
    known = {*read_trusted(find_file()), *_read_of_all()}
    return any(str(at) in known for at in (real, *real.parents))


def protect(path: Path) -> None:
    """Forbid others to write to a file: what they write would count as the owner's."""
    with contextlib.suppress(OSError):  # file systems without modes
        mode = path.stat().st_mode
        if os.name == "posix" and mode & _OTHERS:
            path.chmod(mode & 0o7777 & ~_OTHERS)


def find_root(place: Path) -> Path:
    """Return the folder to trust for a place in a store: the project, else the store's own."""
    for at in place.parents:
        if at.name == _HOME:
            return at.parent
    kept = (at.parent for at in place.parents if at.name in {"results", "by-hand", "runs"})
    return next(kept, place.parent)


def find_file(*, everyone: bool = False) -> Path:
    """Return the file that names the folders that this user trusts, or `everyone` does."""
    import platformdirs  # noqa: PLC0415 - most never ask

    find = platformdirs.site_config_path if everyone else platformdirs.user_config_path
    return find("nbflow", appauthor=False) / "trusted.json"


def read_trusted(file: Path) -> tuple[str, ...]:
    """Return the folders that a file names; TrustError where it cannot be read."""
    try:
        return msgspec.json.decode(file.read_bytes(), type=Trusted).folders
    except FileNotFoundError:
        return ()
    except (OSError, ValueError) as error:
        raise TrustError(f"{file} cannot be read: {error}. Correct it, or remove it.") from error


def write_trusted(file: Path, folders: tuple[str, ...]) -> None:
    """Name the folders; TrustError where that cannot be written."""
    content = msgspec.json.format(msgspec.json.encode(Trusted(folders)), indent=1)
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        with replacing(file) as part:
            part.write_bytes(content)
            part.chmod(0o644)
    except OSError as error:
        raise TrustError(
            f"{file} cannot be written: {error.strerror}. Only root can trust for everyone; "
            "XDG_CONFIG_HOME names another folder for your own settings."
        ) from error


def _read_of_all() -> tuple[str, ...]:
    """Return the folders that are trusted for all users, if only root can have written that."""
    file = find_file(everyone=True)
    with contextlib.suppress(OSError):
        for at in (file, file.parent):
            found = at.stat()
            if found.st_uid != 0 or found.st_mode & _OTHERS:
                return ()
        return read_trusted(file)
    return ()


def _read_owners(file: IO[bytes], place: Path) -> Iterator[int]:
    """Yield the owner of the open file, else of all files that hold a result's tables."""
    with contextlib.suppress(OSError, AttributeError):
        yield os.fstat(file.fileno()).st_uid
        return
    found = [place]
    if place.is_dir():
        found += [place / "tables.duckdb", place / "arrow", *place.glob("arrow/*")]
    for path in found:
        with contextlib.suppress(FileNotFoundError):
            yield path.stat().st_uid


def _name(uid: int) -> str:
    with contextlib.suppress(ImportError, KeyError):
        import pwd  # noqa: PLC0415 - not on Windows

        return f"{pwd.getpwuid(uid).pw_name} (user {uid})"
    return f"user {uid}"
