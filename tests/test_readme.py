"""The README is true: its cells are run as notebooks, its commands are run on them."""

from __future__ import annotations

import os
import re
import shlex
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import click
import pytest

from nbflow.cli import COMMANDS, program
from nbflow.project import read_settings
from tests.notebooks import cell, project

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"^```(\w+)\n(.*?)^```", README, flags=re.MULTILINE | re.DOTALL)
NBFLOW = [sys.executable, "-m", "nbflow"]


def blocks(kind: str) -> list[str]:
    return [text for name, text in BLOCKS if name == kind]


def commands(kind: str) -> list[list[str]]:
    lines = [line.removeprefix("$ ") for text in blocks(kind) for line in text.splitlines()]
    return [shlex.split(line, comments=True) for line in lines if line.startswith("nbflow")]


def test_every_command_is_in_the_table_and_every_command_of_the_table_exists():
    table = re.findall(r"^\| (`nbflow.*?) \|", README, flags=re.MULTILINE)
    named = {name for row in table for name in re.findall(r"`nbflow (\w+)", row)}
    assert named == set(COMMANDS)


def test_the_options_that_the_table_names_exist():
    context = click.Context(program)
    run = program.get_command(context, "run")
    row = next(line for line in README.splitlines() if line.startswith("| `nbflow run"))
    known = {flag for option in run.params for flag in option.opts}
    assert set(re.findall(r"--?[a-zA-Z][\w-]*", row.split("|")[2])) <= known


def test_the_settings_are_settings(tmp_path):
    text = blocks("toml")[0]
    (tmp_path / "nbflow.toml").write_text(text)
    assert read_settings(tmp_path).parameters == tomllib.loads(text)["parameters"]


@pytest.mark.kernel
def test_the_first_five_minutes(tmp_path):
    parameters, write, inputs = blocks("python")[:3]
    made = project(
        tmp_path,
        files={
            "01_load_flights.ipynb": [
                cell(parameters, "parameters"),
                cell("import pandas as pd\nflights = pd.DataFrame({'carrier': ['UA'] * month})"),
                cell(write),
            ],
            "02_clean_flights.ipynb": [cell(inputs, "inputs"), cell("print(len(flights))")],
        },
    )
    (made.folder / "data").mkdir()
    shutil.copy(ROOT / "notebooks" / "data" / "airports.csv", made.folder / "data")
    for command in commands("console"):
        ended = subprocess.run(
            [*NBFLOW, *command[1:]],
            cwd=made.folder,
            capture_output=True,
            text=True,
            env=os.environ | {"COLUMNS": "100"},
            check=False,
        )
        assert ended.returncode == 0, (command, ended.stdout, ended.stderr)
    assert commands("console")[-1] == ["nbflow", "plan"]
    assert "reuse" in ended.stdout
