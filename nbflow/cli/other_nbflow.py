"""Finds another project's package `nbflow`, which overwrites files of this one."""

from __future__ import annotations

import os
import re
import sys

_SITES = ("site-packages", "dist-packages")
# This project's own distribution is called jupyter-nbflow; PyPI has another project's nbflow.
_STRANGER = re.compile(r"nbflow-(.+?)(-py[\d.]+)?\.(dist-info|egg-info)")


def find_stranger() -> str:
    """Return a warning where another project's nbflow is installed too, "" where it is not."""
    for folder in sys.path:
        if folder.endswith(_SITES) and (version := _find_version(folder)):
            return (
                f"! Another project's package is installed in {folder}, too: nbflow {version}. "
                "Its files take the place of files of this nbflow (jupyter-nbflow), which may then "
                "fail anywhere. Remove it (`pip uninstall nbflow`), then install jupyter-nbflow "
                "again with --force-reinstall."
            )
    return ""


def _find_version(folder: str) -> str:
    try:
        found = map(_STRANGER.fullmatch, os.listdir(folder))  # noqa: PTH208 - at each start
    except OSError:
        return ""
    return next((one[1] for one in found if one), "")
