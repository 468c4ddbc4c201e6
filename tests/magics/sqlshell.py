"""Fixtures: IPython's shell with nbflow's magics, each test its own."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from IPython.core.interactiveshell import InteractiveShell
from IPython.utils.capture import CapturedIO, capture_output
from traitlets.config import Config

from tests.notebook_api.conftest import fresh, start_job

__all__ = ["fresh", "run", "shell", "show", "start_job"]


@pytest.fixture
def shell(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[InteractiveShell]:
    """A shell in a folder of its own, without history or colours."""
    monkeypatch.setenv("IPYTHONDIR", str(tmp_path / ".ipython"))
    monkeypatch.chdir(tmp_path)
    config = Config()
    config.HistoryManager.enabled = False
    config.InteractiveShell.colors = "nocolor"
    yield InteractiveShell.instance(config=config)
    InteractiveShell.clear_instance()


@pytest.fixture
def run(shell: InteractiveShell) -> Callable[..., Any]:
    """Load the magics, and return what runs a cell: it gives the cell's value, or raises."""
    shell.run_line_magic("load_ext", "nbflow")

    def run_cell(source: str) -> Any:
        done = shell.run_cell(source)
        done.raise_error()
        return done.result

    return run_cell


@pytest.fixture
def show(shell: InteractiveShell) -> Callable[[str], CapturedIO]:
    """Load the magics, and return what runs a cell and gives all that it shows, errors too."""
    shell.run_line_magic("load_ext", "nbflow")

    def show_cell(source: str) -> CapturedIO:
        with capture_output() as captured:
            shell.run_cell(source)
        return captured

    return show_cell
