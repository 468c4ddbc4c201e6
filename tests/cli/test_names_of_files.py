"""Folders and notebooks whose names are no text: each command refuses them, with what to do."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.notebooks import cell, write

COMMANDS = ("check", "steps", "plan", "run")
NOTEBOOK = [cell("n = 1", "parameters")]
BYTES = os.fsdecode(b"pr\xe4fix")


@pytest.fixture(autouse=True)
def names_of_bytes(tmp_path: Path) -> None:
    try:
        (tmp_path / BYTES).mkdir()
    except OSError:  # macOS takes UTF-8 alone
        pytest.skip("the file system refuses such a name")


@pytest.mark.parametrize("command", COMMANDS)
def test_a_folder_whose_name_is_not_utf8_is_refused(tmp_path: Path, command: str) -> None:
    write(tmp_path / BYTES / "a.ipynb", NOTEBOOK)
    code, said = nbflow(tmp_path / BYTES, command)
    assert (code, said.count("\n")) == (2, 1)
    assert said == f"Error: The name {tmp_path}/pr\\xe4fix is not UTF-8. Rename it.\n"
    assert not (tmp_path / BYTES / ".nbflow").exists()


@pytest.mark.parametrize("command", ["check", "plan", "run"])
def test_a_notebook_whose_name_is_not_utf8_is_a_problem(tmp_path: Path, command: str) -> None:
    write(tmp_path / "b" / "b.ipynb", NOTEBOOK)
    write(tmp_path / "b" / f"{BYTES}.ipynb", NOTEBOOK)
    code, said = nbflow(tmp_path / "b", command)
    assert code == 2
    assert "The name pr\\xe4fix.ipynb is not UTF-8." in said
    assert "Rename it." in said
    assert "Traceback" not in said


def test_a_notebook_in_a_folder_of_such_a_name_is_a_problem(tmp_path: Path) -> None:
    write(tmp_path / "b.ipynb", NOTEBOOK)
    write(tmp_path / BYTES / "a.ipynb", NOTEBOOK)
    code, said = nbflow(tmp_path, "check")
    assert code == 2
    assert "The name pr\\xe4fix/a.ipynb is not UTF-8." in said


@pytest.mark.parametrize("command", ["check", "plan", "run"])
def test_a_declared_file_whose_name_is_not_utf8_is_a_problem(tmp_path: Path, command: str) -> None:
    inputs = cell("import nbflow\nnbflow.file('data')", "inputs")
    write(tmp_path / "b" / "b.ipynb", [*NOTEBOOK, inputs])
    write(tmp_path / "b" / "data" / BYTES, "1")
    code, said = nbflow(tmp_path / "b", command)
    assert code == 2
    assert "/data/pr\\xe4fix is not UTF-8" in said
    assert "Traceback" not in said


def test_what_is_excluded_may_have_any_name(tmp_path: Path) -> None:
    write(tmp_path / "b.ipynb", NOTEBOOK)
    write(tmp_path / f"{BYTES}.ipynb", NOTEBOOK)
    (tmp_path / "nbflow.toml").write_text('exclude = ["pr*"]')
    assert nbflow(tmp_path, "check") == (0, "1 step, no problems\n")
    code, said = nbflow(tmp_path, "steps")
    assert code == 0
    assert "pr\\xe4fix.ipynb" in said


@pytest.mark.parametrize("command", COMMANDS)
def test_a_locale_that_cannot_name_a_folder_is_said(tmp_path: Path, command: str) -> None:
    write(tmp_path / "präfix" / "a.ipynb", NOTEBOOK)
    ascii_only = {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}
    code, said = nbflow(tmp_path / "präfix", command, **ascii_only)
    assert code == 2
    assert "Python reads the names of files as ascii here, and cannot name" in said
    assert "Set a UTF-8 locale, as LC_ALL=C.UTF-8, or PYTHONUTF8=1." in said


def nbflow(folder: Path, *words: str, **variables: str) -> tuple[int, str]:
    made = subprocess.run(
        [sys.executable, "-m", "nbflow", *words],
        cwd=folder,
        env=os.environ | variables,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        check=False,
    )
    return made.returncode, made.stdout.decode("utf-8", "replace")
