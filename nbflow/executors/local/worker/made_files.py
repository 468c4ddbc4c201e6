"""Copies the files of a step's option `makes` into its result."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from nbflow.base import globs
from nbflow.model import Failure, make_warning
from nbflow.storage import made_files as made

if TYPE_CHECKING:
    from nbflow.model import Job


def take_made(job: Job, folder: Path) -> Failure | None:
    """Copy the files that `makes` names into `folder`; return a failure if one is missing."""
    missing = []
    for pattern in job.makes:
        found = globs.find(pattern, Path(job.source).parent)
        paths = [path for path in ([found] if isinstance(found, Path) else found) if path.exists()]
        for path in _drop_inner(paths):
            made.keep(folder, path)
        missing += [] if paths else [pattern]
    if not missing:
        return None
    return Failure(
        cause="not written",
        type="NotWritten",
        message=f"{job.step} makes {', '.join(missing)}, its option says, but its cells did not.",
        advice=make_warning("nothing-made"),
    )


def _drop_inner(paths: list[Path]) -> list[Path]:
    """Return the paths without those that lie in a folder among them."""
    kept: list[Path] = []
    for path in paths:  # a folder comes before what is in it
        if not any(path.is_relative_to(above) for above in kept):
            kept.append(path)
    return kept
