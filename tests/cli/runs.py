"""Makes runs as a run leaves them, without a kernel: results, pins and a log."""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from click.testing import CliRunner, Result

from nbflow.cli import program
from nbflow.model import Failure, Parts, Planned, Reason, TaskId, make_warning
from nbflow.model import Result as Kept
from nbflow.model.events import (
    Event,
    RunFinished,
    RunStarted,
    StepBlocked,
    StepFailed,
    StepFinished,
    StepStarted,
)
from nbflow.runs.folder import RunFolder
from nbflow.runs.log import Log
from nbflow.storage import output_io
from nbflow.storage.results import result_index
from nbflow.workspace.pipeline_folder import PipelineFolder, make_home
from tests.notebooks import cell, notebook, write

FAILURE = Failure(
    cause="error",
    type="KeyError",
    message="'carrier'",
    cell=3,
    line=2,
    first_line='rates = df["carrier"]',
    traceback="",
    advice=make_warning("too-slow", option="timeout", seconds=3),
)


def nbflow(*args: str, input: str | None = None) -> Result:  # noqa: A002 - click's word
    """Call the program as a shell would."""
    return CliRunner().invoke(program, args, prog_name="nbflow", input=input)


def make_run(
    pipeline: PipelineFolder,
    run_id: str,
    steps: Mapping[str, Mapping[str, Any]],
    *,
    failed: Mapping[str, Mapping[str, Any]] = {},
    blocked: Mapping[str, str] = {},
    name: str = "",
    ended: bool = True,
) -> Path:
    """Leave a run in which each step wrote these tables and values; return its folder."""
    make_home(pipeline)
    folder = pipeline.runs / run_id
    folder.mkdir(parents=True)
    log = Log(folder / "events.jsonl", lambda _: None)
    planned = tuple(
        Planned(step, "run", (Reason("no-result"),)) for step in (*steps, *failed, *blocked)
    )
    log.append(RunStarted(run_id, pipeline.name, name, planned=planned))
    for step, outputs in steps.items():
        for event in _keep(pipeline, folder, run_id, step, outputs):
            log.append(event)
    for step, outputs in failed.items():
        making = _write(folder, step, run_id, outputs)
        path = pipeline.project.relative(making / "notebook.ipynb")
        log.append(StepFailed(step, FAILURE, 1.5, path))
    for step, above in blocked.items():
        log.append(StepBlocked(step, (Reason("blocked", above),)))
    if ended:
        log.append(RunFinished("failed" if failed else "done", 12.0))
    log.close()
    return folder


def _keep(
    pipeline: PipelineFolder, folder: Path, run_id: str, step: str, outputs: Mapping[str, Any]
) -> list[Event]:
    making = _write(folder, step, run_id, outputs)
    written = output_io.read_outputs(making)
    result = Kept(run_id, step, run_id, "key", Parts(), written, 1e9, 2.0)
    kept = result_index.keep_result(pipeline, making, result)
    attempt = RunFolder(folder).attempt(TaskId(step))
    shutil.copy(kept / "notebook.ipynb", attempt.executed)
    return [StepStarted(step), StepFinished(step, run_id, 2.0, tuple(written.values()))]


def _write(folder: Path, step: str, run_id: str, outputs: Mapping[str, Any]) -> Path:
    making = RunFolder(folder).attempt(TaskId(step)).making
    making.mkdir(parents=True)
    for name, value in outputs.items():
        output_io.write(making, name, value)
    executed = {"run": run_id, "step": step, "inputs": {}}
    made = notebook(cell("1"), metadata={"nbflow": {"executed": executed}})
    write(making / "notebook.ipynb", made)
    return making
