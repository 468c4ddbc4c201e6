"""Makes the executed notebook of a worker process that died."""

from __future__ import annotations

from typing import TYPE_CHECKING

from nbflow.executors.local.worker.cell_numbers import number_cells
from nbflow.executors.local.worker.output_journal import find_path, replay
from nbflow.model.events import CellFinished, CellStarted

if TYPE_CHECKING:
    from nbflow.model import Failure, Job


# The last event of each cell, by the cell's number: the worker reported it before it died.
LastEvents = dict[int, CellStarted | CellFinished]


def mend(job: Job, cells: LastEvents, failure: Failure) -> None:
    """Write the executed notebook: outputs from the journal, statuses from the events.

    Raises OSError on a full disk, and ValueError if the file is not a notebook.
    """
    from nbflow.executors.local.worker.executed_notebook import Document, make_error  # noqa: PLC0415  # papermill: 0.6 s

    document = Document(job)
    if document.path.exists() or not find_path(job).exists():
        return
    document.reset()
    replay(job, document.notebook)
    for number, cell in number_cells(document.notebook.cells):
        last = cells.get(number)
        if isinstance(last, CellStarted):
            cell.metadata.papermill.update(status="failed", exception=True)
            cell.outputs.append(make_error(failure))
        elif last is not None:
            cell.metadata.papermill.update(status="completed", exception=False)
    document.notebook.metadata.papermill["exception"] = True
    document.save()
    find_path(job).unlink()
