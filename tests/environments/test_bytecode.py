"""A start that is slow for want of byte code is told of, where the user can mend it."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from nbflow.environments.bytecode import VARIABLE, find_bytecode_obstacle
from tests.notebooks import cell, write_pipeline


@pytest.fixture
def compiled_nowhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(sys, "pycache_prefix", str(tmp_path / "none"))
    monkeypatch.delenv(VARIABLE, raising=False)
    return tmp_path


@pytest.mark.usefixtures("compiled_nowhere")
def test_byte_code_that_will_be_written_is_no_matter() -> None:
    assert find_bytecode_obstacle() == ""


@pytest.mark.usefixtures("compiled_nowhere")
def test_the_variable_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(VARIABLE, "1")
    assert find_bytecode_obstacle() == VARIABLE


def test_a_folder_that_cannot_be_written_is_named(
    compiled_nowhere: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(os, "access", lambda *_: False)  # root may write anywhere
    assert find_bytecode_obstacle() == str(compiled_nowhere)


@pytest.mark.kernel
def test_a_run_says_it_once_on_stderr_and_nothing_beside_json(tmp_path: Path) -> None:
    steps = {name: [cell("x = 1", "parameters")] for name in ("one", "two")}
    folder = write_pipeline(tmp_path, **steps).folder
    env = os.environ | {VARIABLE: "1", "PYTHONPYCACHEPREFIX": str(tmp_path / "none")}
    said = []
    for more in ([], ["--force", "--json"], []):  # the last reuses all
        done = subprocess.run(
            [sys.executable, "-m", "nbflow", "run", str(folder), *more],
            env=env | {"NBFLOW_WARM": "0"},
            capture_output=True,
            text=True,
            check=True,
            timeout=300,
        )
        said.append(done.stderr.count(VARIABLE))
    assert said == [1, 0, 0]
