"""Private folders, for sockets and spilled data: swept when maker and keeper are gone."""

from __future__ import annotations

import os
import shutil
import tempfile
import time
from collections.abc import Iterator
from functools import cache
from itertools import repeat
from pathlib import Path

from nbflow.base.hashing import hash_bytes

PREFIX = "nbflow-z"
LONGEST = 90  # bytes of a socket's path; Linux takes 107, macOS 103
KEEPER = "pid"  # a file: a process that uses the folder besides the one that made it
READY = "ready"  # a file: the fork server whose folder it is answers
UNSAFE = "unsafe.json"  # a file: that fork server forks nothing any more; maps a library to why
ROOM = 52  # bytes for what stands below the folder's parent
FOREIGN = 10 * 86400.0  # seconds without a change, of a folder whose maker cannot be asked


def make_folder() -> Path:
    """Return a new folder that only this user enters; its name says which process made it.

    Its path is short, as those of sockets must be.
    """
    return _make(next((place for place in _places() if _fits(place)), tempfile.gettempdir()))


def make_room() -> Path:
    """Return such a folder for much data: where temporary files are, and not in memory."""
    return _make(tempfile.gettempdir())


def _make(parent: str) -> Path:
    return Path(tempfile.mkdtemp(prefix=f"{PREFIX}{_identify(os.getpid())}-", dir=parent))


def keep_for(folder: Path, pid: int) -> None:
    """Keep a folder from being swept while this process lives, whoever made it."""
    (folder / KEEPER).write_text(_identify(pid), encoding="utf-8")


def sweep_folders() -> None:
    """Remove the folders of this user's processes that were killed."""
    if not hasattr(os, "getuid"):  # Windows, where no process is asked by a signal
        return
    for folder in _find("*"):
        maker = folder.name.removeprefix(PREFIX).partition("-")[0]
        users = filter(None, (maker, _read_keeper(folder)))
        if (
            maker[:1].isdigit()
            and not any(map(_is_used, users, repeat(folder)))
            and _is_ours(folder)
        ):
            shutil.rmtree(folder, ignore_errors=True)


def remove_folders(pid: int) -> None:
    """Remove the folders of a process of ours that was ended without being asked."""
    place = _read_place()
    for folder in _find(f"{pid}.{place}.*" if place else str(pid)):
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


def _identify(pid: int) -> str:
    """Return a process's name: its number, where that counts, and when it began.

    Another container with the same temporary folder has other processes under these numbers.
    """
    return ".".join(filter(None, (str(pid), _read_place(), _read_start(pid))))


@cache
def _read_place() -> str:
    """Return what tells this boot and namespace of process numbers; "" where Linux does not."""
    try:
        boot = Path("/proc/sys/kernel/random/boot_id").read_bytes()
        namespace = bytes(Path("/proc/self/ns/pid").readlink())
    except OSError:
        return ""
    return hash_bytes(boot + namespace)[:6]


def _read_start(pid: int) -> str:
    """Return when a process began, in ticks; "" where Linux does not tell, or it is gone."""
    try:
        stat = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8", errors="replace")
    except OSError:
        return ""
    return f"{int(stat.rpartition(')')[2].split()[19]):x}"


def _is_used(user: str, folder: Path) -> bool:
    """Tell whether a process lives, or, where it cannot be asked, its folder is in use."""
    pid, *rest = user.split(".")
    if rest and rest[0] != _read_place():
        return _read_age(folder) < FOREIGN
    return _is_alive(pid) and rest[1:] in ([], [_read_start(int(pid))])


def _read_age(folder: Path) -> float:
    """Return the seconds since something changed in a folder."""
    try:
        changed = max(at.lstat().st_mtime for at in (folder, *folder.iterdir()))
    except OSError:
        return 0.0
    return time.time() - changed


def _is_alive(pid: str) -> bool:
    try:
        os.kill(int(pid), 0)
    except (ProcessLookupError, ValueError):
        return False
    except PermissionError:  # another user's
        return True
    return True
