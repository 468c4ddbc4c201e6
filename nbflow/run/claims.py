"""Claims of what a run executes: a run beside it that needs the same waits for it."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Mapping

from nbflow.locks import is_held, lock_file
from nbflow.model import Result
from nbflow.plan import Prepared, make_key, make_parts, read_recalled
from nbflow.plan.make import find_inputs
from nbflow.project import Project


def find_shared_key(ready: Prepared, latest: Mapping[str, Result | None]) -> str:
    """Return the key under which another run may make the same, "" where none may be reused."""
    inputs = find_inputs(ready.step, latest)
    if ready.force or ready.never or None in inputs.values():
        return ""
    return make_key(ready.step.name, make_parts(ready, inputs))


def is_made(project: Project, step: str, key: str) -> bool:
    """Say whether a key leads to a result by now."""
    recalled = read_recalled(project, step, key)
    return recalled is not None and not recalled.changed


class Claims:
    """What one run executes: a lock for each step's key, which ends with this process.

    A run holds claims of what it executes only, never while it waits for another's. So two runs
    never wait for each other.
    """

    def __init__(self, project: Project, run_id: str) -> None:
        self._folder, self._run = str(project.cache / "claims"), run_id
        self._held: dict[str, tuple[str, int]] = {}

    def take(self, step: str, key: str) -> str:
        """Claim what a key stands for; return "", or the run that has claimed it."""
        os.makedirs(self._folder, exist_ok=True)  # noqa: PTH103 - for each step
        path = self._path(step, key)
        while True:
            try:
                descriptor = lock_file(path, wait=False)
            except BlockingIOError:
                return _read(path)
            if descriptor is None:  # there are no such locks here
                return ""
            if _is_at(descriptor, path):
                break
            os.close(descriptor)  # of a file that was removed meanwhile
        self._held[step] = (path, descriptor)
        with contextlib.suppress(OSError):  # another user's file, a full disk
            os.ftruncate(descriptor, 0)
            os.write(descriptor, self._run.encode())
        return ""

    def is_free(self, step: str, key: str) -> bool:
        """Say whether no run claims this any more: it was made, or its run failed or died."""
        try:
            return not is_held(self._path(step, key))
        except OSError:
            return True

    def release(self, step: str) -> None:
        """Give back a step's claim, if this run has it."""
        if step in self._held:
            path, descriptor = self._held.pop(step)
            with contextlib.suppress(OSError):
                os.unlink(path)  # noqa: PTH108 - for each step
            os.close(descriptor)

    def close(self) -> None:
        for step in list(self._held):
            self.release(step)

    def _path(self, step: str, key: str) -> str:
        return f"{self._folder}/{step}-{key}"


def _is_at(descriptor: int, path: str) -> bool:
    """Say whether an open file is the one that lies there now."""
    try:
        return os.path.samestat(os.fstat(descriptor), os.stat(path))  # noqa: PTH116 - as above
    except OSError:
        return False


def _read(path: str) -> str:
    """Return the run that wrote its id there."""
    try:
        with open(path, encoding="utf-8") as file:  # noqa: PTH123 - as above
            return file.read() or "another run"
    except (OSError, UnicodeDecodeError):
        return "another run"
