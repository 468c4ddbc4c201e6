"""Records an execution in the notebook: statuses and times; saves the file."""

from __future__ import annotations

import time
from typing import Any

from nbformat.v4 import new_output
from papermill.engines import NotebookExecutionManager

REST = 10  # times as long as a save took, until the next


class Observer:
    """Receives what happens in an execution (`observer=`); subclasses override what they need.

    `cell` is the notebook's own node and `index` its place there; `message` is the kernel's.
    """

    def kernel_ready(self, client: Any) -> None: ...

    def cell_started(self, cell: Any, index: int) -> None: ...

    def message_received(self, cell: Any, index: int, message: dict[str, Any]) -> bool | None:
        """Hear of a message; return False to keep it out of the notebook."""

    def outputs_missing(self, cell: Any, index: int, count: int) -> None:
        """Hear of outputs that were lost on their way: how many, 0 where nobody knows."""

    def cell_exited(self, cell: Any) -> None:
        """Hear of a cell that ended the notebook, where nothing failed: `exit()`."""

    def cell_finished(self, cell: Any, index: int) -> None: ...

    def cells_finished(self, client: Any) -> None: ...

    def resting(self) -> None:
        """Take a moment: the kernel has said nothing new."""

    def save(self, notebook: Any) -> bool:  # noqa: ARG002
        """Save the notebook and return True, or leave it to papermill."""
        return False


class Record(NotebookExecutionManager):  # type: ignore[misc]
    """papermill's record of an execution, true also after a death, a timeout or `sys.exit(0)`.

    papermill marks every cell `completed` when the kernel dies, those that never ran too.
    """

    nb: Any

    def __init__(self, nb: Any, observer: Observer, **options: Any) -> None:
        super().__init__(nb, **options)
        self.observer = observer
        self.rested = float("-inf")  # on the monotonic clock: not to save before

    def save(self, **kwargs: Any) -> None:
        """Save when papermill does, twice a cell, unless that is most of what is done.

        papermill wrote 516 MB for a notebook of 5 MB.
        """
        self.nb = kwargs.get("nb") or self.nb
        if time.monotonic() >= self.rested:
            self.save_now()

    def save_now(self) -> None:
        started = time.monotonic()
        if not self.observer.save(self.nb):
            super().save()
        self.last_save_time = self.now()
        ended = time.monotonic()
        self.rested = ended + REST * (ended - started)

    def cell_start(self, cell: Any, cell_index: int | None = None, **kwargs: Any) -> None:
        super().cell_start(cell, cell_index, **kwargs)
        self.observer.cell_started(cell, cell_index or 0)

    def cell_complete(self, cell: Any, cell_index: int | None = None, **kwargs: Any) -> None:
        super().cell_complete(cell, cell_index, **kwargs)
        self.observer.cell_finished(cell, cell_index or 0)

    def cell_exited(self, cell: Any) -> None:
        """Mark a cell that ended the notebook with `sys.exit(0)`: nothing failed."""
        cell.metadata.papermill["exception"] = False
        self.observer.cell_exited(cell)

    def cell_failed(self, cell: Any, index: int, error: Any) -> None:
        """Mark a cell that failed, and show its error where the kernel could not send it."""
        self.cell_exception(cell, cell_index=index, exception=error)
        if not any(output.output_type == "error" for output in cell.outputs):
            text = f"{error.ename}: {error.evalue}"
            cell.outputs.append(
                new_output("error", ename=error.ename, evalue=error.evalue, traceback=[text])
            )

    def cell_broken(self, cell: Any, error: BaseException) -> None:
        """Mark the cell in which execution stopped without the kernel saying so, and say why."""
        self.cell_exception(cell)
        if cell.cell_type == "code":
            cell.setdefault("outputs", []).append(make_error(error))

    def notebook_broken(self) -> None:
        self.nb.metadata.papermill["exception"] = True

    def notebook_complete(self, **kwargs: Any) -> None:
        """Close the record; a cell that never ran stays `pending`."""
        self.nb = kwargs.get("nb") or self.nb
        self.end_time = self.now()
        self.nb.metadata.papermill["end_time"] = self.end_time.isoformat()
        self.nb.metadata.papermill["duration"] = (self.end_time - self.start_time).total_seconds()
        self.complete_pbar()
        self.cleanup_pbar()
        self.save_now()


def make_error(error: BaseException) -> Any:
    """Return an error output of what no kernel could report."""
    name, text = type(error).__name__, str(error).strip()
    return new_output("error", ename=name, evalue=text, traceback=[f"{name}: {text}"])
