"""What a folder holds."""

from __future__ import annotations

from pathlib import Path

from nbflow.app.answers import Listed
from nbflow.app.pipelines import read_pipeline


def list_steps(folder: str | Path | None = None) -> Listed:
    """Return the steps of a pipeline, and which notebooks were skipped."""
    return Listed(*read_pipeline(folder))
