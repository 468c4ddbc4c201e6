"""What a dead worker left: its notebook is made true by what it told before."""

from __future__ import annotations

from typing import TYPE_CHECKING

from nbflow.executors.local.worker.cell_numbers import number_cells
from nbflow.executors.local.worker.output_journal import find_path, replay
from nbflow.model.events import CellFinished, CellStarted, Event

if TYPE_CHECKING:
    from nbflow.model import Failure, Job


class CellTracker:
    """The cells that a worker told of."""

    def __init__(self) -> None:
        self.done: set[int] = set()
        self.cell: CellStarted | None = None  # under way

    def add(self, event: Event) -> None:
        if isinstance(event, CellStarted):
            self.cell = event
        elif isinstance(event, CellFinished):
            self.done.add(event.cell)
            self.cell = None


def mend(job: Job, tracker: CellTracker, failure: Failure) -> None:
    """Make the executed notebook: outputs from the journal, and what ended where.

    Raises OSError on a full disk and ValueError for a notebook that is none.
    """
    from nbflow.executors.local.worker.executed_notebook import Document, make_error  # noqa: PLC0415  # papermill: 0.6 s

    document = Document(job)
    if document.path.exists() or not find_path(job).exists():
        return
    document.reset()
    replay(job, document.notebook)
    for number, cell in number_cells(document.notebook.cells):
        if tracker.cell is not None and number == tracker.cell.cell:
            cell.metadata.papermill.update(status="failed", exception=True)
            cell.outputs.append(make_error(failure))
        elif number in tracker.done:
            cell.metadata.papermill.update(status="completed", exception=False)
    document.notebook.metadata.papermill["exception"] = True
    document.save()
    find_path(job).unlink()
