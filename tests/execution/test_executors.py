"""An executor of another package, chosen by the setting, runs a pipeline as ours does."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from nbflow.errors import RunError, UnknownNameError
from nbflow.executors.protocol import Setup
from nbflow.executors.registry import load_executor
from nbflow.notebook_api import read
from nbflow.runs.fold import Run
from nbflow.runs.history import read_runs
from nbflow.storage.results.store import open_store
from nbflow.workspace.pipeline_folder import PipelineFolder
from tests.notebooks import cell, write_pipeline

ROOT = Path(__file__).parents[2]
LOAD = [
    cell("n = 3", "parameters"),
    cell(
        "import nbflow, pandas as pd\n"
        "nbflow.write('rows', pd.DataFrame({'n': range(n)}))\n"
        "nbflow.write('model', {'a': n})"
    ),
]
DOUBLE = [
    cell("import nbflow\nrows = nbflow.read('load.rows')", "inputs"),
    cell("nbflow.write('twice', rows.assign(n=rows.n * 2))"),
]
REPORT = [
    cell("import nbflow\ntwice = nbflow.read('double.twice')\nmodel = nbflow.read('load.model')", "inputs"),
    cell("import nbflow\nnbflow.write('total', int(twice.n.sum()) + model['a'])\nprint('reported')"),
]  # fmt: skip


@pytest.fixture
def installed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Install a package with executors, and return the place where its jobs are executed."""
    found = tmp_path / "packages" / "nbflow_elsewhere-1.0.dist-info"
    found.mkdir(parents=True)
    (found / "METADATA").write_text("Metadata-Version: 2.1\nName: nbflow-elsewhere\nVersion: 1.0\n")
    (found / "entry_points.txt").write_text(
        "[nbflow.executors]\nelsewhere = tests.execution.elsewhere:Elsewhere\nbroken = tests.execution.nowhere:No\n"
    )
    place = tmp_path / "elsewhere"
    place.mkdir()
    monkeypatch.syspath_prepend(str(found.parent))
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join([str(found.parent), str(ROOT)]))
    monkeypatch.setenv("ELSEWHERE", str(place))
    return place


def make(root: Path, **steps: object) -> PipelineFolder:
    return write_pipeline(root, **{"toml": 'executor = "elsewhere"\n', **steps})


def run(made: PipelineFolder, *options: str) -> tuple[int, Run]:
    """Run by the command line; return its exit code and the run."""
    command = [sys.executable, "-m", "nbflow", "run", str(made.folder), *options]
    ended = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)
    return ended.returncode, next(iter(read_runs(made)))


def statuses(ended: Run) -> dict[str, str]:
    return {one.name: one.status for one in ended.steps.values()}


@pytest.mark.kernel
def test_a_pipeline_runs_and_is_reused_and_fails_truthfully_elsewhere(
    tmp_path: Path, installed: Path
) -> None:
    made = make(tmp_path / "mine", load=LOAD, double=DOUBLE, report=REPORT)
    code, first = run(made, "-j", "2")
    assert (code, statuses(first)) == (0, {"load": "done", "double": "done", "report": "done"})
    assert sorted(at.name for at in (installed / "jobs").iterdir()) == ["double", "load", "report"]
    assert open_store(installed).list_steps() == ["double", "load"]  # what was read
    jobs, imports, *_ = json.loads((installed / "setup.json").read_text())
    assert (jobs, imports[:2]) == (2, ["nbflow", "pandas"])  # what reads and writes, behind them
    os.chdir(made.folder)
    assert read("report.total") == 9

    code, second = run(made)
    assert (code, set(statuses(second).values())) == (0, {"reused"})

    (made.folder / "double.ipynb").write_text(
        (made.folder / "double.ipynb").read_text().replace("rows.n * 2", "rows.gone")
    )
    code, third = run(made)
    assert (code, statuses(third)) == (
        1,
        {"load": "reused", "double": "failed", "report": "blocked"},
    )
    failure = third.steps["double"].failure
    assert (failure.cause, failure.type, failure.cell) == ("error", "AttributeError", 2)


@pytest.mark.kernel
def test_a_cancelled_run_stops_elsewhere(tmp_path: Path, installed: Path) -> None:
    begun = installed / "begun"
    long = [
        cell("n = 1", "parameters"),
        cell(f"open({str(begun)!r}, 'w').close()\nimport time; time.sleep(600)"),
    ]
    made = make(tmp_path / "mine", long=long)
    command = [sys.executable, "-m", "nbflow", "run", str(made.folder)]
    with subprocess.Popen(command, stdout=subprocess.PIPE) as process:
        while not begun.exists():
            assert process.poll() is None
        process.send_signal(signal.SIGINT)
        process.wait(60)
    assert process.returncode == 130
    assert statuses(next(iter(read_runs(made)))) == {"long": "cancelled"}


@pytest.mark.usefixtures("installed")
def test_a_wrong_name_is_an_error_that_lists_those_installed() -> None:
    with pytest.raises(UnknownNameError, match=r"slrum.*installed: broken, elsewhere, local"):
        load_executor("slrum")


@pytest.mark.usefixtures("installed")
def test_one_that_cannot_be_imported_is_told() -> None:
    with pytest.raises(RunError, match=r"broken.*cannot be loaded: ModuleNotFound"):
        load_executor("broken")


def test_a_run_with_a_wrong_name_leaves_nothing(tmp_path: Path) -> None:
    made = write_pipeline(tmp_path, toml='executor = "slrum"\n', load=LOAD)
    command = [sys.executable, "-m", "nbflow", "run", str(made.folder)]
    ended = subprocess.run(command, capture_output=True, text=True, check=False)
    assert ended.returncode == 2
    assert 'No executor "slrum"; installed: local.' in ended.stderr
    assert not made.runs.exists()


def test_ours_is_made_without_a_look_at_entry_points(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delattr("importlib.metadata.entry_points")
    load_executor("local")(Setup()).close()
