"""Tells a job's events while its cells are executed, and keeps what they print."""

from __future__ import annotations

import contextlib
import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

from nbflow.engine.record import Observer
from nbflow.events import CellFinished, CellStarted, OutputPrinted, StepProgressed
from nbflow.worker import watched
from nbflow.worker.bars import Bar, Bars
from nbflow.worker.journal import Journal

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Literal

    from nbflow.events import Event
    from nbflow.model import Job
    from nbflow.worker.document import Document
    from nbflow.worker.guard import Guard
    from nbflow.worker.stages import Stages

LOG_LEFT = 10_000  # bytes
PROGRESS = "application/vnd.nbflow.progress+json"


class Recorder(Observer):
    """papermill's observer for one job."""

    def __init__(
        self,
        job: Job,
        document: Document,
        guard: Guard,
        emit: Callable[[Event], None],
        *,
        stages: Stages,
        begun: Callable[[], None],
        rest: Callable[[], None],
    ) -> None:
        self.job, self.document, self.guard, self.emit = job, document, guard, emit
        self.stages, self.begun, self.rest = stages, begun, rest
        path = Path(job.folder, "log.txt")
        self.log = path.open("w", encoding="utf-8", errors="backslashreplace")
        self.journal = Journal(job)
        self.lines: dict[str, tuple[str, Any]] = {}  # by stream: begun and not yet ended, its cell
        self.bars = Bars()
        self.client: Any = None

    def kernel_ready(self, client: Any) -> None:
        self.client = client
        self.guard.kernel.answered = True
        self.guard.check()
        if not self.guard.kernel.forked:  # that one watches from its birth
            watched.begin(client, self.job, self.guard.kernel.late)
        self.stages.enter_cells()

    def cell_started(self, cell: Any, index: int) -> None:  # noqa: ARG002
        if not self.document.is_executed(cell):
            return
        self.guard.enter(cell)
        self.emit(CellStarted(self.job.step, self._number(cell), first_line(cell.source)))

    def message_received(self, cell: Any, index: int, message: dict[str, Any]) -> None:
        self.begun()
        self.journal.add(index, message)
        content = message["content"]
        if message["msg_type"] == "stream":
            self._print(content["name"], content["text"], cell)
        elif message["msg_type"] in {"display_data", "update_display_data"}:
            self._progress(content.get("data", {}).get(PROGRESS))
        elif message["msg_type"] in {"comm_open", "comm_msg"}:
            self._tell_bar(self.bars.read_message(content))

    def cell_finished(self, cell: Any, index: int) -> None:  # noqa: ARG002
        for stream in self.lines:
            self._flush(stream)
        if self.document.is_executed(cell):
            self._finish(cell)
        self.guard.check()

    def cells_finished(self, client: Any) -> None:
        self.stages.leave_cells()
        self.stages.used = watched.ask(client, self.job)
        for stream in self.lines:
            self._flush(stream)

    def resting(self) -> None:
        self.rest()

    def save(self, notebook: Any) -> bool:
        """Leave it to the end: the journal has what a crash would lose."""
        self.document.notebook = notebook
        return True

    def close(self, traceback: str = "") -> None:
        """End the log, with the traceback of what failed; again: do nothing."""
        if self.log.closed:
            return
        with contextlib.suppress(OSError), self.log:  # a full disk has been told of already
            self.log.write(traceback and f"\n{traceback}\n")

    def cut(self) -> None:
        """Make room on a full disk; only the log's beginning is left."""
        with contextlib.suppress(OSError):
            os.truncate(self.log.name, min(Path(self.log.name).stat().st_size, LOG_LEFT))

    def _finish(self, cell: Any) -> None:
        failed = cell.metadata.papermill["status"] == "failed"
        status: Literal["done", "failed"] = "failed" if failed else "done"
        self.emit(CellFinished(self.job.step, self._number(cell), self.guard.leave(), status))

    def _print(self, stream: str, text: str, cell: Any) -> None:
        self.log.write(text)
        self.log.flush()
        begun, _ = self.lines.get(stream, ("", None))
        whole, newline, begun = (begun + text).rpartition("\n")
        self.lines[stream] = (last_version(begun), cell)
        self._tell_bar(self.bars.read_line(last_version(begun)))
        if newline:
            self._tell(stream, whole + newline, cell)

    def _flush(self, stream: str) -> None:
        begun, cell = self.lines.get(stream, ("", None))
        self.lines[stream] = ("", None)
        if begun:
            self._tell(stream, begun + "\n", cell)

    def _tell(self, stream: Any, text: str, cell: Any) -> None:
        lines = "\n".join(last_version(line) for line in text.split("\n"))
        # Strict JSON has no lone surrogates.
        clean = lines.encode("utf-8", "replace").decode("utf-8")
        self.emit(OutputPrinted(self.job.step, clean, stream, cell=self.document.number(cell)))

    def _tell_bar(self, bar: Bar | None) -> None:
        if bar is not None:
            self.emit(StepProgressed(self.job.step, *bar))

    def _progress(self, data: Any) -> None:
        if not isinstance(data, dict):
            return
        fraction, text = data.get("fraction"), str(data.get("text") or "")
        number = float(fraction) if isinstance(fraction, int | float) else None
        self.emit(StepProgressed(self.job.step, number, text))

    def _number(self, cell: Any) -> int:
        return self.document.number(cell) or 0


def first_line(source: str) -> str:
    """Return the first line of code, which names a cell."""
    lines = (line.strip() for line in source.splitlines())
    return next((line for line in lines if line and not line.startswith("#")), "")


def last_version(line: str) -> str:
    """Return what a terminal shows of a line that was overwritten: a bar of progress."""
    return line.rstrip("\r").rsplit("\r", 1)[-1]
