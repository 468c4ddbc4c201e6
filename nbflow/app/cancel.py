"""Stops a run that is under way."""

from __future__ import annotations

import time

from nbflow.app.answers import Told
from nbflow.app.pipelines import say_where
from nbflow.errors import RunError
from nbflow.model import Command
from nbflow.runs.cancel import cancel as ask_to_stop
from nbflow.runs.fold import Run
from nbflow.runs.history import find_run, read_run, read_run_ids
from nbflow.runs.liveness import is_alive
from nbflow.workspace.pipeline_folder import PipelineFolder

_POLL = 0.1  # seconds


def cancel(pipeline: PipelineFolder, run: str | None = None, *, wait: float = 30.0) -> Told:
    """Ask a run to stop, by default the newest under way, and wait so many seconds for its end."""
    found = find_run(pipeline, run) if run else _find_live(pipeline)
    ask_to_stop(pipeline, found)
    return _tell(pipeline, _wait(pipeline, found, wait))


def _find_live(pipeline: PipelineFolder) -> Run:
    for run_id in read_run_ids(pipeline):
        if is_alive(pipeline, run_id):
            return read_run(pipeline, run_id)
    raise RunError(f"No run of {pipeline.folder} is under way. ", Command("runs"), " lists them.")


def _wait(pipeline: PipelineFolder, run: Run, seconds: float) -> Run:
    """Return the run when it is over, or as it is after so long."""
    end = time.monotonic() + seconds
    while run.status == "running" and time.monotonic() < end:
        time.sleep(_POLL)
        run = read_run(pipeline, run.id)
    return run


def _tell(pipeline: PipelineFolder, run: Run) -> Told:
    where = say_where(pipeline)
    facts = {"run": run.id, "status": run.status}
    again = ((Command("rerun", (where,)), "go on; what is finished is reused"),)
    if run.status == "running":
        waiting = ((Command("cancel", (where,)), "ask and wait again"),)
        return Told("asked-to-stop", facts, waiting, failed=True)
    if run.status == "cancelled":
        return Told("cancelled", facts, again)
    return Told("was-over", facts)
