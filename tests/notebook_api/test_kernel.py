"""The calls inside real kernels: progress, which notebook it is, copies of a run, papermill."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import msgspec
import nbformat
import pandas as pd
import pytest
from jupyter_client.manager import start_new_kernel
from nbclient import NotebookClient

import nbflow
from nbflow.model import Job
from nbflow.notebook_api.display import MIME
from nbflow.notebook_api.executed_notebooks import EXECUTED, mark_executed
from nbflow.notebook_api.import_audit import NAME, POSTLUDE, PRELUDE, Used, make_used
from nbflow.runs.history import read_run
from nbflow.workspace.pipeline_folder import PipelineFolder
from tests import notebooks
from tests.notebook_api.conftest import finish_run

pytestmark = [
    pytest.mark.kernel,
    pytest.mark.filterwarnings("ignore::DeprecationWarning"),
]
StartJob = Callable[..., Job]


@pytest.fixture
def pipeline(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> PipelineFolder:
    made = notebooks.write_pipeline(tmp_path, clean_flights=[notebooks.cell("flights = 1")])
    monkeypatch.chdir(made.folder)
    return made


def frame(number: int) -> pd.DataFrame:
    return pd.DataFrame({"n": [number]})


def run(cells: Sequence[str], folder: Path) -> list[list[dict[str, Any]]]:
    """Execute cells in a kernel that starts in this folder; return each one's outputs."""
    notebook = nbformat.from_dict(notebooks.notebook(*map(notebooks.cell, cells)))
    NotebookClient(notebook, resources={"metadata": {"path": str(folder)}}).execute()
    return [cell["outputs"] for cell in notebook["cells"]]


def printed(outputs: list[dict[str, Any]]) -> str:
    return "".join(one["text"] for one in outputs if one["output_type"] == "stream")


def test_progress_updates_one_display_per_cell(tmp_path: Path) -> None:
    loop = "for done in range(1001):\n    nbflow.progress(done / 1000, 'joining')"
    first, second = run([f"import nbflow\n{loop}", "nbflow.progress(None, 'saving')"], tmp_path)
    assert [one["data"] for one in first] == [
        {MIME: {"fraction": 1.0, "text": "joining"}, "text/plain": "100% joining"}
    ]
    assert [one["data"] for one in second] == [
        {MIME: {"fraction": None, "text": "saving"}, "text/plain": "saving"}
    ]


def test_a_kernel_without_ipywidgets_reads_and_writes(tmp_path: Path) -> None:
    without = "import sys\nsys.modules['ipywidgets'] = None"
    ask = "from nbflow.storage.duckdb.connections import connect\nprint(connect().sql('select 7').fetchall())"
    outputs = run([without, ask], tmp_path)
    assert printed(outputs[1]) == "[(7,)]\n"


def test_the_notebook_of_the_session_is_the_step(
    pipeline: PipelineFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    finish_run(pipeline, {"clean_flights": {"flights": frame(1)}}, name="0412")
    # Relative to a server's root that is not the kernel's directory.
    monkeypatch.setenv("JPY_SESSION_NAME", "shared/notebooks/clean_flights.ipynb")
    cells = [
        "import nbflow, pandas as pd",
        "n = nbflow.read('clean_flights.flights')",
        "nbflow.write('flights', pd.DataFrame({'n': [7]}))",
        "print(nbflow.read('clean_flights.flights')['n'][0])",
    ]
    _, read, write, again = map(printed, run(cells, pipeline.folder))
    assert read == "clean_flights.flights · run 0412 · 3 h old\n"
    assert write == "clean_flights.flights · written by hand · 1 row\n"
    assert again == "clean_flights.flights · written by hand 0 s ago · after run 0412\n7\n"


def test_vs_codes_variable_names_the_notebook(pipeline: PipelineFolder) -> None:
    path = str(pipeline.folder / "clean_flights.ipynb")
    run(
        [f"__vsc_ipynb_file__ = {path!r}", "import nbflow; nbflow.write('x', 5)"],
        pipeline.project.root,
    )
    assert nbflow.read("clean_flights.x") == 5


def test_a_copy_of_a_runs_notebook_reads_what_that_run_read(
    pipeline: PipelineFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = finish_run(pipeline, {"clean_flights": {"flights": frame(1)}}, hours_ago=9)
    finish_run(pipeline, {"clean_flights": {"flights": frame(2)}})
    result = read_run(pipeline, first.run).pins["clean_flights"]
    inputs = {"clean_flights.flights": result}
    mark = {"run": first.run, "step": "report", "inputs": inputs}
    copy = pipeline.folder / "nbflow-open" / first.run / "report.ipynb"
    metadata = {
        "nbflow": {EXECUTED: mark},
        "papermill": {"input_path": "notebooks/clean_flights.ipynb"},
    }
    notebooks.write(copy, notebooks.notebook(metadata=metadata))
    monkeypatch.setenv("JPY_SESSION_NAME", str(copy))
    cells = [
        "import nbflow, os",
        "print(nbflow.read('clean_flights.flights')['n'][0])",
        "print(nbflow.sql('select n from clean_flights.flights').fetchall())",
        "print(nbflow.file('clean_flights.ipynb'), os.path.exists('clean_flights.ipynb'))",
        "nbflow.use('latest'); print(nbflow.read('clean_flights.flights')['n'][0])",
    ]
    _, read, sql, file, latest = map(printed, run(cells, copy.parent))
    line = f"clean_flights.flights · as run {first.run} read it\n"
    where = f"working in {pipeline.folder}, as the run did\n"
    assert (read, sql) == (f"{where}{line}1\n", f"{line}[(1,)]\n")
    assert file == f"{pipeline.folder / 'clean_flights.ipynb'} True\n"
    assert latest.endswith("· 3 h old\n2\n")


def test_the_mark_of_an_executed_notebook_names_its_inputs(start_job: StartJob) -> None:
    made = start_job({"clean_flights.flights": frame(1)})
    metadata: dict[str, Any] = {}
    mark_executed(metadata, made)
    mark = {"run": "r1", "step": "report", "inputs": {"clean_flights.flights": "flights-1"}}
    assert metadata == {"nbflow": {EXECUTED: mark}}


def test_papermill_from_another_folder_works_by_hand(
    pipeline: PipelineFolder, tmp_path: Path
) -> None:
    finish_run(pipeline, {"clean_flights": {"flights": frame(4)}})
    double = notebooks.cell(
        "import nbflow\nflights = nbflow.read('clean_flights.flights')\n"
        "nbflow.write('twice', flights * 2)"
    )
    source = notebooks.write(pipeline.folder / "02_double.ipynb", [double])
    elsewhere = tmp_path.parent
    _papermill(source, tmp_path / "out.ipynb", elsewhere)
    assert nbflow.read("double.twice")["n"][0] == 8


def test_papermill_without_a_project_keeps_nothing(tmp_path: Path) -> None:
    write = notebooks.cell("import nbflow\nnbflow.write('x', 5)\nnbflow.progress(1.0)")
    source = notebooks.write(tmp_path / "alone.ipynb", [write])
    _papermill(source, tmp_path / "out.ipynb", tmp_path)
    assert {path.name for path in tmp_path.iterdir()} == {"alone.ipynb", "out.ipynb"}
    assert "nothing written is kept" in (tmp_path / "out.ipynb").read_text()


def _papermill(source: Path, target: Path, folder: Path) -> None:
    command = [sys.executable, "-m", "papermill", str(source), str(target)]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


@pytest.fixture
def kernel(start_job: StartJob, tmp_path: Path) -> Iterator[Callable[..., dict[str, Any]]]:
    """Executes code in one kernel under a job and returns the reply's content."""
    start_job({"clean_flights.flights": frame(1)}, writes=("delays",))
    manager, client = start_new_kernel(cwd=str(tmp_path / "notebooks"))
    try:
        yield lambda code, **how: client.execute_interactive(
            code, timeout=60, output_hook=lambda _: None, **how
        )["content"]
    finally:
        client.stop_channels()
        manager.shutdown_kernel(now=True)


def test_the_watch_in_a_kernel(kernel: Callable[..., dict[str, Any]], tmp_path: Path) -> None:
    (tmp_path / "rates.csv").write_text("1")
    (tmp_path / "notebooks/delays.py").write_text("x = 1")
    kernel(PRELUDE, silent=True, store_history=False)
    kernel("import nbflow, delays; flights = nbflow.read('clean_flights.flights')")
    kernel("nbflow.write('delays', flights); rates = open('../rates.csv').read()")
    seen = kernel(
        "import os; who = (sorted(get_ipython().run_line_magic('who_ls', '')),"
        " [line for _, _, line in get_ipython().history_manager.get_range()][0][:13],"
        " os.environ.get('NBFLOW_JOB'))",
        user_expressions={"who": "who"},
    )
    who = seen["user_expressions"]["who"]["data"]["text/plain"]
    assert who == "(['delays', 'flights', 'nbflow', 'os', 'rates'], 'import nbflow', None)"
    reply = kernel("", silent=True, store_history=False, user_expressions={NAME: POSTLUDE})
    used = make_used(reply)
    assert used.reading > 0
    assert used.writing > 0
    assert msgspec.structs.replace(used, reading=0.0, writing=0.0) == Used(
        modules={"delays": str(tmp_path / "notebooks/delays.py")},
        opened=(str(tmp_path / "rates.csv"),),
    )
