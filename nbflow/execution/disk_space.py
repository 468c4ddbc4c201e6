"""Warns before the disk is full."""

from __future__ import annotations

import shutil

from nbflow.model import Command, Problem, make_warning
from nbflow.workspace.pipeline_folder import PipelineFolder

_LITTLE = 1_000_000_000  # bytes


def find_shortage(pipeline: PipelineFolder) -> list[Problem]:
    """Return a warning where the disk that keeps the results is nearly full."""
    usage = shutil.disk_usage(pipeline.home)
    if usage.free > min(_LITTLE, usage.total // 20):
        return []
    facts = {"free": usage.free, "folder": str(pipeline.home)}
    return [make_warning("little-room", Command("clean"), **facts)]
