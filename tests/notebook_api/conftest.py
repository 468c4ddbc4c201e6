"""Jobs and finished runs, made by real calls of the store."""

from __future__ import annotations

import json
import os
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Literal

import msgspec
import pytest

from nbflow.base.ids import make_id
from nbflow.model import Job, JobInput, Output, Parts, Planned, Result, events
from nbflow.notebook_api import session
from nbflow.notebook_api.audit_hook import VARIABLE
from nbflow.runs.log import to_line
from nbflow.storage import output_io
from nbflow.storage.results.result_index import keep_result
from nbflow.workspace.pipeline_folder import PipelineFolder

HOUR = 3600


@pytest.fixture(autouse=True)
def fresh(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each test is a kernel of its own: no job, no session."""
    monkeypatch.setattr(session, "current", session.Session())
    monkeypatch.delenv(VARIABLE, raising=False)
    monkeypatch.delenv("JPY_SESSION_NAME", raising=False)


@pytest.fixture
def start_job(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Job]:
    """Put this process under a run: `inputs` are written as other steps would."""

    def start(
        inputs: Mapping[str, Any] | None = None, *, source: str = "report.ipynb", **fields: Any
    ) -> Job:
        folder = tmp_path / ".nbflow/notebooks/runs/r1/tasks/report/1"
        found = {ref: _write_input(tmp_path, ref, value) for ref, value in (inputs or {}).items()}
        made = Job(
            run="r1",
            step="report",
            notebook=str(folder / "source.ipynb"),
            source=str(tmp_path / "notebooks" / source),
            folder=str(folder),
            root=str(tmp_path),
            kernel="python3",
            inputs=found,
            **fields,
        )
        (folder / "result").mkdir(parents=True)
        (tmp_path / "notebooks").mkdir(exist_ok=True)
        (folder / "job.json").write_bytes(msgspec.json.encode(made))
        monkeypatch.setenv(VARIABLE, str(folder / "job.json"))
        return made

    return start


def _write_input(root: Path, ref: str, value: Any) -> JobInput:
    step, _, name = ref.partition(".")
    folder = root / ".nbflow/notebooks/results" / step / f"{name}-1"
    output = output_io.write(folder, name, value)
    return JobInput(folder=str(folder), name=name, run="r0", result=folder.name, hash=output.hash)


def finish_run(
    project: PipelineFolder,
    steps: Mapping[str, Mapping[str, Any]],
    *,
    name: str = "",
    parameters: Mapping[str, Any] | None = None,
    hours_ago: float = 3,
    reused: Mapping[str, str] | None = None,
    status: Literal["done", "failed", ""] = "done",
) -> events.RunStarted:
    """Log a run of these steps and what each wrote; `reused` are results of earlier runs."""
    at = time.time() - hours_ago * HOUR
    run = make_id(at)
    started = events.RunStarted(
        run=run,
        pipeline=project.name,
        name=name,
        parameters=dict(parameters or {}),
        planned=tuple(Planned(step, "run") for step in (*(reused or {}), *steps)),
    )
    happened: list[events.Event] = [started]
    for step, result in (reused or {}).items():
        happened.append(events.StepReused(step=step, result=result))
    for step, values in steps.items():
        result = _make_result(project, run, step, values, at)
        outputs = tuple(result.outputs.values())
        happened.append(
            events.StepFinished(step=step, result=result.id, seconds=1, outputs=outputs)
        )
    if status:
        happened.append(events.RunFinished(status=status, seconds=1))
    began = at - 1  # it took a second
    lines = [events.Line(seq=seq, time=began, event=one) for seq, one in enumerate(happened, 1)]
    folder = project.runs / run
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "events.jsonl").write_bytes(b"".join(map(to_line, lines)))
    return started


def _make_result(
    project: PipelineFolder, run: str, step: str, values: Mapping[str, Any], at: float
) -> Result:
    source = project.folder / f"{step}.ipynb"
    making = project.runs / run / "tasks" / step / "1" / "result"
    making.mkdir(parents=True)
    outputs: dict[str, Output] = {one: output_io.write(making, one, v) for one, v in values.items()}
    if source.exists():
        executed = _execute(source, project)
        (making / "notebook.ipynb").write_text(json.dumps(executed))
        os.utime(source, (at, at))
    result = Result(
        id=make_id(at),
        step=step,
        run=run,
        key="key",
        parts=Parts(),
        outputs=outputs,
        created=at,
        seconds=1,
    )
    keep_result(project, making, result)
    return result


def _execute(source: Path, project: PipelineFolder) -> dict[str, Any]:
    """Return what papermill leaves: an injected cell, and the source's path in the metadata."""
    notebook = json.loads(source.read_text())
    injected = {
        "cell_type": "code",
        "metadata": {"tags": ["injected-parameters"]},
        "source": "# Parameters\nmonth = 1",
        "outputs": [],
        "execution_count": 1,
    }
    notebook["cells"].insert(1, injected)
    notebook["metadata"]["papermill"] = {"input_path": project.project.relative(source)}
    return notebook
