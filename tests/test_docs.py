"""The documentation is true: it names what there is, and its commands run."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path
from typing import get_args

import click
import pytest

from nbflow.analysis.parameters import find_parameters, parse_text
from nbflow.cli import program
from nbflow.model import Options
from nbflow.model.reasons import Code
from nbflow.workspace.settings import Settings, read_settings
from tests.console import read_console, run_console

DOCS = Path(__file__).parents[1] / "docs"
PAGES = {path.relative_to(DOCS).as_posix(): path.read_text() for path in DOCS.rglob("*.md")}


def rows(page: str, heading: str = "") -> list[list[str]]:
    """Return the cells of the tables below a heading."""
    text = PAGES[page].partition(f"## {heading}\n")[2] if heading else PAGES[page]
    lines = re.findall(r"^\| (.*) \|$", text.partition("\n## ")[0], flags=re.MULTILINE)
    return [re.split(r" (?<!\\)\| ?", line) for line in lines]


def codes(text: str) -> list[str]:
    return [one.replace(r"\|", "|") for one in re.findall(r"`([^`]+)`", text)]


def test_every_setting_is_described():
    named = {
        one for row in rows("howto/settings.md", "Settings of the project") for one in codes(row[0])
    }
    tables = {
        "[cache] arrow": "cache",
        "[parameters]": "parameters",
        "[defaults]": "defaults",
        "[steps.NAME]": "steps",
    }
    assert {tables.get(one, one) for one in named} == set(Settings.__struct_fields__) - {"file"}


def test_every_option_of_a_step_is_described():
    named = {one for row in rows("howto/settings.md", "Options of a step") for one in codes(row[0])}
    assert named == set(Options.__struct_fields__)


def test_the_settings_are_settings(tmp_path):
    text = re.findall(r"^```toml\n(.*?)^```", PAGES["howto/settings.md"], re.MULTILINE | re.DOTALL)[
        0
    ]
    (tmp_path / "nbflow.toml").write_text(text)
    assert read_settings(tmp_path).parameters == tomllib.loads(text)["parameters"]


TEXTS = [
    (codes(row[0])[0], text)
    for row in rows("howto/parameters.md", "Values by type")[1:]
    if row[0].startswith("`")
    for text in codes(row[1])
]


@pytest.mark.parametrize(("annotation", "text"), TEXTS)
def test_values_are_read_as_the_table_says(annotation: str, text: str):
    (parameter,), _ = find_parameters([(1, f"x: {annotation}")], "n.ipynb", Path())
    parse_text(parameter, text)  # raises for what does not fit


@pytest.mark.parametrize("page", PAGES)
def test_the_commands_of_a_page_exist(page: str):
    context = click.Context(program)
    for words, _ in read_console(PAGES[page]):
        if words[0] == "nbflow":
            command = program.get_command(context, words[1])
            assert command is not None, words
            command.make_context(words[1], words[2:])


def test_the_reference_shows_the_program_with_all_its_commands():
    """sphinx-click writes a section for each, unless `:commands:` names some."""
    page = PAGES["reference/commands.md"]
    (options,) = re.findall(r"\.\. click:: nbflow\.cli:program\n((?:   :.*\n)+)", page)
    assert options.split("\n") == ["   :prog: nbflow", "   :nested: full", ""]


@pytest.mark.kernel
def test_the_tutorial(tmp_path):
    run_console(PAGES["tutorial.md"], tmp_path)


def test_the_reference_lists_every_code_of_a_reason():
    listed = [codes(row[0])[0] for row in rows("reference/codes.md", "Reasons")[1:]]
    assert listed == list(get_args(Code))
