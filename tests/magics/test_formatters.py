"""How values show themselves in IPython."""

from __future__ import annotations

import subprocess
import sys
from typing import Any

import nbflow
from nbflow.runs.history import find_run
from nbflow.workspace.pipeline_folder import PipelineFolder
from tests.cli.runs import make_run
from tests.magics.conftest import Notebook


def bundle(notebook: Notebook, value: Any) -> tuple[str, str]:
    data, _ = notebook.shell.display_formatter.format(value)
    return data.get("text/html", ""), data["text/plain"]


def test_values_show_themselves(notebook: Notebook, made: PipelineFolder) -> None:
    make_run(made, "20261101-000000-000000", {"load": {"t": [1]}})
    pipeline = nbflow.Pipeline(made.folder)
    for value, said in (
        (pipeline, "load.t"),
        (pipeline.steps["load"], "how many"),
        (pipeline.plan(), "to run"),
        (find_run(made), "20261101-000000-000000"),
    ):
        html, text = bundle(notebook, value)
        assert said in html
        assert said in text


def test_a_pipeline_that_cannot_be_read_says_so(notebook: Notebook, made: PipelineFolder) -> None:
    pipeline = nbflow.Pipeline(made.folder)
    made.folder.rename(made.folder.with_name("gone"))
    _, text = bundle(notebook, pipeline)
    assert "cannot be read" in text


def test_loading_a_pipeline_in_ipython_is_enough_and_outside_loads_nothing() -> None:
    code = (
        "import sys, nbflow\n"
        "nbflow.Pipeline\n"
        "assert 'nbflow.magics' not in sys.modules and 'IPython' not in sys.modules\n"
        "from IPython.core.interactiveshell import InteractiveShell\n"
        "shell = InteractiveShell.instance()\n"
        "del nbflow.Pipeline\n"
        "nbflow.Pipeline\n"
        "assert 'nbflow.magics.formatters' in sys.modules\n"
    )
    subprocess.run([sys.executable, "-c", code], check=True)
