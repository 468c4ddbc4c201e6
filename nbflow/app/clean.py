"""Finds what nothing needs any more, and removes it."""

from __future__ import annotations

from nbflow.app.answers import Cleaned
from nbflow.runs import cleaning as clean
from nbflow.workspace.project import Project


def find(project: Project, keep: int | None = None, *, runs: bool = False) -> Cleaned:
    """Return what `remove` would remove: results beyond the newest `keep` of each step, leftovers.

    With `runs` also runs beyond the newest `keep`, which is by default the project's setting.
    """
    found = clean.find_removable(project, keep)
    if runs:
        found += clean.find_old_runs(project, project.settings.keep if keep is None else keep)
    return Cleaned(project, found)


def remove(found: Cleaned) -> Cleaned:
    """Remove what was found, less what a run has come to rely on since."""
    clean.remove(found.project, found.removable)
    return Cleaned(found.project, found.removable, removed=True)
