"""ForkServers that outlive their owner for some minutes, for whoever would start the same."""

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
    """Return what two fork servers have in common that may stand for each other.

    The interpreter, what is installed, nbflow's code, what is imported, and all that a fork
    inherits and cannot change: a job of a batch system must not run in another one's group.
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
    """Let another process find the fork server; say whether it can.

    It cannot where the place is not this user's alone or cannot be written, and where another
    one is offered under the same key, which nobody would find any more.
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
    """Return the address of a fork server that was offered; nobody else finds it any more."""
    try:
        mine = _find_place() / f"{key}.{os.getpid()}"
        mine.with_name(key).rename(mine)
        address = mine.read_text(encoding="utf-8")
        mine.unlink()
    except OSError:
        return None
    return address


def find_surplus(most: int) -> list[str]:
    """Return the keys of the oldest fork servers that were offered, beyond so many."""
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
    """Return a folder that only this user enters; OSError where there is none such.

    PermissionError where somebody else made it. Whoever only looks makes none.
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
    """Yield when what may be imported was last changed."""
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
