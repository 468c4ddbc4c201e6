"""Whether a run lives: its process holds the locks of two of its files."""

from __future__ import annotations

import platform
import time
from pathlib import Path
from typing import TYPE_CHECKING

from nbflow.events import read_heading
from nbflow.locks import is_held

if TYPE_CHECKING:
    from nbflow.project import Project

HEARTBEAT = 60.0  # seconds after which a run on another host counts as lost
LOG, LOCK = "events.jsonl", "lock"


def is_alive(project: Project, run_id: str) -> bool:
    """Say whether a run's process holds its lock; on another host, whether its heart beats.

    The log is held too, so that a run goes on living whose lock somebody has deleted.
    """
    folder = project.runs / run_id
    return _is_alive(folder / LOCK, folder) or _is_alive(folder / LOG, folder)


def read_host() -> str:
    """Return this machine's name, as events have it."""
    return platform.node()


def _is_alive(path: Path, run: Path) -> bool:
    try:
        if _is_still(path) and _read_host_of(run) != read_host():
            return False
        return is_held(path)
    except FileNotFoundError:
        return False
    except OSError:  # what this user may not read: its heart tells
        return not _is_still(path)


def _is_still(path: Path) -> bool:
    return time.time() - path.stat().st_mtime > HEARTBEAT


def _read_host_of(run: Path) -> str:
    heading = read_heading(run / LOG)
    return heading.host if heading else ""
