"""A cell as the cells of a step's notebook."""

from __future__ import annotations

import json

import pytest

from nbflow.analysis.contract.scan import read_folder
from nbflow.magics.step_cells import split_cell
from nbflow.workspace.pipeline_folder import PipelineFolder
from tests.magics.conftest import Notebook

CASES = {
    "parameters, inputs and the rest": (
        "import nbflow\n# which\nmonth: int = 1  # of the year\nt = nbflow.read('load.t')\n\nx = t\n# done\nnbflow.write('x', x)",
        [
            ("import nbflow", ()),
            ("# which\nmonth: int = 1  # of the year", ("parameters",)),
            ("t = nbflow.read('load.t')", ("inputs",)),
            ("x = t\n# done\nnbflow.write('x', x)", ()),
        ],
    ),
    "imports go with what follows": (
        "import nbflow\nimport os\nt = nbflow.read('load.t')\nprint(t)",
        [("import nbflow\nimport os\nt = nbflow.read('load.t')", ("inputs",)), ("print(t)", ())],
    ),
    "no reads": ("x = 1\nx: int = 2", [("x = 1\nx: int = 2", ("inputs",))]),
    "one line": ("a: int = 1; b = 2", [("a: int = 1; b = 2", ("parameters",))]),
    "IPython's syntax": ("files = !ls\nx = 1", [("files = !ls\nx = 1", ("inputs",))]),
    "an import is missing": (
        "t = nbflow.read('load.t')\nnbflow.write('u', t)",
        [("import nbflow\nt = nbflow.read('load.t')", ("inputs",)), ("nbflow.write('u', t)", ())],
    ),
    "an import is missing below a parameter": (
        "n: int = 1\nnbflow.write('u', n)",
        [("n: int = 1", ("parameters",)), ("import nbflow\nnbflow.write('u', n)", ())],
    ),
    "an import is missing of what is marked": (
        "# %% tags=[\"parameters\"]\nn = 1\n# %%\n%%time\nnbflow.write('u', n)",
        [
            ("n = 1", ("parameters",)),
            ("import nbflow", ()),
            ("%%time\nnbflow.write('u', n)", ()),
        ],
    ),
    "an import of a part": (
        "from nbflow import read\nt = read('load.t')",
        [("from nbflow import read\nt = read('load.t')", ("inputs",))],
    ),
    "nothing": ("\n", [("import nbflow", ("inputs",))]),
    "marked": (
        '# %% tags=["parameters"]\nn = 1\n# %%\nn += 1\n\n# %% tags=["inputs"]\nt = read()',
        [("n = 1", ("parameters",)), ("n += 1", ()), ("t = read()", ("inputs",))],
    ),
}


@pytest.mark.parametrize("name", CASES)
def test_a_cell_is_divided(name: str) -> None:
    source, expected = CASES[name]
    assert split_cell(source) == expected


def test_a_cell_becomes_a_step(notebook: Notebook, made: PipelineFolder) -> None:
    source = "month: int = 1\nimport nbflow\nt = nbflow.read('load.t')\nnbflow.write('u', t)"
    html = notebook.html(f"%%step fresh\n{source}")
    assert "01_fresh.ipynb is there" in html
    step = read_folder(made).steps["fresh"]
    assert [one.name for one in step.parameters] == ["month"]
    assert [one.ref for one in step.inputs] == ["load.t"]
    assert [one.name for one in step.writes] == ["u"]
    written = json.loads((made.folder / "01_fresh.ipynb").read_text())
    assert "month" not in notebook.shell.user_ns
    assert len(written["cells"]) == 4
