"""Warns before the disk is full."""

from __future__ import annotations

import shutil

from nbflow.model import Command, Problem, make_warning
from nbflow.workspace.project import Project

_LITTLE = 1_000_000_000  # bytes


def find_shortage(project: Project) -> list[Problem]:
    """Return a warning where the disk that keeps the results is nearly full."""
    usage = shutil.disk_usage(project.home)
    if usage.free > min(_LITTLE, usage.total // 20):
        return []
    facts = {"free": usage.free, "folder": str(project.home)}
    return [make_warning("little-room", Command("clean"), **facts)]
