"""What a dead worker left: its notebook is made true by what it told before."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

from nbflow.events import CellFinished, CellStarted, Event
from nbflow.worker.numbers import number_cells

if TYPE_CHECKING:
    from nbflow.model import Failure, Job


class Account:
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


def mend(job: Job, account: Account, failure: Failure) -> None:
    """Mark what was executed and where it ended; outputs are as far as they were saved."""
    path = Path(job.folder, "result", "notebook.ipynb")
    if not path.exists():
        return
    notebook = json.loads(path.read_text(encoding="utf-8"))
    notebook["metadata"].setdefault("papermill", {})["exception"] = True
    for number, cell in number_cells(notebook["cells"]):
        _mark(cell, number, account, failure)
    part = path.with_name(f"{path.name}.part")
    part.write_text(json.dumps(notebook, indent=1, ensure_ascii=True), encoding="utf-8")
    part.replace(path)


def _mark(cell: Any, number: int, account: Account, failure: Failure) -> None:
    record = cell.setdefault("metadata", {}).setdefault("papermill", {})
    if account.cell is not None and number == account.cell.cell:
        record.update(status="failed", exception=True)
        cell.setdefault("outputs", []).append(_make_output(failure))
    elif number in account.done:
        record.update(status="completed", exception=False)
    elif record.get("status") == "running":
        record.update(status="pending", exception=None)


def _make_output(failure: Failure) -> dict[str, Any]:
    text = f"{failure.type}: {failure.message}"
    return {
        "output_type": "error",
        "ename": failure.type,
        "evalue": failure.message,
        "traceback": [text],
    }
