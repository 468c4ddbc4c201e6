"""The program: its help, its examples, what it loads."""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys
from pathlib import Path

import click
import pytest

import nbflow
from nbflow.cli import COMMANDS, program
from nbflow.commands.command import Command
from tests.benchmarks import make_pipeline
from tests.cli.runs import nbflow as call
from tests.notebooks import cell, write_pipeline

HEAVY = {"duckdb", "pandas", "pyarrow", "papermill", "nbformat", "IPython", "jupyter_client"}


def load(name: str) -> Command:
    found = program.get_command(click.Context(program), name)
    assert isinstance(found, Command)
    return found


@pytest.mark.parametrize("name", COMMANDS)
def test_each_command_says_the_same_in_the_list_and_in_its_help(name: str) -> None:
    assert load(name).get_short_help_str(limit=200) == COMMANDS[name]
    assert call(name, "--help").output.splitlines()[2].strip() == COMMANDS[name]


@pytest.mark.parametrize("name", COMMANDS)
def test_each_command_has_examples_that_it_accepts(name: str) -> None:
    assert "Examples:\n  nbflow " in call(name, "--help").output
    for example in load(name).examples:
        words = shlex.split(re.split(r"\s{2,}| >", example)[0])
        assert words[:2] == ["nbflow", name]
        load(name).make_context(name, words[2:])


def test_help_lists_every_command() -> None:
    listed = re.findall(r"^  ([a-z]+)  +[A-Z]", call("--help").output, re.MULTILINE)
    assert listed == list(COMMANDS)


def test_version() -> None:
    assert call("--version").output == f"nbflow {nbflow.__version__}\n"


def test_an_unknown_command_names_the_nearest() -> None:
    result = call("pln")
    assert result.exit_code == 2
    assert "There is no command 'pln'. Did you mean `nbflow plan`?" in result.output


def test_a_folder_before_the_command_says_where_it_stands() -> None:
    result = call("-C", "demo", "run")
    assert result.exit_code == 2
    assert "-C goes after the command: `nbflow run -C FOLDER`." in result.output
    assert "No such option" in call("-x").output


FULL = """\
Error: The answer could not be written: No space left on device. What was asked for is done.
"""


@pytest.mark.parametrize(
    ("redirect", "code", "said"),
    [("| head -1; exit ${PIPESTATUS[0]}", 0, ""), (">&-", 0, ""), ("> /dev/full", 1, FULL)],
    ids=["reader gone", "closed", "full"],
)
def test_what_cannot_be_written(tmp_path: Path, redirect: str, code: int, said: str) -> None:
    pipeline = write_pipeline(tmp_path, load=[cell("month: int = 1", "parameters")])
    make_pipeline.finish(pipeline)
    program = f"{sys.executable} -m nbflow run {pipeline.folder} {redirect}"
    done = subprocess.run(["bash", "-c", program], stderr=subprocess.PIPE, text=True, check=False)
    assert (done.returncode, done.stderr) == (code, said)


@pytest.mark.parametrize(
    "name", ["nbflow-0.1.0.dev0.dist-info", "nbflow-0.1.0.dev0-py3.11.egg-info"]
)
def test_another_projects_package_of_the_same_name_is_told(name: str, tmp_path: Path) -> None:
    site = tmp_path / "site-packages"
    (site / name).mkdir(parents=True)
    (site / "jupyter_nbflow-0.1.0.dist-info").mkdir()
    told = subprocess.run(
        [sys.executable, "-m", "nbflow", "--version"],
        env=os.environ | {"PYTHONPATH": str(site)},
        capture_output=True,
        text=True,
        check=True,
    )
    assert told.stdout == f"nbflow {nbflow.__version__}\n"
    assert f"is installed in {site}, too: nbflow 0.1.0.dev0. " in told.stderr


def test_ctrl_c_while_a_command_is_loaded_is_cancelled_too(monkeypatch) -> None:
    def interrupt(name: str) -> None:
        raise KeyboardInterrupt(name)

    monkeypatch.setattr("nbflow.commands.command.import_module", interrupt)
    result = call("plan")
    assert (result.exit_code, result.output) == (130, "\nCancelled.\n")


def loaded_by(*args: str, cwd: Path | None = None) -> set[str]:
    code = (
        "import atexit, sys\nfrom nbflow.cli import main\n"
        "atexit.register(lambda: print('LOADED', *sys.modules))\n"
        f"sys.argv = ['nbflow', *{args!r}]\nmain()"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=cwd
    )
    return set(done.stdout.rpartition("LOADED")[2].split())


@pytest.mark.parametrize("args", [("--help",), ("run", "--help"), ("--version",)])
def test_help_loads_nothing_heavy(args: tuple[str, ...]) -> None:
    assert not (HEAVY | {"rich.console"}) & loaded_by(*args)


@pytest.mark.parametrize("args", [("--help",), ("--version",)])
def test_what_needs_no_command_loads_no_values_either(args: tuple[str, ...]) -> None:
    assert "msgspec" not in loaded_by(*args)


def test_a_run_that_reuses_all_loads_nothing_heavy(tmp_path: Path) -> None:
    pipeline = write_pipeline(tmp_path, load=[cell("month: int = 1", "parameters")])
    make_pipeline.finish(pipeline)
    assert not (HEAVY | {"filelock"}) & loaded_by("run", str(pipeline.folder))


@pytest.mark.parametrize("name", ["plan", "steps", "check", "runs"])
def test_looking_loads_nothing_heavy(name: str, tmp_path: Path) -> None:
    pipeline = write_pipeline(
        tmp_path, load=[cell("month: int = 1", "parameters"), cell("import pandas")]
    )
    assert not HEAVY & loaded_by(name, str(pipeline.folder))


def test_a_bug_is_told_in_a_few_lines_as_the_fault_of_nbflow(monkeypatch) -> None:
    def fail(name: str) -> None:
        raise KeyError(f"no {name}\x1b]0;title\x07")

    monkeypatch.setattr("nbflow.commands.command.import_module", fail)
    result = call("plan", "my notebooks")
    assert result.exit_code == 70
    said = result.output.splitlines()
    assert said[0] == "Error: This is a fault of nbflow itself, not of your notebooks."
    assert said[1] == "  KeyError: 'no nbflow.commands.plan\\x1b]0;title\\x07'"
    assert said[2].startswith("  in fail, line ")
    assert said[3:] == [
        "Please report it with what this shows: nbflow --traceback plan 'my notebooks'"
    ]
    assert type(call("--traceback", "plan").exception) is KeyError


def test_an_error_shows_its_traceback_when_asked(tmp_path: Path) -> None:
    missing = str(tmp_path / "nowhere")
    assert call("plan", missing).output.startswith(f"Error: {missing} does not exist.")
    assert type(call("--traceback", "plan", missing).exception).__name__ == "ProjectError"
