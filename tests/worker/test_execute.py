"""Jobs that work: events, parameters, environment, what is left behind."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from msgspec.structs import replace

from nbflow.base.hashing import hash_bytes
from nbflow.model import Injection
from nbflow.model.events import CellFinished, CellStarted, OutputPrinted, StepProgressed
from tests.notebooks import cell, markdown
from tests.worker.jobs import execute, make_job, read_executed, statuses, texts, wait_for_end

pytestmark = pytest.mark.kernel


def test_a_job_tells_its_cells_by_the_numbers_of_the_author(tmp_path: Path) -> None:
    job = make_job(
        tmp_path,
        markdown("# Title"),
        cell("month = 1", "parameters"),
        cell("# a comment\nprint(month)\nprint('x', end='')"),
        cell("raise SystemError", "skip-execution"),
        cell("  "),
        cell("import sys; print('careful', file=sys.stderr)"),
        parameters={"month": 2},
        injected=Injection((), {"month": "month = 2"}),
    )
    outcome, events = execute(job)
    told = [replace(one, seconds=0.0) if isinstance(one, CellFinished) else one for one in events]
    assert told == [
        CellStarted("step", 2, "month = 1"),
        CellFinished("step", 2, 0.0),
        CellStarted("step", 3, "print(month)"),
        OutputPrinted("step", "2\n", "stdout", 3),
        OutputPrinted("step", "x\n", "stdout", 3),
        CellFinished("step", 3, 0.0),
        CellStarted("step", 6, "import sys; print('careful', file=sys.stderr)"),
        OutputPrinted("step", "careful\n", "stderr", 6),
        CellFinished("step", 6, 0.0),
    ]
    assert (outcome.status, outcome.failure) == ("done", None)
    assert Path(job.folder, "log.txt").read_text() == "2\nxcareful\n"
    notebook = read_executed(job)
    record = notebook["metadata"]["papermill"]
    assert record["duration"] > 0
    assert {name: record[name] for name in sorted(record) if "time" not in name} == {
        "default_parameters": {},
        "duration": record["duration"],
        "environment_variables": {},
        "exception": None,
        "input_path": "notebooks/step.ipynb",
        "output_path": "jobs/step/result/notebook.ipynb",
        "parameters": {"month": 2},
        "version": record["version"],
    }
    assert statuses(notebook) == [("completed", False)] * 6
    assert sorted(at.name for at in Path(job.folder).iterdir()) == [
        "job.json",
        "log.txt",
        "result",
        "source.ipynb",
    ]


def test_the_kernel_knows_its_job_and_its_children_do_not(tmp_path: Path) -> None:
    job = make_job(
        tmp_path,
        cell(
            "import os, sys, subprocess\n"
            "print(os.getcwd())\n"
            "print(os.environ['JPY_SESSION_NAME'])\n"
            "ask = 'import os; print(os.environ.get(\"NBFLOW_JOB\"))'\n"
            "print(subprocess.run([sys.executable, '-c', ask], capture_output=True, text=True).stdout)"
        ),
    )
    outcome, _ = execute(job)
    assert outcome.status == "done"
    folder = tmp_path / "notebooks"
    assert Path(job.folder, "log.txt").read_text().split() == [
        str(folder),
        str(folder / "step.ipynb"),
        "None",
    ]


def test_what_the_step_used_is_relative_to_the_root(tmp_path: Path) -> None:
    job = make_job(tmp_path, cell("import rates\nopen('data.csv').read()"))
    (tmp_path / "notebooks" / "rates.py").write_text("rate = 1\n")
    (tmp_path / "notebooks" / "data.csv").write_text("a\n")
    outcome, _ = execute(job)
    assert outcome.opened == {"notebooks/data.csv": hash_bytes("a\n")}
    assert list(outcome.modules) == ["notebooks/rates.py"]
    assert len(outcome.modules["notebooks/rates.py"]) == 32


def test_outputs_of_the_step_are_in_the_outcome(tmp_path: Path) -> None:
    source = "import nbflow\nnbflow.progress(0.5, 'half')\nnbflow.write('answer', 42)"
    outcome, events = execute(make_job(tmp_path, cell(source), writes=("answer",)))
    assert outcome.failure is None
    assert [one for one in events if isinstance(one, StepProgressed)] == [
        StepProgressed("step", 0.5, "half")
    ]
    assert [(name, output.kind) for name, output in outcome.outputs.items()] == [("answer", "json")]


def test_cells_that_may_fail_and_a_clean_exit(tmp_path: Path) -> None:
    job = make_job(
        tmp_path,
        cell("1/0", "raises-exception"),
        cell("print('on')"),
        cell("import sys; sys.exit(0)"),
        cell("print('never')"),
    )
    outcome, events = execute(job)
    assert (outcome.status, outcome.failure) == ("done", None)
    ended = [(one.cell, one.status) for one in events if isinstance(one, CellFinished)]
    assert ended == [(1, "done"), (2, "done"), (3, "done")]
    notebook = read_executed(job)
    assert notebook["metadata"]["papermill"]["exception"] is None
    done = ("completed", False)
    assert statuses(notebook) == [done, done, done, ("pending", None)]
    assert [one[:1] for one in texts(notebook)] == [
        ["ZeroDivisionError"],
        ["on\n"],
        ["SystemExit"],
        [],
    ]


def test_exit_in_the_last_cell_ends_the_step_well(tmp_path: Path) -> None:
    outcome, _ = execute(make_job(tmp_path, cell("print('end')"), cell("exit()")))
    assert (outcome.status, outcome.failure) == ("done", None)


def test_a_bar_of_progress_is_told_as_a_terminal_shows_it(tmp_path: Path) -> None:
    source = "import sys\nfor n in range(4): sys.stderr.write(f'\\r{n}/3'); sys.stderr.flush()"
    _, events = execute(make_job(tmp_path, cell(source)))
    assert [one.text for one in events if isinstance(one, OutputPrinted)] == ["3/3\n"]


def test_a_file_name_that_is_no_utf8_can_be_printed(tmp_path: Path) -> None:
    job = make_job(tmp_path, cell("print('caf\\udce9')"))
    outcome, events = execute(job)
    assert outcome.status == "done"
    assert [one.text for one in events if isinstance(one, OutputPrinted)]
    assert texts(read_executed(job))[0][0].startswith("caf")


def test_a_text_notebook_is_executed_as_an_ipynb(tmp_path: Path) -> None:
    job = make_job(tmp_path)
    text = '# %% tags=["parameters"]\nn = 1\n\n# %%\nprint(n)\n'
    copy, source = Path(job.folder, "source.py"), tmp_path / "notebooks" / "step.py"
    copy.write_text(text)
    source.write_text(text)
    job = replace(
        job,
        notebook=str(copy),
        source=str(source),
        kernel="nbflow-own",
        parameters={"n": 5},
        injected=Injection((), {"n": "n = 5"}),
    )
    outcome, _ = execute(job)
    assert outcome.status == "done"
    notebook = read_executed(job)
    assert texts(notebook) == [[], ["5\n"]]
    assert notebook["metadata"]["kernelspec"]["name"] == "python3"


def test_what_the_notebook_left_running_ends_with_it(tmp_path: Path) -> None:
    source = "import subprocess; p = subprocess.Popen(['sleep', '600']); print(p.pid)"
    job = make_job(tmp_path, cell(source))
    outcome, _ = execute(job)
    assert outcome.status == "done"
    pid = Path(job.folder, "log.txt").read_text().strip()
    assert wait_for_end([int(pid)]) == []


def test_importing_the_worker_is_light() -> None:
    code = "import sys, nbflow.executors.local.worker, nbflow.executors.local.pool, nbflow.executors.local.engine; print(*sys.modules)"
    said = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    heavy = {"papermill", "nbclient", "nbformat", "duckdb", "pandas", "IPython", "jupyter_client"}
    assert heavy & set(said.stdout.split()) == set()


def test_a_worker_loads_what_it_uses_and_can_load_the_rest() -> None:
    code = """
import sys, nbflow.executors.local.worker.warmup, papermill.iorw
print({"urllib3", "boto3"} & {name for name, module in sys.modules.items() if module})
print(papermill.iorw.requests.get.__name__, sys.modules["requests"].__version__ > "2")
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "set()\nget True\n"


def test_widgets_of_a_step_are_drawn_from_its_executed_notebook(tmp_path: Path) -> None:
    slider = cell("import ipywidgets\nslider = ipywidgets.IntSlider()\nslider")
    job = make_job(tmp_path, slider, cell("slider.value = 7"))
    outcome, _ = execute(job)
    made = read_executed(job)
    state = made["metadata"]["widgets"]["application/vnd.jupyter.widget-state+json"]["state"]
    (shown,) = made["cells"][0]["outputs"]
    model = state[shown["data"]["application/vnd.jupyter.widget-view+json"]["model_id"]]
    assert (outcome.status, model["state"]["value"]) == ("done", 7)
