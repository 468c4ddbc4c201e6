"""Prints to the notebook what was read or written, and how old it is, in one line."""

from __future__ import annotations

import sys
import sysconfig
import time
from collections.abc import Mapping
from itertools import count
from pathlib import Path
from typing import Any

from nbflow.base.text import say_span

_OURS = str(Path(__file__).parents[1])
_LONGEST = 60  # characters of parameters in a line


def say(*parts: str) -> None:
    """Print one line: in a kernel as output of the cell, in a script beside its output."""
    stream = sys.stdout if find_shell() else sys.stderr
    print(" · ".join(part for part in parts if part), file=stream, flush=True)


def make_age(since: float) -> str:
    """Return `3 h`, `5 min`, `12 s` for a time in seconds since the epoch."""
    return say_span(time.time() - since)


def make_parameters(parameters: Mapping[str, Any]) -> str:
    """Return `month=1, carriers=['AA']`, cut where it gets long."""
    text = ", ".join(f"{name}={value}" for name, value in parameters.items())
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]}…"


def find_shell() -> Any | None:
    """Return IPython's shell if this is a kernel; IPython is never imported for it."""
    ipython = sys.modules.get("IPython")
    shell = ipython.get_ipython() if ipython and hasattr(ipython, "get_ipython") else None
    return shell if getattr(shell, "kernel", None) is not None else None


def find_caller() -> int | None:
    """Return the `stacklevel` by which the caller of this function warns at the user's line.

    None where that line is not on the stack: in other threads, and under a magic.
    """
    paths = sysconfig.get_paths()
    installed = tuple({paths[name] for name in ("stdlib", "platstdlib", "purelib", "platlib")})
    frame = sys._getframe(1)  # noqa: SLF001 - as warnings looks for it
    for level in count(1):
        path = frame.f_code.co_filename
        if not path.startswith(_OURS):
            return None if path.startswith(installed) else level
        if frame.f_back is None:
            return None
        frame = frame.f_back
    return None
