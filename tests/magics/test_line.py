"""`%nbflow` in a real shell of IPython: the command line's words, drawn for a notebook."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

from nbflow.cli import COMMANDS
from nbflow.runs.history import find_run
from nbflow.workspace.pipeline_folder import PipelineFolder
from tests.cli.runs import make_run
from tests.magics.conftest import Notebook
from tests.notebooks import cell, write


def test_steps_are_drawn_in_html_and_in_text(notebook: Notebook) -> None:
    _, _, (shown,), _ = notebook("%nbflow steps")
    assert shown.data["text/plain"].splitlines()[:3] == [
        "add  add.ipynb",
        "  reads   load.t",
        "  writes  total",
    ]
    assert "<code>n: int = 1</code>" in shown.data["text/html"]


def test_a_plan_says_why(notebook: Notebook) -> None:
    assert "no result yet" in notebook.html("%nbflow plan --to load")


@pytest.mark.parametrize("name", [*COMMANDS, "use"])
def test_every_command_of_the_command_line_has_its_help_here(notebook: Notebook, name: str) -> None:
    said, *_, result = notebook(f"%nbflow {name} --help")
    assert said.startswith(f"Usage: %nbflow {name}")
    assert "\n  nbflow " not in said
    assert result.success
    assert result.result is None


def test_only_what_starts_a_run_can_be_waited_for(notebook: Notebook) -> None:
    waiting = {name for name in COMMANDS if "--wait " in notebook(f"%nbflow {name} --help")[0]}
    assert waiting == {"run", "rerun", "demo", "cancel"}


@pytest.mark.parametrize(
    ("source", "said"),
    [
        ("%nbflow stesp", "There is no command 'stesp'. Did you mean `%nbflow steps`?"),
        ("%nbflow plan --too load", "No such option"),
        ("%nbflow -C demo", 'of another pipeline: nbflow.controls("FOLDER").'),
        ("%nbflow plan -p month 2", "No step declares a parameter 'month'"),
        ("%nbflow show", "`%nbflow run` makes one."),
        ("%nbflow plan 'load", "no closing quotation"),
        ("%nbflow use --step laod", "has no step laod. Did you mean load?"),
        ("%%step load\nx = 1", "load is a step already"),
        ("%%step my step\nx = 1", "Call it my_step."),
        ("%%step\nx = 1", "Missing argument 'NAME'"),
    ],
)
def test_what_is_wrong_is_said_without_a_traceback(
    notebook: Notebook, source: str, said: str
) -> None:
    printed, errors, _, result = notebook(source)
    assert not result.success
    assert said in printed + errors
    assert "Traceback" not in printed + errors


def test_a_call_that_fails_shows_the_users_lines_alone(notebook: Notebook) -> None:
    said, *_ = notebook('import nbflow\ndef f():\n    nbflow.read("nope.x")\nf()')
    said = re.sub(r"\x1b\[[\d;]*m", "", said)
    assert "----> 4 f()" in said
    assert '----> 3     nbflow.read("nope.x")' in said
    assert "has no step nope" in said
    assert ".py" not in said


def test_only_a_line_that_cannot_be_meant_is_a_usage_error(notebook: Notebook) -> None:
    assert notebook("%nbflow plan --too load")[1].startswith("UsageError: ")
    Path("first-look").mkdir()
    Path("first-look/mine.txt").touch()
    said, errors, *_ = notebook("%nbflow demo first-look")
    assert "UsageError" not in said + errors
    assert "is not empty" in said


def test_use_alone_says_what_reads_return_and_which_step_this_is(
    notebook: Notebook, made: PipelineFolder
) -> None:
    assert "the newest results, and no run has finished yet" in notebook.html("%nbflow use")
    make_run(made, "20261101-000000-000000", {"load": {"t": [1]}})
    make_run(made, "20261102-000000-000000", {"load": {"t": [2]}})
    assert "now run 20261102-000000-000000" in notebook.html("%nbflow use")
    notebook("%nbflow use 20261101")
    notebook("%nbflow use --step add")
    said = notebook.html("%nbflow use")
    assert "what you chose: run 20261101-000000-000000" in said
    assert "This notebook is step add, as you chose." in said


def test_a_pipeline_with_errors_shows_all_of_them(notebook: Notebook, made: PipelineFolder) -> None:
    write(
        made.folder / "bad.ipynb",
        [cell("x = 1", "parameters"), cell("import nbflow\nnbflow.read(a)", "inputs")],
    )
    write(made.folder / "worse.ipynb", [cell('import nbflow\nnbflow.read("gone.t")', "inputs")])
    for command in ("plan", "run"):
        said, _, (shown,), result = notebook(f"%nbflow {command}")
        assert "Error" in said
        assert not result.success
        assert "bad.ipynb" in shown.data["text/html"]
        assert "worse.ipynb" in shown.data["text/html"]


def test_json_is_printed_for_programs(notebook: Notebook) -> None:
    said, *_ = notebook("%nbflow steps --json")
    assert [step["name"] for step in json.loads(said)["steps"]] == ["add", "load"]


def test_the_folder_may_be_configured(
    notebook: Notebook, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    notebook('%config NbflowMagics.folder = "notebooks"')
    assert "load.t" in notebook.html("%nbflow steps")
    assert "no problems" in notebook.html("%nbflow check -C notebooks")


def test_braces_and_dollars_are_the_commands_own(notebook: Notebook) -> None:
    notebook("n = 7")
    said, *_ = notebook("%nbflow plan -y '{n: wrong}'")
    assert "wrong" in said


def test_a_line_of_an_answer_is_a_line_of_the_page(
    notebook: Notebook, made: PipelineFolder
) -> None:
    make_run(made, "20261101-000000-000000", {"load": {"t": [1]}})
    assert "<div>Nothing to remove.</div>" in notebook.html("%nbflow clean")


def test_where_the_time_went_is_a_table_below_the_run(
    notebook: Notebook, made: PipelineFolder
) -> None:
    make_run(made, "20261101-000000-000000", {"load": {"t": [1]}})
    assert "Where the time went is not known" in notebook.html("%nbflow show --profile")


def test_what_was_made_is_a_link_and_commands_are_a_cells(notebook: Notebook) -> None:
    html = notebook.html("%nbflow new fresh")
    assert '<a href="01_fresh.ipynb">01_fresh.ipynb</a>' in html
    assert "<code>%nbflow steps</code>" in html


def test_a_run_is_looked_at(notebook: Notebook, made: PipelineFolder) -> None:
    make_run(made, "20261101-000000-000000", {"load": {"t": [1]}}, failed={"add": {}})
    assert "KeyError" in notebook.html("%nbflow show")
    assert "1 ran, 1 failed" in notebook.html("%nbflow runs")
    assert "%nbflow open" in notebook.html("%nbflow show add")


def test_the_rows_of_a_query_are_a_table(notebook: Notebook, made: PipelineFolder) -> None:
    make_run(made, "20261101-000000-000000", {"load": {"t": [1]}})
    html = notebook.html("%nbflow sql 'from range(100) t(number)' --limit 3")
    assert html.count("<tr") == 4
    assert "number" in html
    said, *_ = notebook("%nbflow sql 'select 1 / no'")
    assert "SqlError" in said
    said, *_ = notebook("%nbflow sql 'select 1 as one' --format csv")
    assert said == "one\n1\n"


@pytest.mark.kernel
def test_a_run_that_is_waited_for_gives_its_outcome(
    notebook: Notebook, made: PipelineFolder
) -> None:
    _, errors, outputs, result = notebook("view = %nbflow run -p n 3 --wait")
    assert (errors, result.success) == ("", True)
    assert "✓ done" in outputs[-1].data["text/plain"]
    view = notebook.shell.user_ns["view"]
    assert (view.run.status, view.read("add.total"), repr(view)[:3]) == ("done", 3, "run")
    assert find_run(made).command == ("nbflow", "run", "-p", "n", "3", "--wait")
    again = notebook("%nbflow rerun --wait")[3].result
    assert {step.status for step in again.run.steps.values()} == {"reused"}


@pytest.mark.kernel
def test_what_notebooks_print_is_shown_where_that_was_asked(
    notebook: Notebook, made: PipelineFolder
) -> None:
    write(made.folder / "add.ipynb", [cell("n: int = 1", "parameters"), cell("print('hello', n)")])
    said, *_ = notebook("%nbflow run --wait --log")
    assert "add │ hello 1" in said
    again, *_ = notebook("%nbflow run --wait --force")
    assert "hello" not in again


@pytest.mark.kernel
def test_a_plain_terminal_waits_as_the_command_line_does(made: PipelineFolder) -> None:
    cells = "%load_ext nbflow\n%nbflow run --log\nprint(_.run.status)\n%nbflow\n"
    program = [sys.executable, "-m", "IPython", "--simple-prompt", "--no-banner"]
    done = subprocess.run(
        program, input=cells, capture_output=True, text=True, check=True, cwd=made.folder
    )
    assert "✓ done in" in done.stdout
    assert "Out[2]: run 20" in done.stdout
    assert "\nIn [3]: done\n" in done.stdout
    assert "reads   load.t" in done.stdout


@pytest.mark.kernel
def test_a_failed_run_shows_its_error(notebook: Notebook, made: PipelineFolder) -> None:
    write(made.folder / "load.ipynb", [cell("n: int = 1", "parameters"), cell("nope")])
    write(made.folder / "add.ipynb", [cell("n: int = 1", "parameters")])
    *_, outputs, result = notebook("%nbflow run --wait")
    assert "NameError" in outputs[-1].data["text/html"]
    assert result.result.run.status == "failed"


@pytest.mark.kernel
def test_a_run_is_cancelled_from_another_cell(notebook: Notebook, made: PipelineFolder) -> None:
    write(
        made.folder / "load.ipynb",
        [
            cell("n: int = 1", "parameters"),
            cell("import time, nbflow\ntime.sleep(60)\nnbflow.write('t', 1)"),
        ],
    )
    view = notebook("view = %nbflow run")[3] and notebook.shell.user_ns["view"]
    assert view.run.status == "running"
    assert "is cancelled" in notebook.html("%nbflow cancel")
    assert view.wait().status == "cancelled"
    view.cancel()  # one that is over stays as it is


@pytest.mark.kernel
def test_the_events_of_a_run_are_printed(notebook: Notebook) -> None:
    said, *_ = notebook("%nbflow run --to load --json")
    kinds = [json.loads(line)["kind"] for line in said.splitlines()]
    assert (kinds[0], kinds[-1]) == ("RunStarted", "RunFinished")


def test_a_report_is_written_and_shown_as_a_link(made, notebook):
    make_run(made, "20260101-000000-aaaaaa", {"load": {}})
    assert "notebooks-20260101-000000-aaaaaa.html" in notebook.html("%nbflow report")
    assert (made.folder / "notebooks-20260101-000000-aaaaaa.html").is_file()
    assert "a.md" in notebook.html("%nbflow report -o a.md --no-code")


def test_a_cell_does_not_wait_for_a_server(made, notebook, monkeypatch):
    monkeypatch.setenv("JPY_PARENT_PID", "1")  # as a kernel has it
    make_run(made, "20260101-000000-aaaaaa", {"load": {}})
    _, said, _, result = notebook("%nbflow view --live")
    assert "A cell would wait" in str(result.error_in_exec) + said
