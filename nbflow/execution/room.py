"""A word before the disk is full."""

from __future__ import annotations

import shutil

from nbflow.workspace.project import Project

_LITTLE = 1_000_000_000  # bytes


def find_shortage(project: Project) -> list[str]:
    """Return a warning where the disk that keeps the results is nearly full."""
    usage = shutil.disk_usage(project.home)
    if usage.free > min(_LITTLE, usage.total // 20):
        return []
    free = f"Only {usage.free / 1e6:,.0f} MB are left on the disk of {project.home}."
    return [f"{free} `nbflow clean` makes room; the setting `store` keeps results elsewhere."]
