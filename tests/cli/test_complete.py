"""Tab: what the shell is offered."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.shell_completion import ShellComplete

from nbflow.cli import COMMANDS, program
from tests.cli.runs import make_run
from tests.notebooks import cell, write_pipeline

LOAD = [
    cell(
        "from typing import Literal\nmonth: int = 1  # which month\n"
        'kind: Literal["a", "b"] = "a"\nfast: bool = True',
        "parameters",
    )
]


@pytest.fixture(autouse=True)
def pipeline(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    made = write_pipeline(tmp_path, load=LOAD, last_step=[cell("import nbflow", "inputs")])
    make_run(made, "20261101-000000-aaaa", {"load": {}}, name="baseline")


CASES = {
    "commands": ("", [], list(COMMANDS)),
    "a command's start": ("ru", [], ["run", "runs"]),
    "steps": ("", ["run", "notebooks", "--to"], ["last_step", "load"]),
    "a step's start": ("lo", ["run", "--only"], ["load"]),
    "parameters": ("", ["run", "notebooks", "-p"], ["month", "kind", "fast"]),
    "a parameter's start": ("mo", ["plan", "-r"], ["month"]),
    "choices": ("", ["run", "-p", "kind"], ["a", "b"]),
    "choices for one step": ("", ["run", "-p", "load.kind"], ["a", "b"]),
    "true or false": ("", ["run", "-p", "fast"], ["true", "false"]),
    "no choices": ("", ["run", "-p", "month"], []),
    "runs": ("", ["rerun"], ["20261101-000000-aaaa", "baseline", "last"]),
    "steps and runs": ("l", ["show"], ["last_step", "load", "last"]),
    "a run's steps": ("lo", ["show", "baseline"], ["load"]),
    "tags": ("s", ["tag", "a.ipynb", "1"], ["show-input", "skip-execution"]),
    "no pipeline": ("", ["run", "nowhere", "--to"], []),
}


@pytest.mark.parametrize(("typed", "before", "expected"), CASES.values(), ids=CASES)
def test_tab(typed: str, before: list[str], expected: list[str]) -> None:
    shell = ShellComplete(program, {}, "nbflow", "_NBFLOW_COMPLETE")
    assert [item.value for item in shell.get_completions(before, typed)] == expected


def test_offers_say_what_they_are() -> None:
    shell = ShellComplete(program, {}, "nbflow", "_NBFLOW_COMPLETE")
    (month,) = shell.get_completions(["run", "-p"], "mo")
    assert month.help == "int which month"
