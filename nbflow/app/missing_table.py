"""Explains why a run does not have a table, and finds another run that has it."""

from __future__ import annotations

import shlex

from nbflow.app.pipelines import say_where
from nbflow.errors import NbflowError, RemovedError
from nbflow.model.refs import make_ref
from nbflow.runs.fold import Run
from nbflow.runs.history import read_run, read_run_ids
from nbflow.storage.results.outputs import read_outputs
from nbflow.workspace.pipeline_folder import PipelineFolder

_LOOKED_AT = 100  # runs, the newest


def explain_removed(run: Run, name: str) -> str:
    """Return why `step.table` of a run is there no more, "" where it is or never was."""
    step = make_ref(name).step
    try:
        if step in run.steps:
            run.find_folder(step)
    except RemovedError as error:
        return str(error)
    except NbflowError:
        pass
    return ""


def suggest_run(pipeline: PipelineFolder, run: Run, name: str) -> str:
    """Return a sentence that names the newest other run with `step.table`, "" where none has it."""
    others = (one for one in read_run_ids(pipeline, _LOOKED_AT) if one != run.id)
    found = next((one for one in others if _has(read_run(pipeline, one), name)), None)
    if found is None:
        return ""
    query = shlex.join(["nbflow", "sql", "--run", found, f"from {name}"])
    return f" Run {found} has it: {query} {say_where(pipeline)}".rstrip()


def _has(run: Run, name: str) -> bool:
    step, table = make_ref(name)
    try:
        outputs = read_outputs(run.find_folder(step))
    except NbflowError:
        return False
    return any(one.kind == "table" and one.name == table for one in outputs.values())
