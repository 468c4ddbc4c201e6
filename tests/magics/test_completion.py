"""Tab in a cell, through IPython's own completer."""

from __future__ import annotations

import pytest
from IPython.core.completer import provisionalcompleter

from nbflow.workspace.pipeline_folder import PipelineFolder
from tests.cli.runs import make_run
from tests.magics.conftest import Notebook


def complete(notebook: Notebook, text: str) -> list[str]:
    """Return what is offered for the word at the cursor."""
    with provisionalcompleter():
        found = list(notebook.shell.Completer.completions(text, len(text)))
    return [one.text for one in found if one.text != "<unknown>"]


@pytest.mark.parametrize(
    ("text", "offered"),
    [
        ("%nbflow st", ["steps"]),
        ("%nbflow us", ["use"]),
        ("view = %nbflow rer", ["rerun"]),
        ("%nbflow run --fo", ["--force-step", "--force"]),
        ("%nbflow run --wa", ["--wait"]),
        ("%nbflow run --to ", ["add", "load"]),
        ("%nbflow run -p ", ["n"]),
        ("%nbflow use --step lo", ["load"]),
        ("%nbflow show 2026", ["20261101-000000-000000"]),
        ("%nbflow tag ad", ["add.ipynb"]),
        ("%nbflow steps --wa", []),
    ],
)
def test_what_is_offered(
    notebook: Notebook, made: PipelineFolder, text: str, offered: list[str]
) -> None:
    make_run(made, "20261101-000000-000000", {"load": {"t": [1]}})
    assert complete(notebook, text) == offered


def test_other_lines_are_not_ours(notebook: Notebook) -> None:
    notebook("stones = 1")
    assert "stones" in complete(notebook, "print(sto")


def test_unloading_takes_everything_away(notebook: Notebook) -> None:
    notebook("%unload_ext nbflow")
    assert complete(notebook, "%nbflow st") != ["steps"]
    assert "nbflow" not in notebook.shell.magics_manager.magics["line"]
    assert "step" not in notebook.shell.magics_manager.magics["cell"]
    notebook("%load_ext nbflow")
    notebook("%reload_ext nbflow")
    assert complete(notebook, "%nbflow st") == ["steps"]
