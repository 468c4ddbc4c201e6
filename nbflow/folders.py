"""Private folders, for sockets and spilled data: swept when maker and keeper are gone."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

PREFIX = "nbflow-z"
LONGEST = 90  # bytes of a socket's path; Linux takes 107, macOS 103
KEEPER = "pid"  # a file: a process that uses the folder besides the one that made it
ROOM = 40  # bytes for what stands below the folder's parent


def make_folder() -> Path:
    """Return a new folder that only this user enters; its name says which process made it.

    Its path is short, as those of sockets must be.
    """
    return _make(next((place for place in _places() if _fits(place)), tempfile.gettempdir()))


def make_room() -> Path:
    """Return such a folder for much data: where temporary files are, and not in memory."""
    return _make(tempfile.gettempdir())


def _make(parent: str) -> Path:
    return Path(tempfile.mkdtemp(prefix=f"{PREFIX}{os.getpid()}-", dir=parent))


def keep_for(folder: Path, pid: int) -> None:
    """Keep a folder from being swept while this process lives, whoever made it."""
    (folder / KEEPER).write_text(str(pid), encoding="utf-8")


def sweep_folders() -> None:
    """Remove the folders of this user's processes that were killed."""
    if not hasattr(os, "getuid"):  # Windows, where no process is asked by a signal
        return
    for folder in _find("*"):
        pid = folder.name.removeprefix(PREFIX).partition("-")[0]
        users = (pid, _read_keeper(folder))
        if pid.isdigit() and not any(map(_is_alive, users)) and _is_ours(folder):
            shutil.rmtree(folder, ignore_errors=True)


def remove_folders(pid: int) -> None:
    """Remove the folders of a process of ours that was ended without being asked."""
    for folder in _find(str(pid)):
        shutil.rmtree(folder, ignore_errors=True)


def _find(pid: str) -> Iterator[Path]:
    for place in set(_places()):
        yield from Path(place).glob(f"{PREFIX}{pid}-*")


def _places() -> Iterator[str]:
    if os.environ.get("XDG_RUNTIME_DIR"):
        yield os.environ["XDG_RUNTIME_DIR"]
    yield tempfile.gettempdir()
    yield "/tmp"  # noqa: S108  # the folder in it is private


def _fits(place: str) -> bool:
    return len(os.fsencode(place)) + ROOM <= LONGEST and os.access(place, os.W_OK | os.X_OK)


def _is_ours(folder: Path) -> bool:
    try:
        return folder.stat().st_uid == os.getuid()
    except OSError:
        return False


def _read_keeper(folder: Path) -> str:
    try:
        return (folder / KEEPER).read_text(encoding="utf-8")
    except OSError:
        return ""


def _is_alive(pid: str) -> bool:
    try:
        os.kill(int(pid), 0)
    except (ProcessLookupError, ValueError):
        return False
    except PermissionError:  # another user's
        return True
    return True
