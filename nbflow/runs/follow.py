"""Follows a run while its log grows."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Iterator

import msgspec

from nbflow.errors import UnknownNameError
from nbflow.model.events import Line, OutputPrinted
from nbflow.runs.fold import Folding, Run
from nbflow.runs.folder import find_folder
from nbflow.runs.history import read_run, read_unread
from nbflow.runs.liveness import is_alive
from nbflow.runs.log import Reader
from nbflow.workspace.pipeline_folder import PipelineFolder

POLL = 0.05  # seconds between looks at the log
_QUIET = 1.0  # seconds between looks whether a run that says nothing still lives
_LONGEST = 500  # characters of a printed line


class Followed:
    """A run that is followed while its log grows; `read` takes new lines.

    At most about `most` bytes are read at a time, and the last `kept` lines that each task printed
    are kept.
    """

    def __init__(
        self, pipeline: PipelineFolder, run_id: str, *, most: int = -1, kept: int = 0
    ) -> None:
        self.run = Run(id=run_id)
        self.gone = False  # its folder is no more
        self.version = 0  # grows with each change
        self._pipeline, self._path = pipeline, find_folder(pipeline, run_id).log
        self._reader, self._folding, self._asked = Reader(self._path), Folding(), 0.0
        self._most, self._kept = most, kept
        self._printed: dict[str, deque[tuple[str, str]]] = {}
        self._counts: dict[str, int] = {}

    @property
    def live(self) -> bool:
        return self.run.status == "running" and not self.gone

    @property
    def removed(self) -> bool:
        """Tell whether the run was removed after it had been seen."""
        return bool(self.version) and not self._path.exists()

    def read(self) -> list[Line]:
        """Return the new lines. A run that has not finished and whose process is gone is lost."""
        if self.run.status == "running":
            try:
                return self._read_log() or self._look_whether_alive()
            except (OSError, UnknownNameError):  # its folder was removed
                pass
        self._look_whether_there()
        return []

    def read_printed(self, task: str) -> tuple[int, list[tuple[str, str]]]:
        """Return how many lines a task has printed, and the last of them as (stream, line)."""
        return self._counts.get(task, 0), list(self._printed.get(task, ()))

    def _read_log(self) -> list[Line]:
        lines = self._reader.read_new(self._most)
        for line in lines:
            self._folding.add(line)
            if self._kept and isinstance(line.event, OutputPrinted):
                self._keep(line.event)
        if lines:
            folder, home = str(self._path.parent), str(self._pipeline.home)
            notebooks = str(self._pipeline.folder)
            placed = {"id": self.run.id, "folder": folder, "home": home, "notebooks": notebooks}
            self._show(msgspec.structs.replace(self._folding.run, **placed))
        return lines

    def _look_whether_alive(self) -> list[Line]:
        if time.monotonic() - self._asked < _QUIET:
            return []
        self._asked = time.monotonic()
        unread = read_unread(self._pipeline, self._folding.run, self.run.id)
        if is_alive(self._pipeline, self.run.id) and "status" not in unread:
            return []
        lines = self._read_log()  # its last ones may have come meanwhile
        if not lines:
            self._show(read_run(self._pipeline, self.run.id))
        return lines

    def _look_whether_there(self) -> None:
        if self.version and self.gone == self._path.exists():
            self.gone = not self.gone
            self.version += 1

    def _keep(self, event: OutputPrinted) -> None:
        task, lines = str(event.task), event.text.rstrip("\n").split("\n")
        kept = self._printed.setdefault(task, deque(maxlen=self._kept))
        kept += ((event.stream, line[:_LONGEST]) for line in lines)
        self._counts[task] = self._counts.get(task, 0) + len(lines)

    def _show(self, run: Run) -> None:
        self.run = run
        self.version += 1


def follow(pipeline: PipelineFolder, run_id: str) -> Iterator[Run]:
    """Yield the run each time its log has grown, until it is over."""
    return (run for run, _ in follow_lines(pipeline, run_id))


def follow_lines(pipeline: PipelineFolder, run_id: str) -> Iterator[tuple[Run, list[Line]]]:
    """Yield the run and its new lines each time the log has grown, until the run is over."""
    followed = Followed(pipeline, run_id)
    if not find_folder(pipeline, run_id).log.exists():
        read_run(pipeline, run_id)  # raises
    seen = 0
    while followed.live:
        lines = followed.read()
        if followed.version > seen:
            seen = followed.version
            yield followed.run, lines
        else:
            time.sleep(POLL)
