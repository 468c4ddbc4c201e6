"""Makes jobs for tests, executes them, and reads what they left."""

from __future__ import annotations

import json
import threading
import time
from pathlib import Path
from typing import Any

import nbformat
import psutil

from nbflow.executors.local.worker import execute_job
from nbflow.executors.local.worker.cell_numbers import number_cells
from nbflow.model import Job, Outcome
from nbflow.model.events import Event
from tests.notebooks import Notebook, write


def make_job(root: Path, *cells: Notebook, name: str = "step", **fields: Any) -> Job:
    """Write a notebook and its copy, as a run does, and return its job."""
    folder = root / "jobs" / name
    source = write(root / "notebooks" / f"{name}.ipynb", list(cells))
    copy = write(folder / "source.ipynb", source.read_bytes())
    made: dict[str, Any] = {
        "run": "0001",
        "step": name,
        "notebook": str(copy),
        "source": str(source),
        "folder": str(folder),
        "root": str(root),
        "kernel": "python3",
    }
    return Job(**(made | fields))


def execute(job: Job) -> tuple[Outcome, list[Event]]:
    events: list[Event] = []
    return execute_job(job, events.append, threading.Event()), events


def read_executed(job: Job) -> Any:
    text = Path(job.folder, "result", "notebook.ipynb").read_text(encoding="utf-8")
    nbformat.validate(json.loads(text))
    return json.loads(text)


def statuses(notebook: Any) -> list[tuple[str, Any]]:
    """Return papermill's status and exception of each of the author's cells."""
    records = [cell["metadata"]["papermill"] for _, cell in number_cells(notebook["cells"])]
    return [(record["status"], record["exception"]) for record in records]


def texts(notebook: Any) -> list[list[str]]:
    """Return what each of the author's cells printed, and the names of its errors."""
    return [
        ["".join(out["text"]) if "text" in out else out.get("ename", "") for out in cell["outputs"]]
        for _, cell in number_cells(notebook["cells"])
        if cell["cell_type"] == "code"
    ]


def wait_for_end(pids: list[int]) -> list[int]:
    """Return the processes that still live after a while."""
    deadline = time.monotonic() + 60
    while (alive := [pid for pid in pids if lives(pid)]) and time.monotonic() < deadline:
        psutil.wait_procs([psutil.Process(pid) for pid in alive if lives(pid)], timeout=0.1)
    return alive


def lives(pid: int) -> bool:
    try:
        return psutil.Process(pid).status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False
