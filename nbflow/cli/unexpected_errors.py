"""The message of an exception that no code expects."""

from __future__ import annotations

import shlex
import traceback
from collections.abc import Sequence

from nbflow.base.text import shorten, show_controls


def say_fault(error: Exception, command: Sequence[str]) -> str:
    """Return what went wrong and where, and the command whose output belongs into a report."""
    last = traceback.extract_tb(error.__traceback__)[-1]
    said = shorten(f"{type(error).__name__}: {error}", 300)
    again = shlex.join([command[0], "--traceback", *command[1:]])
    return show_controls(
        f"Error: This is a fault of nbflow itself, not of your notebooks.\n"
        f"  {said}\n"
        f"  in {last.name}, line {last.lineno} of {last.filename}\n"
        f"Please report it with what this shows: {again}"
    )
