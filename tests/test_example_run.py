"""The example pipeline, whole, on its real data, through the command line."""

from __future__ import annotations

import json
import os
import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import nbclient
import nbformat
import pytest

pytestmark = pytest.mark.kernel

README = Path(__file__).parents[1] / "README.md"
SOURCE = Path(__file__).parents[1] / "notebooks"
STEPS = {
    "clean_flights", "features", "load_flights", "load_reference", "load_weather",
    "predict", "report", "route_delays", "train_model",
}  # fmt: skip


def nbflow(folder: Path, *arguments: str) -> str:
    """Run the command in the project's folder and return what it prints."""
    ended = subprocess.run(
        [sys.executable, "-m", "nbflow", *arguments],
        cwd=folder,
        capture_output=True,
        text=True,
        env=os.environ | {"COLUMNS": "120"},
        check=False,
    )
    assert ended.returncode == 0, ended.stdout + ended.stderr
    return ended.stdout


@pytest.fixture(scope="module")
def finished(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder beside which the example has run."""
    folder = tmp_path_factory.mktemp("example")
    ignored = shutil.ignore_patterns(".nbflow", ".ipynb_checkpoints", "nbflow-open")
    shutil.copytree(SOURCE, folder / "notebooks", ignore=ignored)
    told = nbflow(folder, "run", "notebooks")
    assert "9 ran" in told
    return folder


def test_a_second_run_runs_nothing(finished: Path):
    lines = nbflow(finished, "run", "notebooks", "--json").splitlines()
    events = [json.loads(line) for line in lines]
    assert {e["step"] for e in events if e["kind"] == "StepReused"} == STEPS
    assert not [e for e in events if e["kind"] == "StepStarted"]


def test_any_table_is_one_query_away(finished: Path):
    query = "select count(*) n, count(distinct carrier) carriers from load_flights.flights"
    told = nbflow(finished, "sql", query, "--format", "json")
    assert json.loads(told) == [{"n": 336_776, "carriers": 16}]


def test_the_plan_for_other_parameters_runs_only_what_declares_them(finished: Path):
    plan = json.loads(nbflow(finished, "plan", "-p", "watched_share", "0.2", "--json"))
    actions = {one["step"]: one["action"] for one in plan["steps"]}
    assert {name for name, action in actions.items() if action != "reuse"} == {"predict", "report"}


def test_the_commands_that_the_readme_shows_for_it(finished: Path):
    section = README.read_text(encoding="utf-8").partition("## Try it")[2].partition("\n## ")[0]
    shown = re.findall(r"^\$ nbflow (.*)", section, re.MULTILINE)
    assert len(shown) == 4
    for line in shown:
        nbflow(finished, *shlex.split(line, comments=True))


def test_the_tour_runs_by_hand(finished: Path):
    notebook = nbformat.read(finished / "notebooks" / "00_tour.ipynb", as_version=4)
    resources = {"metadata": {"path": str(finished / "notebooks")}}
    nbclient.NotebookClient(notebook, timeout=300, resources=resources).execute()


def test_the_executed_report_is_an_ordinary_papermill_notebook(finished: Path):
    path = nbflow(finished, "open", "report").split()[0]
    executed = nbformat.read(finished / path, as_version=4)
    nbformat.validate(executed)
    assert executed.metadata.papermill.exception is None
    pictures = [
        output
        for cell in executed.cells
        for output in cell.get("outputs", [])
        if "image/png" in output.get("data", {})
    ]
    assert len(pictures) >= 3
