"""Follows a run while its log grows."""

from __future__ import annotations

import time
from collections.abc import Iterator

from nbflow.project import Project
from nbflow.runs.fold import Folding, Run
from nbflow.runs.folder import find_folder
from nbflow.runs.history import place, read_unread
from nbflow.runs.liveness import is_alive
from nbflow.runs.log import Reader

POLL = 0.05  # seconds between looks at the log


def follow(project: Project, run_id: str) -> Iterator[Run]:
    """Yield the run each time its log has grown, until it is over."""
    reader, folding = Reader(find_folder(project, run_id).log), Folding()
    while True:
        alive = is_alive(project, run_id)  # asked before reading: the last lines are not missed
        if lines := reader.read_new():
            for line in lines:
                folding.add(line)
            yield place(project, folding.run, run_id, alive=True)
        if folding.run.status != "running":
            return
        if not alive or "status" in read_unread(project, folding.run, run_id):
            yield place(project, folding.run, run_id, alive=alive)
            return
        time.sleep(POLL)
