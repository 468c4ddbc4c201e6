"""NBFLOW_PLAIN=1: nbclient's own client and ordinary kernels give the same results."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from nbflow.model.events import CellFinished, CellStarted, OutputPrinted
from nbflow.runs.history import read_runs
from tests.notebooks import cell, write_pipeline
from tests.worker.jobs import execute, make_job, read_executed, statuses, texts

pytestmark = pytest.mark.kernel
KERNEL = "print(type(get_ipython().kernel).__name__, get_ipython().kernel.session.pack.__module__)"


@pytest.fixture(autouse=True)
def plain(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NBFLOW_PLAIN", "1")


def test_nothing_of_ours_is_in_the_kernel(tmp_path: Path) -> None:
    job = make_job(tmp_path, cell(KERNEL), cell("1 + 1"))
    outcome, events = execute(job)
    assert (outcome.status, outcome.failure) == ("done", None)
    assert texts(read_executed(job)) == [["IPythonKernel jupyter_client.session\n"], [""]]
    cells = [type(one) for one in events]
    assert (cells.count(CellStarted), cells.count(CellFinished), cells.count(OutputPrinted)) == (2, 2, 1)  # fmt: skip


ENDS = {
    "exit": ("exit()", "done", None),
    "sys.exit(0)": ("import sys; sys.exit(0)", "done", None),
    "sys.exit(3)": ("import sys; sys.exit(3)", "failed", ("error", "SystemExit", 2)),
    "error": ("1 / 0", "failed", ("error", "ZeroDivisionError", 2)),
    "death": ("import os; os._exit(4)", "failed", ("kernel died", "DeadKernelError", 2)),
}


@pytest.mark.parametrize("name", ENDS)
def test_how_a_notebook_ends(tmp_path: Path, name: str) -> None:
    source, status, expected = ENDS[name]
    job = make_job(tmp_path, cell("import json"), cell(source), cell("print('never')"))
    outcome, _ = execute(job)
    failure = outcome.failure
    assert outcome.status == status
    assert (failure and (failure.cause, failure.type, failure.cell)) == expected
    assert statuses(read_executed(job))[2] == ("pending", None)


def test_an_error_that_is_allowed(tmp_path: Path) -> None:
    job = make_job(tmp_path, cell("1 / 0", "raises-exception"), cell("print('after')"))
    assert execute(job)[0].status == "done"
    assert texts(read_executed(job)) == [["ZeroDivisionError"], ["after\n"]]


def test_a_pipeline_runs_is_reused_and_sees_its_modules(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = write_pipeline(
        tmp_path,
        files={"rates.py": "RATE = 2\n"},
        load=[
            cell("n = 3", "parameters"),
            cell(
                "import nbflow, importlib, pandas as pd\nrates = importlib.import_module('rates')\n"
                "nbflow.write('rows', pd.DataFrame({'n': range(n)}) * rates.RATE)"
            ),
        ],
        report=[
            cell("import nbflow\nrows = nbflow.read('load.rows')", "inputs"),
            cell("nbflow.write('total', int(rows.n.sum()))\nprint(rows.n.sum())"),
        ],
    )

    def run() -> tuple[str, dict[str, str]]:
        command = [sys.executable, "-m", "nbflow", "run", str(made.folder)]
        ended = subprocess.run(command, capture_output=True, text=True, check=False)
        steps = next(iter(read_runs(made))).steps.values()
        return ended.stdout + ended.stderr, {one.name: one.status for one in steps}

    said, first = run()
    assert first == {"load": "done", "report": "done"}
    assert "NBFLOW_PLAIN is set: notebooks are executed by nbclient" in said
    assert run()[1] == {"load": "reused", "report": "reused"}
    (made.folder / "rates.py").write_text("RATE = 3\n")
    monkeypatch.setenv("NBFLOW_PLAIN", "0")  # what was made the plain way is as any other
    assert run()[1] == {"load": "done", "report": "done"}
