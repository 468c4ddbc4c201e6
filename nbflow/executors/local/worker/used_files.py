"""What the step used: imported modules and files, with their hashes."""

from __future__ import annotations

import contextlib
import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

from nbflow.base.hashing import hash_file, mark_file
from nbflow.notebook_api import import_audit

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from nbflow.model import Job
    from nbflow.notebook_api.import_audit import Used

LANGUAGE = "python"
MOST_MARKED = 1 << 30  # bytes that are hashed; what is beyond counts by its size and time


def begin(client: Any, job: Job, variables: Mapping[str, str]) -> None:
    """Let the kernel watch itself, unseen by the notebook.

    `variables` of the environment are for one that was started before it was known for which job.
    """
    if job.language == LANGUAGE:
        client.ask(import_audit.make_prelude(variables))


def ask(client: Any, job: Job) -> Used:
    """Return what the kernel saw, nothing from one that is not Python; late output comes, too."""
    asked = {import_audit.NAME: import_audit.POSTLUDE} if job.language == LANGUAGE else {}
    reply = client.ask("", user_expressions=asked)
    return import_audit.make_used(reply.get("content", {}))


def hash_modules(used: Used, root: str) -> dict[str, str]:
    """Return the hash of each module's file, by its path relative to the root."""
    hashes = {}
    for path in sorted(set(used.modules.values())):
        with contextlib.suppress(OSError):  # removed since it was imported
            hashes[relative(path, root)] = hash_file(path)
    return hashes


def mark_files(paths: Iterable[str], root: str) -> dict[str, str]:
    """Return the mark of each file, by its path relative to the root; see `hashing.mark_file`."""
    marks, left = {}, MOST_MARKED
    for path in paths:
        with contextlib.suppress(OSError):  # removed since
            size = Path(path).stat().st_size
            marks[relative(path, root)] = mark_file(path, whole=size <= left)
            left -= size
    return marks


def relative(path: str, root: str) -> str:
    """Return the path relative to the root, with forward slashes; as it is if outside."""
    for at, top in ((path, root), (os.path.realpath(path), os.path.realpath(root))):
        if Path(at).is_relative_to(top):
            return Path(at).relative_to(top).as_posix()
    return Path(path).as_posix()
