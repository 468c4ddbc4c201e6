"""Names of files that cannot be written as UTF-8, as logs, results and notebooks are."""

from __future__ import annotations

import os
import sys
from pathlib import Path

from nbflow.model import Place, Problem


def is_text(path: Path | str) -> bool:
    """Tell whether a path can be written as UTF-8; surrogates stand for bytes that cannot."""
    try:
        os.fspath(path).encode("utf-8")
    except UnicodeEncodeError:
        return False
    return True


def show(path: Path | str) -> str:
    r"""Return a path for people: `pr\xe4fix` where a byte is no UTF-8."""
    return os.fsencode(path).decode("utf-8", "backslashreplace")


def make_problem(path: Path | str, place: Place | None = None) -> Problem:
    """Return the problem of a path that is not valid text."""
    raw = os.fsencode(path)
    try:
        facts = {"encoding": sys.getfilesystemencoding(), "name": raw.decode("utf-8")}
    except UnicodeDecodeError:
        return Problem("unreadable-name", place, {"name": show(path)})
    return Problem("foreign-name", place, facts)
