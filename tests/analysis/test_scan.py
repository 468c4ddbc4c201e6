from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

import msgspec
import pytest

from nbflow.analysis.contract.scan import read_folder
from nbflow.model import (
    Cell,
    FileInput,
    Input,
    Options,
    Parameter,
    Place,
    Scan,
    Skipped,
    Step,
    Type,
    Write,
)
from nbflow.present.problems import say_what
from tests.notebooks import cell, markdown, notebook, write_pipeline

LOAD = "import nbflow\nimport pandas as pd\nnbflow.write('flights', pd.DataFrame())"
CLEAN = "import nbflow\nflights = nbflow.read('load.flights')\nnbflow.file('a.csv')"


FIRST = "month: int = 1  # which month"
LOAD_PATH, CLEAN_PATH = "notebooks/load.ipynb", "notebooks/clean.ipynb"
MONTH = Parameter(
    name="month",
    place=Place(LOAD_PATH, 2, 1, FIRST),
    type=Type("int"),
    default="1",
    value=1,
    help="which month",
)
STEPS = {
    "clean": Step(
        name="clean",
        path=CLEAN_PATH,
        kernel="python3",
        cells=(Cell(1, "import nbflow", "", ("inputs",)),),
        cell_count=1,
        inputs=(Input("load", "flights", Place(CLEAN_PATH, 1, 2, "import nbflow")),),
        files=(FileInput("a.csv", Place(CLEAN_PATH, 1, 3, "import nbflow")),),
        imports=("nbflow",),
    ),
    "load": Step(
        name="load",
        path=LOAD_PATH,
        kernel="python3",
        cells=(Cell(2, FIRST, "", ("parameters",)), Cell(3, "import nbflow", "")),
        cell_count=2,
        parameters=(MONTH,),
        writes=(Write("flights", Place(LOAD_PATH, 3, 3, "import nbflow")),),
        imports=("nbflow", "pandas"),
        options=Options(),
    ),
}


def test_a_folder_of_notebooks_is_read(tmp_path: Path) -> None:
    made = write_pipeline(
        tmp_path,
        load=[markdown("# Load"), cell(FIRST, "parameters"), cell(LOAD)],
        clean=[cell(CLEAN, "inputs")],
        tour=[cell("1")],
    )
    assert without_digests(read_folder(made)) == Scan(
        steps=STEPS,
        skipped=(Skipped("notebooks/tour.ipynb", "untagged"),),
        problems=(),
    )


def test_a_notebook_that_cannot_be_read_is_a_problem(tmp_path: Path) -> None:
    """And what reads from it has none besides."""
    found = write_pipeline(tmp_path, a=[cell("import nbflow\nnbflow.read('b.c')", "inputs")])
    (found.folder / "b.ipynb").symlink_to(tmp_path / "gone.ipynb")
    scan = read_folder(found)
    what = "b.ipynb is a link to a file that is not there."
    assert [(say_what(one), one.place) for one in scan.problems] == [
        (what, Place("notebooks/b.ipynb"))
    ]
    assert set(scan.steps) == {"a"}


def test_every_problem_is_told_at_once(tmp_path: Path) -> None:
    files: dict[str, Any] = {
        "a.ipynb": "<<<<<<< HEAD\n",
        "order.ipynb": [cell("x = 1", "parameters")],
        "b.ipynb": [cell("import nbflow\nnbflow.read(x)\nnbflow.read('c.d')", "inputs")],
    }
    scan = read_folder(write_pipeline(tmp_path, files=files))
    assert [problem.code for problem in scan.problems] == [
        "unreadable-notebook",
        "read-not-literal",
        "bad-step-name",
        "unknown-read",
    ]
    assert scan.problems[0].place == Place("notebooks/a.ipynb")


SYNTAX = {
    "an ordinary cell": ((), "x = (", "warning"),
    "a cell that names nbflow": ((), "nbflow.write('a', 1", "error"),
    "an inputs cell": (("inputs",), "x = (", "error"),
    "a parameters cell": (("parameters",), "x = (", "error"),
    "a cell that may raise": (("raises-exception",), "x = (", None),
    "a cell that is not executed": (("skip-execution",), "x = (", None),
}


@pytest.mark.parametrize(("tags", "source", "severity"), SYNTAX.values(), ids=SYNTAX)
def test_a_cell_that_is_no_python_is_a_problem(
    tmp_path: Path, tags: tuple[str, ...], source: str, severity: str | None
) -> None:
    scan = read_folder(
        write_pipeline(tmp_path, a=[cell("m = 1", "parameters"), cell(source, *tags)])
    )
    assert [problem.severity for problem in scan.problems] == ([severity] if severity else [])
    if severity:
        assert say_what(scan.problems[0]) == "this cell is not valid Python: '(' was never closed."
        assert scan.problems[0].place == Place("notebooks/a.ipynb", 2, 1, source)


LANGUAGES = {
    "R": (
        "R",
        'month <- 1L  # which\nnames <- list("UA", "AA")\nfull <- TRUE\nday <- Sys.Date()\nf(x)',
        {"month": (1, True), "names": (["UA", "AA"], True), "full": (True, True), "day": (None, False)},
    ),
    "Julia": ("julia", 'month::Int = 2 # why\nurl = "http://a#b"', {"month": (2, True), "url": ("http://a#b", True)}),
    "Scala": ("scala", "val month: Int = 3 // why;\nval name = null", {"month": (3, True), "name": (None, True)}),
}  # fmt: skip


@pytest.mark.parametrize(("language", "source", "expected"), LANGUAGES.values(), ids=LANGUAGES)
def test_steps_in_other_languages_have_parameters(
    tmp_path: Path, language: str, source: str, expected: dict[str, tuple[Any, bool]]
) -> None:
    metadata = {"kernelspec": {"name": "other", "language": language}}
    made = notebook(cell(source, "parameters"), cell("x <- ("), metadata=metadata)
    scan = read_folder(write_pipeline(tmp_path, a=made))
    step = scan.steps["a"]
    assert (step.language, step.kernel) == (language, "other")
    assert {one.name: (one.value, one.literal) for one in step.parameters} == expected


def test_only_executed_cells_tagged_parameters_declare_parameters(tmp_path: Path) -> None:
    cells = [
        cell("a = 1\nb = 1", "parameters"),
        cell("b = 2", "parameters"),
        cell("a = 3", "injected-parameters"),
        cell("c = 4", "parameters", "skip-execution"),
        cell("d = 5"),
    ]
    step = read_folder(write_pipeline(tmp_path, a=cells)).steps["a"]
    assert {one.name: one.value for one in step.parameters} == {"a": 1, "b": 2}
    assert step.cell_count == 3


def test_several_pipelines_of_a_project_keep_apart(tmp_path: Path) -> None:
    one = write_pipeline(tmp_path, a=[cell("x = 1", "parameters")])
    two = msgspec.structs.replace(one, folder=tmp_path / "other")
    two.folder.mkdir()
    assert set(read_folder(one).steps) == {"a"}
    assert set(read_folder(two).steps) == set()


def test_reading_loads_nothing_heavy() -> None:
    code = (
        "import sys, nbflow.analysis.contract.scan\n"
        "heavy = {'nbformat', 'papermill', 'pandas', 'IPython', 'duckdb', 'jupytext', 'pyarrow'}\n"
        "print(sorted(heavy & sys.modules.keys()))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"


def without_digests(scan: Scan) -> Scan:
    replace = msgspec.structs.replace
    steps = {
        name: replace(step, cells=tuple(replace(found, digest="") for found in step.cells))
        for name, step in scan.steps.items()
    }
    return replace(scan, steps=steps)
