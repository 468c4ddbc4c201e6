"""Runs within runs: which steps this process runs in, and that none starts its own pipeline."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from nbflow.errors import RunError
from nbflow.runs.folder import AttemptFolder
from nbflow.runs.liveness import is_alive

if TYPE_CHECKING:
    from nbflow.model import Job
    from nbflow.workspace.pipeline_folder import PipelineFolder

# The folders of the jobs that a process runs in, outermost first, as JSON. Unlike `NBFLOW_JOB` it
# reaches subprocesses: they are not the step, but what they start is started from within it.
WITHIN = "NBFLOW_WITHIN"


def make_within(job: Job) -> str:
    """Return the variable's value for the kernel of a job."""
    return msgspec.json.encode([*read_within(), job.folder]).decode()


def read_within() -> list[str]:
    """Return the folders of the jobs that this process runs in, outermost first."""
    try:
        return msgspec.json.decode(os.environ.get(WITHIN, "[]"), type=list[str])
    except msgspec.MsgspecError:
        return []


def refuse_nested(pipeline: PipelineFolder) -> None:
    """Raise RunError where this process runs in a step of a run of this pipeline.

    Such a run could wait for itself, and one that is not reused would start the next without end.
    """
    for run_id, step in _find_outer(pipeline):
        if is_alive(pipeline, run_id):
            raise RunError(
                f"The step {step} of run {run_id} is being executed, and cannot start a run of "
                f"its own pipeline, {pipeline.folder}. Remove the line that starts it from the "
                "notebook, or run another folder there; start this one when the run is over."
            )


def _find_outer(pipeline: PipelineFolder) -> Iterator[tuple[str, str]]:
    """Yield the run and step of each job of this pipeline that this process runs in."""
    runs = os.path.realpath(pipeline.runs)
    for attempt in (AttemptFolder(Path(one)) for one in read_within()):
        run = attempt.run.path
        if os.path.realpath(run.parent) == runs:
            yield run.name, attempt.task
