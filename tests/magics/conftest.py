"""A real shell of IPython in this process, with a front end's bundles kept."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from IPython.core.interactiveshell import InteractiveShell
from IPython.utils.capture import RichOutput, capture_output

from nbflow.workspace.pipeline_folder import PipelineFolder
from tests.notebooks import cell, write_pipeline

LOAD = [
    cell("n: int = 1  # how many", "parameters"),
    cell('import nbflow\nnbflow.write("t", [n])'),
]
ADD = [
    cell('import nbflow\nt = nbflow.read("load.t")', "inputs"),
    cell('nbflow.write("total", sum(t))'),
]


class Notebook:
    """Runs cells and gives back what they show."""

    def __init__(self, shell: Any) -> None:
        self.shell = shell

    def __call__(self, source: str) -> tuple[str, str, list[RichOutput], Any]:
        """Return what was printed, what went to the standard error, displays, the result."""
        with capture_output() as captured:
            result = self.shell.run_cell(source, store_history=True)
        return captured.stdout, captured.stderr, captured.outputs, result

    def html(self, source: str) -> str:
        *_, outputs, _ = self(source)
        return "\n".join(one.data["text/html"] for one in outputs)


@pytest.fixture
def made(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> PipelineFolder:
    found = write_pipeline(tmp_path, load=LOAD, add=ADD)
    monkeypatch.chdir(found.folder)
    return found


@pytest.fixture
def notebook(made: PipelineFolder) -> Iterator[Notebook]:
    """A shell that has a front end, in the folder of the pipeline."""
    assert Path.cwd() == made.folder
    InteractiveShell.clear_instance()
    shell = InteractiveShell.instance()
    shell.kernel = SimpleNamespace()
    shell.run_line_magic("load_ext", "nbflow")
    yield Notebook(shell)
    shell.run_line_magic("unload_ext", "nbflow")
    InteractiveShell.clear_instance()
