"""Why a kernel cannot be forked from this interpreter's fork server."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from nbflow.base.tried_versions import find_plain_reason, find_version, read_version

if TYPE_CHECKING:
    from collections.abc import Sequence

    from nbflow.environments import Kernel

FIRST = (7, 4)  # version of ipykernel that was tried; those that were not yet: `fences`
LAUNCHER = ("-m", "ipykernel_launcher", "-f", "{connection_file}")


def find_obstacle(kernel: Kernel) -> str:
    """Return why this kernel must be an ordinary one, "" if it can be forked."""
    if kernel.language.lower() != "python":
        return f"its language is {kernel.language}"
    if not is_own(kernel.interpreter):
        return f"it belongs to another environment: {kernel.interpreter}"
    return find_platform_obstacle()


def find_platform_obstacle() -> str:
    """Return why no kernel can be forked here, "" if it can."""
    if not sys.platform.startswith("linux") or not hasattr(os, "pidfd_open"):
        return f"forking is not safe on {sys.platform}"
    found = find_version("ipykernel")
    if found is None:
        return "ipykernel is not installed"
    if read_version(found) < FIRST:
        return f"ipykernel {found} has not been tried"
    return find_plain_reason()


def is_own(interpreter: str) -> bool:
    """Tell this interpreter. Its link counts, not its target: that is what makes an environment."""
    return Path(interpreter).absolute() == Path(sys.executable).absolute()


def find_arguments(command: Sequence[str]) -> tuple[str, ...] | None:
    """Return what a kernel's command adds to ipykernel's own; None where it is another command."""
    interpreter, *rest = [part for part in command if part != "-Xfrozen_modules=off"]
    known = len(rest) >= len(LAUNCHER) and tuple(rest[:3]) == LAUNCHER[:3]
    return tuple(rest[4:]) if known and is_own(interpreter) else None
