"""Idle fork servers: they outlive their owner for some minutes and can be adopted."""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import re
import site
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from nbflow.executors.local.forkserver.fork_key import read_frozen

NAMESPACES = Path("/proc/self/ns")
CGROUP = Path("/proc/self/cgroup")
STATUS = Path("/proc/self/status")  # asking os.umask would change it for other threads
OURS = Path(__file__).parents[3]  # nbflow's own code


def make_key(role: str, names: Sequence[str], env: Mapping[str, str]) -> str:
    """Return a key; fork servers with the same key can replace each other.

    It covers the interpreter, the installed files, nbflow's code, the imports, and everything
    that a fork inherits and cannot change: a batch job must not run in another job's group.
    """
    what = {
        "role": role,
        "names": sorted(set(names)),
        "python": [sys.executable, sys.version],
        "files": dict(_stamp()),
        "env": read_frozen(env),
        "inherited": _read_inherited(),
    }
    return hashlib.sha256(json.dumps(what, sort_keys=True).encode()).hexdigest()[:32]


def offer(key: str, address: str) -> bool:
    """Offer an idle server under a key; return whether another process can find it.

    False if the folder cannot be written or other users can enter it, and if another server is
    offered under the same key.
    """
    try:
        place = _find_place(make=True)
        _drop_ended(place)
        part = place / f"{key}.{os.getpid()}"
        try:
            part.write_text(address, encoding="utf-8")
            os.link(part, place / key)
        finally:
            part.unlink(missing_ok=True)
    except OSError:
        return False
    return True


def take(key: str) -> str | None:
    """Return the address of an offered server and withdraw the offer; None if there is none."""
    try:
        mine = _find_place() / f"{key}.{os.getpid()}"
        mine.with_name(key).rename(mine)
        address = mine.read_text(encoding="utf-8")
        mine.unlink()
    except OSError:
        return None
    return address


def find_surplus(most: int) -> list[str]:
    """Return the keys of the oldest offers if there are more than `most`."""
    with contextlib.suppress(OSError):
        offered = [file for file in _find_place().iterdir() if not file.suffix]
        offered.sort(key=lambda file: file.stat().st_mtime_ns)
        return [file.name for file in offered[: max(0, len(offered) - most)]]
    return []


def _drop_ended(place: Path) -> None:
    """Remove the files of fork servers that have ended."""
    for file in place.iterdir():
        with contextlib.suppress(OSError):  # taken meanwhile
            if not Path(file.read_text(encoding="utf-8")).exists():
                file.unlink()


def _find_place(*, make: bool = False) -> Path:
    """Return the folder of offers, which only this user can enter; `make` creates it.

    Raises OSError if it does not exist, and PermissionError if another user can enter it.
    """
    parent = os.environ.get("XDG_RUNTIME_DIR") or tempfile.gettempdir()
    place = Path(parent, f"nbflow-warm-{os.getuid()}")
    if make:
        place.mkdir(mode=0o700, exist_ok=True)
    found = place.lstat()
    if found.st_uid != os.getuid() or found.st_mode & 0o077 or place.is_symlink():
        raise PermissionError(f"{place} is not this user's alone")
    return place


def _stamp() -> Iterator[tuple[str, int]]:
    """Yield each path that imports depend on, with the time of its last change."""
    installed = [*site.getsitepackages(), site.getusersitepackages()]
    ours = [f"{at}/{file}" for at, _, files in os.walk(OURS) for file in files]
    for path in (*installed, *(file for file in ours if file.endswith(".py"))):
        with contextlib.suppress(OSError):
            yield path, os.stat(path).st_mtime_ns  # noqa: PTH116 - 250 of them


def _read_inherited() -> dict[str, object]:
    import resource  # noqa: PLC0415  # not on Windows, where nothing is forked

    limits = [getattr(resource, name) for name in dir(resource) if name.startswith("RLIMIT_")]
    return {
        "umask": re.findall(r"^Umask:.*", STATUS.read_text(encoding="utf-8"), re.MULTILINE),
        "limits": [resource.getrlimit(limit) for limit in limits],
        "nice": os.nice(0),
        "cores": sorted(os.sched_getaffinity(0)),
        "namespaces": [str(path.readlink()) for path in sorted(NAMESPACES.iterdir())],
        "group": CGROUP.read_text(encoding="utf-8"),
        "who": [os.getuid(), os.geteuid(), os.getgid(), os.getegid(), sorted(os.getgroups())],
    }
