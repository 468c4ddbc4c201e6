"""The README is true: its cells are run as notebooks, its commands are run on them."""

from __future__ import annotations

import json
import re
import tomllib
from pathlib import Path

import click
import pytest

from nbflow.app.demo import DEMO
from nbflow.cli import COMMANDS, program
from nbflow.model import Options
from nbflow.workspace.settings import Settings, read_settings
from tests.console import run_console

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"^```(\w+)\n(.*?)^```", README, flags=re.MULTILINE | re.DOTALL)


def section(heading: str) -> str:
    return README.partition(f"## {heading}\n")[2].partition("\n## ")[0]


def blocks(kind: str) -> list[str]:
    return [text for name, text in BLOCKS if name == kind]


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


def test_every_setting_and_every_option_of_a_step_is_named():
    table = re.findall(r"^\| (`.*?) \|", section("Options and settings"), flags=re.MULTILINE)
    options = {name for row in table for name in re.findall(r"`(\w+)`", row)}
    assert options == set(Options.__struct_fields__)
    assert set(tomllib.loads(blocks("toml")[0])) == set(Settings.__struct_fields__) - {"file"}


def test_the_cells_of_the_walk_through_are_cells_of_the_demo():
    found = 0
    for block in blocks("python"):
        head = re.match(r'# (\S+\.ipynb)(?:, tagged "(\w+)")?\n', block)
        if head is not None:
            path, tag = head.groups()
            notebook = json.loads((DEMO / path).read_text(encoding="utf-8"))
            cells = {
                "".join(one["source"]).rstrip("\n"): one["metadata"].get("tags", [])
                for one in notebook["cells"]
            }
            assert cells[block[head.end() :].rstrip("\n")] == ([tag] if tag else [])
            found += 1
    assert found == 4


@pytest.mark.kernel
def test_the_first_five_minutes(tmp_path):
    assert "3 reused" in run_console(section("Your first five minutes"), tmp_path)
