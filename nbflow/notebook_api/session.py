"""The state of one kernel's calls: its job, the author's choices, what was found out."""

from __future__ import annotations

import os
import sys
import threading
from pathlib import Path

import msgspec

from nbflow.errors import CallError
from nbflow.model import Job
from nbflow.notebook_api.audit_hook import MODULE, VARIABLE
from nbflow.notebook_api.clock import Clock
from nbflow.notebook_api.display import Progress


class Session:
    """The state of one kernel or script; `current` is that of this process."""

    def __init__(self) -> None:
        self.lock = threading.RLock()
        self.clock = Clock()
        self.progress = Progress()
        self.writing: set[str] = set()  # names under way
        self.notebooks: dict[str, Path] = {}  # what a front end said: the directory may change
        self.served: tuple[float, Path | None] | None = None  # what a Jupyter server said, and when
        # By hand: the run that reads stay with, by pipeline, and those that `use` chose.
        self.runs: dict[Path, str] = {}
        self.fixed: set[Path] = set()
        self.step = ""  # what this notebook is, by `use`
        self.warned: set[str] = set()
        self.told: set[str] = set()  # newer runs that were named
        self._path = ""  # of the job
        self._job: Job | None = None

    def find_job(self) -> Job | None:
        """Return the job this kernel executes, None by hand.

        The path is taken out of the environment: subprocesses of the notebook are not the step.
        The watcher may have taken it before the first cell.
        """
        with self.lock:
            told = os.environ.pop(VARIABLE, "") or getattr(sys.modules.get(MODULE), "job", "")
            if told and told != self._path:
                self._path, self._job = told, None
            if self._path and self._job is None:
                self._job = _read_job(Path(self._path))
            return self._job


current = Session()


def _read_job(path: Path) -> Job:
    try:
        return msgspec.json.decode(path.read_bytes(), type=Job)
    except (OSError, msgspec.MsgspecError) as error:
        raise CallError(
            f"{VARIABLE} names {path}, which cannot be read as a job: {error}. "
            "It is set by `nbflow run`; unset it to work by hand."
        ) from error
