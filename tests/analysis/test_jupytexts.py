from __future__ import annotations

from pathlib import Path

import jupytext
import nbformat
import pytest

from nbflow.analysis.contract.scan import read_folder
from tests.notebooks import cell, markdown, notebook, write_pipeline

PYTHON = {"name": "python3", "language": "python", "display_name": "Python 3"}
R = {"name": "ir", "language": "R", "display_name": "R"}
JULIA = {"name": "julia", "language": "julia", "display_name": "Julia"}
FORMATS = {
    "py:percent": PYTHON,
    "py:light": PYTHON,
    "py:hydrogen": PYTHON,
    "md": PYTHON,
    "md:myst": PYTHON,
    "Rmd": PYTHON,
    "R:percent": R,
    "R:light": R,
    "R:spin": R,
    "jl:percent": JULIA,
}


@pytest.mark.parametrize(("form", "kernel"), FORMATS.items(), ids=list(FORMATS))
def test_the_forms_of_jupytext_that_keep_tags_are_steps(
    tmp_path: Path, form: str, kernel: dict[str, str]
) -> None:
    cells = [markdown("# Title"), cell("month = 1", "parameters"), cell("%time x = 1")]
    made = nbformat.from_dict(notebook(*cells, metadata={"kernelspec": kernel}))
    text = jupytext.writes(made, fmt=form)
    scan = read_folder(
        write_pipeline(tmp_path, files={f"01 a.{form.split(':', maxsplit=1)[0]}": text})
    )
    step = scan.steps["a"]
    assert (step.language, step.kernel) == (kernel["language"], kernel["name"])
    assert [(found.number, found.first_line) for found in step.cells] == [
        (2, "month = 1"),
        (3, "%time x = 1"),
    ]
    assert [one.name for one in step.parameters] == ["month"]


HEADLESS = {
    "percent": '# %% tags=["parameters"]\nmonth = 1\n\n# %%\nx = 1\n',
    "percent, JSON": '# %% {"tags": ["inputs"]}\nmonth = 1\n\n# %%\nx = 1\n',
    "light": '# + tags=["inputs", "mine"]\nmonth = 1\n\n# +\nx = 1\n',
}


@pytest.mark.parametrize("text", HEADLESS.values(), ids=HEADLESS)
def test_scripts_need_no_header(tmp_path: Path, text: str) -> None:
    step = read_folder(write_pipeline(tmp_path, files={"a.py": text})).steps["a"]
    assert (step.language, [found.number for found in step.cells]) == ("python", [1, 2])


MODULES = {
    "a module": "def f():\n    return 1\n",
    "words": '# the tags "parameters" and "inputs"\n# %% a cell\nx = 1\n',
    "other tags": '# %% tags=["mine"]\nx = 1\n',
}


@pytest.mark.parametrize("text", MODULES.values(), ids=MODULES)
def test_other_scripts_are_not_even_skipped(tmp_path: Path, text: str) -> None:
    scan = read_folder(write_pipeline(tmp_path, files={"a.py": text}))
    assert (scan.steps, scan.skipped) == ({}, ())
