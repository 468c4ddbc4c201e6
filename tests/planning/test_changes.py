"""What makes a step run again, and what must not: a finished pipeline, one edit, a plan."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import pytest

from nbflow.analysis.contract.scan import read_folder
from nbflow.execution.run import execute
from nbflow.model import Reason, Request
from nbflow.planning import make_plan
from nbflow.workspace.pipeline_folder import PipelineFolder, find_pipeline
from tests.notebooks import cell, markdown, write_pipeline

pytestmark = pytest.mark.kernel

LOAD = [
    markdown("# Load"),
    cell("month: int = 1  # which month", "parameters"),
    cell("import nbflow\nsource = nbflow.file('data/flights.csv')", "inputs"),
    cell("import importlib\n\nimport pandas as pd\nlate = importlib.import_module('la' + 'te')"),
    cell("import early\nflights = pd.read_csv(source)[lambda t: t['month'] == month]"),
    cell("flights['delay'] *= early.FACTOR\nnbflow.write('flights', flights)"),
]
CLEAN = [
    cell("import nbflow\nflights = nbflow.read('load.flights')", "inputs"),
    cell("clean = flights.dropna()\nnbflow.write('clean', clean)"),
]
REPORT = [
    cell("import nbflow\nclean = nbflow.read('clean.clean')", "inputs"),
    cell("print(len(clean))"),
]
FILES = {
    "data/flights.csv": "month,carrier,delay\n1,UA,3\n1,AA,\n2,UA,7\n",
    "early.py": "from deep import FACTOR\n",
    "deep.py": "FACTOR = 2\n",
    "late.py": "X = 1\n",
}


@pytest.fixture(scope="module")
def finished(tmp_path_factory) -> PipelineFolder:
    made = write_pipeline(
        tmp_path_factory.mktemp("finished"), load=LOAD, clean=CLEAN, report=REPORT, files=FILES
    )
    run = execute(make_plan(made, read_folder(made), Request(jobs=1)))
    assert {name: step.status for name, step in run.steps.items()} == dict.fromkeys(
        ("load", "clean", "report"), "done"
    ), run.steps
    return made


@pytest.fixture
def folder(finished: PipelineFolder, tmp_path: Path) -> Path:
    """The notebooks of the finished project, moved to another place."""
    moved = tmp_path / "moved"
    shutil.copytree(finished.project.root, moved)
    return moved / "notebooks"


def plan(folder: Path, **request) -> dict[str, tuple[str, tuple[Reason, ...]]]:
    at = find_pipeline(folder)
    made = make_plan(at, read_folder(at), Request(**request))
    return {name: (planned.action, planned.why) for name, planned in made.steps.items()}


def edit(name: str, change: Callable[[dict], object]) -> Callable[[Path], None]:
    def apply(folder: Path) -> None:
        path = folder / f"{name}.ipynb"
        notebook = json.loads(path.read_text())
        change(notebook)
        path.write_text(json.dumps(notebook))

    return apply


def put(name: str, text: str) -> Callable[[Path], object]:
    return lambda folder: (folder / name).write_text(text)


def sub(number: int, old: str, new: str) -> Callable[[dict], None]:
    def change(notebook: dict) -> None:
        assert old in notebook["cells"][number - 1]["source"]
        source = notebook["cells"][number - 1]["source"]
        notebook["cells"][number - 1]["source"] = source.replace(old, new)

    return change


def tag(number: int, *tags: str) -> Callable[[dict], None]:
    return lambda notebook: notebook["cells"][number - 1]["metadata"].update(tags=list(tags))


UNCHANGED = {
    "load": ("reuse", (Reason("unchanged"),)),
    "clean": ("reuse", (Reason("unchanged"),)),
    "report": ("reuse", (Reason("unchanged"),)),
}


class Case(NamedTuple):
    name: str
    change: Callable[[Path], object]
    why: Reason | None = None
    step: str = "load"


RUNS_AGAIN = [
    Case("code", edit("load", sub(6, "early.FACTOR", "3")), Reason("cell-changed", "flights['delay'] *= 3", after=6)),
    Case("skip-execution", edit("load", tag(5, "skip-execution")), Reason("cell-removed", "import early", before=5)),
    Case("raises-exception", edit("load", tag(5, "raises-exception")), Reason("cell-changed", "import early", after=5)),
    Case("file", put("data/flights.csv", "month,carrier,delay\n1,UA,4\n"), Reason("file-changed", "notebooks/data/flights.csv")),
    Case("module", put("early.py", "FACTOR = 5\n"), Reason("module-changed", "notebooks/early.py")),
    Case("module's module", put("deep.py", "FACTOR = 5\n"), Reason("module-changed", "notebooks/deep.py")),
    Case("module imported dynamically", put("late.py", "X = 2\n"), Reason("module-changed", "notebooks/late.py")),
    Case("code below", edit("clean", sub(2, "dropna()", "fillna(0)")),
         Reason("cell-changed", "clean = flights.fillna(0)", after=2), "clean"),
]  # fmt: skip


@pytest.mark.parametrize("case", RUNS_AGAIN, ids=lambda case: case.name)
def test_runs_again(folder: Path, case: Case):
    case.change(folder)
    action, why = plan(folder)[case.step]
    assert action == "run"
    assert case.why in why


def test_a_parameter_runs_its_step_and_lets_what_is_below_wait(folder: Path):
    assert plan(folder, parameters={"month": 2}) == {
        "load": ("run", (Reason("parameter-changed", "month", 1, 2),)),
        "clean": ("wait", (Reason("waits", "load"),)),
        "report": ("wait", (Reason("waits", "clean"),)),
    }


def test_a_parameter_at_its_default_changes_nothing(folder: Path):
    assert plan(folder, parameters={"month": 1}) == UNCHANGED


CHANGES_NOTHING = [
    Case("nothing, but moved", lambda _: None),
    Case("a comment", edit("load", sub(5, "import early", "import early  # ours"))),
    Case("blank lines", edit("load", sub(5, "\nflights", "\n\n\nflights"))),
    Case("markdown", edit("load", sub(1, "# Load", "# Load the flights"))),
    Case("an output", edit("load", lambda nb: nb["cells"][5].update(
        outputs=[{"output_type": "stream", "name": "stdout", "text": "hello"}]))),
    Case("an execution count", edit("load", lambda nb: nb["cells"][5].update(
        execution_count=7))),
    Case("a kernelspec's name", edit("load", lambda nb: nb["metadata"]["kernelspec"].update(
        name="my-env", display_name="Mine"))),
    Case("a tag that does not matter", edit("load", tag(5, "hide-input"))),
    Case("a new cell of markdown", edit("load", lambda nb: nb["cells"].insert(
        0, markdown("Hello") | {"id": "new"}))),
    Case("a file touched", lambda folder: (folder / "early.py").touch()),
]  # fmt: skip


@pytest.mark.parametrize("case", CHANGES_NOTHING, ids=lambda case: case.name)
def test_changes_nothing(folder: Path, case: Case):
    case.change(folder)
    assert plan(folder) == UNCHANGED


def run(folder: Path) -> dict[str, str]:
    at = find_pipeline(folder)
    ended = execute(make_plan(at, read_folder(at), Request(jobs=1)))
    return {name: step.status for name, step in ended.steps.items()}


def test_the_same_data_again_runs_nothing_below(folder: Path):
    edit("load", sub(6, "early.FACTOR", "(1 + 1)"))(folder)
    assert run(folder) == {"load": "done", "clean": "reused", "report": "reused"}


DATA_CHANGES = [
    Case("a re-sorted table", edit("load", sub(6, "flights)", "flights[::-1])"))),
    Case("a renamed column", edit("load", sub(6, "flights)", "flights.rename(columns={'delay': 'Delay'}))"))),
    Case("another type", edit("load", sub(6, "flights)", "flights.astype({'delay': 'float32'}))"))),
]  # fmt: skip


@pytest.mark.parametrize("case", DATA_CHANGES, ids=lambda case: case.name)
def test_other_data_runs_what_reads_it(folder: Path, case: Case):
    case.change(folder)
    assert run(folder)["clean"] == "done"


def test_going_back_reuses_the_older_result(folder: Path):
    edit("load", sub(6, "early.FACTOR", "3"))(folder)
    assert run(folder)["load"] == "done"
    edit("load", sub(6, "= 3", "= early.FACTOR"))(folder)
    assert plan(folder) == UNCHANGED
