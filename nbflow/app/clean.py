"""Finds what nothing needs any more, and removes it."""

from __future__ import annotations

from nbflow.app.answers import Cleaned
from nbflow.runs import cleaning as clean
from nbflow.workspace.pipeline_folder import PipelineFolder


def find(pipeline: PipelineFolder, keep: int | None = None, *, runs: bool = False) -> Cleaned:
    """Return what `remove` would remove: results beyond the newest `keep` of each step, leftovers.

    With `runs` also runs beyond the newest `keep`, which is by default the project's setting.
    """
    found = clean.find_removable(pipeline, keep)
    if runs:
        found += clean.find_old_runs(
            pipeline, pipeline.project.settings.keep if keep is None else keep
        )
    return Cleaned(pipeline, found)


def remove(found: Cleaned) -> Cleaned:
    """Remove what was found, less what a run has come to rely on since."""
    clean.remove(found.pipeline, found.removable)
    return Cleaned(found.pipeline, found.removable, removed=True)
