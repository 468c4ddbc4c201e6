"""Makes a run of many steps with large outputs, as nbflow leaves it: without executing any."""

from __future__ import annotations

import base64
import json
import random
from pathlib import Path

import msgspec

from nbflow.model import Output, Parts, Planned, Reason, Result, Spent, Taken
from nbflow.model import events as e
from nbflow.runs.folder import find_folder
from nbflow.runs.log import to_line
from nbflow.storage import output_io
from nbflow.storage.results.store import open_store
from nbflow.workspace.pipeline_folder import PipelineFolder
from tests.notebooks import markdown, notebook, write_pipeline

START = 1_796_000_000.0  # seconds since the epoch
RUN = "20261130-120000-aaaaaa"


def make_large_run(folder: Path, steps: int = 200, size: int = 250_000) -> PipelineFolder:
    """Return a pipeline with one run, each of whose steps has about `size` bytes of outputs."""
    pipeline = write_pipeline(folder)
    names = [f"step_{number:03}" for number in range(steps)]
    parents = {name: _find_parents(names, at) for at, name in enumerate(names)}
    for at, name in enumerate(names):
        _write_result(pipeline, name, parents[name], _make_notebook(name, size, at))
    _write_log(pipeline, names, parents)
    return pipeline


def _find_parents(names: list[str], at: int) -> tuple[str, ...]:
    return tuple(names[number] for number in {(at - 1) // 2, at - 3} if 0 <= number < at)


def _make_notebook(name: str, size: int, seed: int) -> bytes:
    noise = random.Random(seed).randbytes(size * 3 // 8)
    picture = {"image/png": base64.b64encode(noise).decode(), "text/plain": "<Figure size 800x360>"}
    printed = [f"epoch {line}: loss {line / 7:.4f}\n" for line in range(size // 50)]
    outputs = [
        {"output_type": "stream", "name": "stdout", "text": printed},
        {"output_type": "display_data", "data": picture, "metadata": {}},
    ]
    ran = {"duration": 0.4, "status": "completed", "exception": False}
    code = {
        "cell_type": "code",
        "execution_count": 1,
        "metadata": {"papermill": ran},
        "outputs": outputs,
        "source": "plot(train())",
    }
    head = markdown(f"# What {name} does\n\nIt trains, and **plots** what came of it.")
    return json.dumps(notebook(head, code), indent=1).encode()


def _write_result(
    pipeline: PipelineFolder, name: str, parents: tuple[str, ...], executed: bytes
) -> None:
    folder = open_store(pipeline.home).fetch(name, f"{name}-1")
    folder.mkdir(parents=True)
    inputs = {f"{parent}.model": "hash" for parent in parents}
    result = Result(
        id=f"{name}-1",
        step=name,
        run=RUN,
        key="key",
        parts=Parts(parameters={"depth": 3}, inputs=inputs, environment={"python": "3.12.1"}),
        outputs={"model": output_io.write(folder, "model", {"depth": 3})},
        created=START,
        seconds=1.0,
        inputs={ref: Taken(f"{ref.partition('.')[0]}-1", "hash") for ref in inputs},
    )
    (folder / "result.json").write_bytes(msgspec.json.encode(result))
    (folder / "notebook.ipynb").write_bytes(executed)


def _write_log(
    pipeline: PipelineFolder, names: list[str], parents: dict[str, tuple[str, ...]]
) -> None:
    planned = tuple(Planned(name, "run", (Reason("no-result"),)) for name in names)
    paths = {name: f"notebooks/{name}.ipynb" for name in names}
    events: list[e.Event] = [
        e.RunStarted(RUN, "notebooks", planned=planned, paths=paths, parents=parents, jobs=2)
    ]
    for name in names:
        outputs = (Output("model", "json", "hash", bytes=2),)
        spent = Spent(waiting=0.3, start=0.2, cells=0.5, reading=0.2, writing=0.1)
        events += [
            e.StepStarted(name),
            e.CellStarted(name, 2),
            *(e.OutputPrinted(name, f"epoch {line}\n", cell=2) for line in range(50)),
            e.CellFinished(name, 2, 0.4),
            e.StepFinished(name, f"{name}-1", 1.0, outputs, spent=spent),
        ]
    events.append(e.RunFinished("done", len(names) / 2))
    log = find_folder(pipeline, RUN).log
    log.parent.mkdir(parents=True)
    per_step = (len(events) - 2) / len(names)
    lines = (e.Line(seq, START + seq / per_step / 2, one) for seq, one in enumerate(events, 1))
    log.write_bytes(b"".join(map(to_line, lines)))
