"""Makes pipelines of N trivial steps, finished as a run leaves them, without any kernel."""

from __future__ import annotations

import argparse
import json
import shutil
import threading
import time
from collections.abc import Callable
from pathlib import Path
from unittest import mock

import pandas as pd

from nbflow.analysis.contract.scan import read_folder
from nbflow.execution import run
from nbflow.executors.protocol import Emit
from nbflow.model import Job, Outcome, Request
from nbflow.model.events import Line
from nbflow.planning import Plan, make_plan
from nbflow.runs.fold import Run
from nbflow.storage import output_io
from nbflow.workspace.pipeline_folder import PipelineFolder, find_pipeline
from tests.notebooks import cell, markdown, notebook, write

LENGTH = 10  # steps in a chain
FAT = 5_000_000  # characters of output in a fat notebook

Parent = Callable[[int], int | None]


def fan(number: int) -> int | None:
    """The first step feeds chains of ten."""
    if number == 0:
        return None
    return 0 if number % LENGTH == 0 else number - 1


def chain(number: int) -> int | None:
    return number - 1 if number else None


SHAPES: dict[str, Parent] = {"chain": chain, "fan": fan}


def make_pipeline(root: Path, steps: int, *, fat: int = 0, shape: str = "fan") -> PipelineFolder:
    """Write the notebooks, `fat` of them with 5 MB of outputs, spread evenly."""
    folder = root / "notebooks"
    folder.mkdir(parents=True)
    (root / "nbflow.toml").touch()
    (folder / "rates.py").write_text("RATE = 2\n", encoding="utf-8")
    every = steps // fat if fat else 0
    for number in range(steps):
        size = FAT if every and number % every == 0 and number // every < fat else 0
        made = _make_notebook(number, SHAPES[shape](number), size)
        write(folder / f"{name(number)}.ipynb", made)
    return find_pipeline(folder)


def name(number: int) -> str:
    return f"step{number:05d}"


def finish(pipeline: PipelineFolder, observe: Callable[[Line], None] = lambda _: None) -> Run:
    """Run the pipeline by nbflow's own loop, with an executor that only writes the tables."""
    plan = make_plan(pipeline, read_folder(pipeline), Request(jobs=1))
    return execute(plan, observe=observe)


def execute(plan: Plan, observe: Callable[[Line], None] = lambda _: None) -> Run:
    """Run a plan as `finish` does."""
    with mock.patch("nbflow.execution.run.load_executor", return_value=WritingExecutor):
        return run.execute(plan, observe=observe)


def edit(pipeline: PipelineFolder, number: int, source: str = "factor = 3") -> None:
    """Change one cell of one notebook."""
    path = pipeline.folder / f"{name(number)}.ipynb"
    content = json.loads(path.read_text(encoding="utf-8"))
    content["cells"][-1]["source"] = source
    write(path, content)


class WritingExecutor:
    """Leaves in a job's folder what a worker leaves there, and starts no kernel.

    Tables are written once and copied, since theirs is not the time that is measured.
    """

    _written: Path | None = None  # the tables of the first step

    def __init__(self, *_: object) -> None: ...

    def prepare(self, _: object) -> None: ...

    def execute(self, job: Job, emit: Emit, stop: threading.Event) -> Outcome:
        del emit, stop
        started, result = time.monotonic(), Path(job.folder) / "result"
        if WritingExecutor._written is None or not WritingExecutor._written.exists():
            output_io.write(
                result, "rows", pd.DataFrame({"number": range(10), "text": list("abcdefghij")})
            )
            WritingExecutor._written = result.with_name("first")
            shutil.copytree(result, WritingExecutor._written)
        else:
            shutil.copytree(WritingExecutor._written, result, dirs_exist_ok=True)
        shutil.copy2(job.notebook, result / "notebook.ipynb")
        outputs = output_io.read_outputs(result)
        return Outcome(status="done", seconds=time.monotonic() - started, outputs=outputs)

    def close(self) -> None:
        pass


def _make_notebook(number: int, parent: int | None, size: int) -> dict:
    reads = f"before = nbflow.read('{name(parent)}.rows')" if parent is not None else "before = 1"
    made = notebook(
        markdown(f"# Step {number}\nA step that does next to nothing."),
        cell("month: int = 1  # which month\nlimit = 0.5", "parameters"),
        cell(
            f"import duckdb\nimport pandas as pd\n\nimport nbflow\nimport rates\n{reads}", "inputs"
        ),
        cell(
            "def scale(table, by):\n    # a comment\n    return table * by\n\n\nscaled = scale(2, rates.RATE)"
        ),
        cell("rows = pd.DataFrame({'number': range(10)})\nnbflow.write('rows', rows)"),
        cell(f"print({number})"),
    )
    if size:
        made["cells"][-1]["outputs"] = [
            {
                "name": "stdout",
                "output_type": "stream",
                "text": ["0123456789" * 10 + "\n"] * (size // 101),
            }
        ]
    return made


def main() -> None:
    """`python -m tests.benchmarks.make_pipeline FOLDER STEPS`."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("steps", type=int)
    parser.add_argument("--fat", type=int, default=0, help="notebooks with 5 MB of outputs")
    parser.add_argument("--shape", choices=SHAPES, default="fan")
    asked = parser.parse_args()
    started = time.monotonic()
    pipeline = make_pipeline(asked.folder, asked.steps, fat=asked.fat, shape=asked.shape)
    made = time.monotonic()
    ended = finish(pipeline)
    print(f"written in {made - started:.1f} s, {ended.status} in {time.monotonic() - made:.1f} s")


if __name__ == "__main__":
    main()
