"""Tells a job's events while its cells are executed, and keeps what they print."""

from __future__ import annotations

import contextlib
import json
import os
from collections import defaultdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

from nbformat.v4 import new_output

from nbflow.executors.local.engine.execution_record import Observer
from nbflow.executors.local.worker import used_files
from nbflow.executors.local.worker.output_budget import Budget, Lost
from nbflow.executors.local.worker.output_journal import Journal
from nbflow.executors.local.worker.printed_lines import Printed, last_version, shorten
from nbflow.executors.local.worker.progress_bars import Bar, Bars
from nbflow.model import make_warning
from nbflow.model.events import CellFinished, CellStarted, OutputPrinted, StepProgressed
from nbflow.runs.folder import find_attempt

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Literal

    from nbflow.executors.local.worker.executed_notebook import Document
    from nbflow.executors.local.worker.timings import Timings
    from nbflow.executors.local.worker.watchdog import Watchdog
    from nbflow.model import Job, Problem
    from nbflow.model.events import Event

LOG_LEFT = 10_000  # bytes
LONGEST = 1_000  # characters of a line of code, and of words for progress
PROGRESS = "application/vnd.nbflow.progress+json"


class Recorder(Observer):
    """papermill's observer for one job."""

    def __init__(
        self,
        job: Job,
        document: Document,
        watchdog: Watchdog,
        emit: Callable[[Event], None],
        *,
        timings: Timings,
        begun: Callable[[], None],
        rest: Callable[[], None],
    ) -> None:
        self.job, self.document, self.watchdog, self.emit = job, document, watchdog, emit
        self.identity = job.identity
        self.timings, self.begun, self.rest = timings, begun, rest
        path = find_attempt(job).log
        self.log = path.open("w", encoding="utf-8", errors="backslashreplace")
        self.journal = Journal(job)
        self.printed: defaultdict[str, Printed] = defaultdict(Printed)  # by stream
        self.bars = Bars()
        self.client: Any = None
        self.lost = Lost()
        self.budget = Budget(job.max_output)
        self.told_cut: set[int] = set()  # cells by their index

    def kernel_ready(self, client: Any) -> None:
        self.client = client
        self.watchdog.kernel.answered = True
        self.watchdog.check()
        if not self.watchdog.kernel.forked:  # that one watches from its birth
            used_files.begin(client, self.job, self.watchdog.kernel.late)
        self.timings.enter_cells()

    def cell_started(self, cell: Any, index: int) -> None:  # noqa: ARG002
        if not self.document.is_executed(cell):
            return
        self.watchdog.enter(cell)
        first = shorten(first_line(cell.source), LONGEST)
        self.emit(CellStarted(cell=self._number(cell), first_line=first, **self.identity))

    def message_received(self, cell: Any, index: int, message: dict[str, Any]) -> bool:
        self.begun()
        content = message["content"]
        if message["msg_type"] == "stream":
            self._log(content["text"])
        cut = self.budget.cut.get(index)
        kept = self.budget.take(index, message)
        if cut != self.budget.cut.get(index):
            self._note_cut(cell, index, message)
        if kept:
            self.journal.add(index, self.document.number(cell), message)
            self._hear(message, cell)
        return kept

    def _hear(self, message: dict[str, Any], cell: Any) -> None:
        content = message["content"]
        if message["msg_type"] == "stream":
            self._print(content["name"], content["text"], cell)
        elif message["msg_type"] in {"display_data", "update_display_data"}:
            self._progress(content.get("data", {}).get(PROGRESS))
        elif message["msg_type"] in {"comm_open", "comm_msg"}:
            self._tell_bar(self.bars.read_message(content))

    def cell_exited(self, cell: Any) -> None:
        self.document.ending_cell = cell

    def outputs_missing(self, cell: Any, index: int, count: int) -> None:  # noqa: ARG002
        self.lost.add(self.document.number(cell) or 0, count)

    def cell_finished(self, cell: Any, index: int) -> None:
        self._flush()
        self._tell_cut(cell, index)
        if self.document.is_executed(cell):
            self._finish(cell)
        self.watchdog.check()

    def cells_finished(self, client: Any) -> None:
        self.timings.leave_cells()
        self.timings.used = used_files.ask(client, self.job)
        self._flush()

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
        number, seconds = self._number(cell), self.watchdog.leave()
        self.emit(CellFinished(cell=number, seconds=seconds, status=status, **self.identity))

    def warnings(self) -> tuple[Problem, ...]:
        """Return warnings of outputs that are not in the notebook."""
        size = sum(self.budget.cut.values())
        cut = (self._warn_of_cut(size, "the step"),) if size else ()
        return (*self.lost.make_warnings(), *cut)

    def _note_cut(self, cell: Any, index: int, message: dict[str, Any]) -> None:
        """Keep in the log what the notebook has no room for; printed text is there already."""
        if message["msg_type"] != "stream":
            self._log(json.dumps(message["content"], default=str) + "\n")
        if index not in self.told_cut:
            self.told_cut.add(index)
            self._tell("stderr", f"… what follows is in {self._log_path}\n", cell)

    def _tell_cut(self, cell: Any, index: int) -> None:
        """Say at the end of a cell how much of its output is left out."""
        if index in self.budget.cut:
            warning = self._warn_of_cut(self.budget.cut[index], "this cell")
            text = f"nbflow: {warning}\n"
            cell.outputs.append(new_output("stream", name="stderr", text=text))
            self._tell("stderr", text, cell)

    def _warn_of_cut(self, size: int, of: str) -> Problem:
        facts = {"bytes": size, "of": of, "most": self.budget.most, "log": str(self._log_path)}
        return make_warning("outputs-cut", **facts)

    @property
    def _log_path(self) -> str:
        return used_files.relative(self.log.name, self.job.root)

    def _log(self, text: str) -> None:
        self.log.write(text)
        self.log.flush()

    def _print(self, stream: str, text: str, cell: Any) -> None:
        printed = self.printed[stream]
        for piece in printed.take(text, cell):
            self._tell(stream, piece, cell)
        self._tell_bar(self.bars.read_line(last_version(printed.begun)))

    def _flush(self) -> None:
        """Tell the lines that were begun."""
        for stream, printed in self.printed.items():
            for piece in printed.end():
                self._tell(stream, piece, printed.cell)

    def _tell(self, stream: Any, text: str, cell: Any) -> None:
        number = self.document.number(cell)
        self.emit(OutputPrinted(text=text, stream=stream, cell=number, **self.identity))

    def _tell_bar(self, bar: Bar | None) -> None:
        if bar is not None:
            fraction, words = bar
            self._tell_progress(fraction, words)

    def _progress(self, data: Any) -> None:
        if not isinstance(data, dict):
            return
        fraction, text = data.get("fraction"), str(data.get("text") or "")
        number = float(fraction) if isinstance(fraction, int | float) else None
        self._tell_progress(number, text)

    def _tell_progress(self, fraction: float | None, text: str) -> None:
        said = shorten(text, LONGEST)
        self.emit(StepProgressed(fraction=fraction, text=said, **self.identity))

    def _number(self, cell: Any) -> int:
        return self.document.number(cell) or 0


def first_line(source: str) -> str:
    """Return the first line of code, which names a cell."""
    lines = (line.strip() for line in source.splitlines())
    return next((line for line in lines if line and not line.startswith("#")), "")
