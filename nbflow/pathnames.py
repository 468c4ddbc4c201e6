"""Names of files that cannot be written as UTF-8, as logs, results and notebooks are."""

from __future__ import annotations

import os
import sys
from pathlib import Path


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


def explain(path: Path | str) -> tuple[str, str]:
    """Return what is wrong with a path that is no text, and the remedy."""
    raw = os.fsencode(path)
    try:
        readable = raw.decode("utf-8")
    except UnicodeDecodeError:
        return f"the name {show(path)} is not UTF-8.", "Rename it."
    encoding = sys.getfilesystemencoding()
    what = f"Python reads the names of files as {encoding} here, and cannot name {readable}."
    return what, "Set a UTF-8 locale, as LC_ALL=C.UTF-8, or PYTHONUTF8=1."
