"""Cells that this Python cannot read, automagic, names that nothing binds, other languages."""

from __future__ import annotations

import json
import platform
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from nbflow.analysis.code.automagic import MAGICS
from nbflow.analysis.contract.scan import read_folder
from nbflow.model import Problem, Step
from nbflow.present.problems import say_hint
from tests.analysis.facts import tell
from tests.notebooks import cell, notebook, write_pipeline

TAG = cell("m = 1", "parameters")
OURS = platform.python_version()


def read(tmp_path: Path, *cells: Any, **metadata: Any) -> tuple[Step, list[Problem]]:
    scan = read_folder(write_pipeline(tmp_path, a=notebook(*cells, metadata=metadata)))
    return scan.steps["a"], list(scan.problems)


def where(problems: list[Problem]) -> list[tuple[str, int | None, int | None]]:
    return [
        (one.severity, one.place.cell, one.place.line) for one in problems if one.place is not None
    ]


# --- another Python ----------------------------------------------------------------------------


@pytest.fixture
def later(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    """Install a kernel whose interpreter says it is Python 3.99, and return what names it."""
    code = "import sys; sys.version_info = (3, 99, 1, 'final', 0); exec(sys.argv[1])"
    program = tmp_path / "python3.99"
    program.write_text(f'#!/bin/sh\nshift\nexec "{sys.executable}" -c "{code}" "$1"\n')
    program.chmod(0o755)
    folder = tmp_path / "jupyter" / "kernels" / "py399"
    folder.mkdir(parents=True)
    argv = [str(program), "-m", "ipykernel_launcher", "-f", "{connection_file}"]
    spec = {"argv": argv, "language": "python", "display_name": "later"}
    (folder / "kernel.json").write_text(json.dumps(spec))
    monkeypatch.setenv("JUPYTER_PATH", str(tmp_path / "jupyter"))
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    return {"kernelspec": {"name": "py399", "language": "python", "display_name": "later"}}


def test_what_the_kernel_may_read_is_a_warning_that_names_both(
    tmp_path: Path, later: dict[str, Any]
) -> None:
    newer = cell("kind of P = int\nimport nbflow\nnbflow.write('u', 1)\nimport polars")
    step, problems = read(tmp_path, TAG, newer, **later)
    assert where(problems) == [("warning", 2, 1)]
    kernel = {"kernel": "py399 (Python 3.99)", "hides": False}
    facts = {"python": OURS, "error": "invalid syntax", **kernel}
    assert (problems[0].code, problems[0].facts) == ("other-python", facts)
    assert [write.name for write in step.writes] == ["u"]
    assert step.imports == ("nbflow", "polars")


def test_what_it_declares_in_tagged_cells_is_found_as_well(
    tmp_path: Path, later: dict[str, Any]
) -> None:
    parameters = cell("kind of P = int\nmonth: int = 3", "parameters")
    inputs = cell(
        "import nbflow\nif True:\n    kind of P = int\nt = nbflow.file('x.csv')", "inputs"
    )
    step, problems = read(tmp_path, parameters, inputs, **later)
    assert where(problems) == [("warning", 1, 1), ("warning", 2, 3)]
    assert [(one.name, one.value) for one in step.parameters] == [("month", 3)]
    assert [one.pattern for one in step.files] == ["x.csv"]


def test_what_may_hide_a_call_is_an_error_with_a_remedy(
    tmp_path: Path, later: dict[str, Any]
) -> None:
    step, problems = read(
        tmp_path, TAG, cell("import nbflow as nf\nkind of = nf.write('u', 1)"), **later
    )
    assert where(problems) == [("error", 2, 2)]
    assert say_hint(problems[0]) == f"Write the lines that call nbflow as Python {OURS} knows them."
    assert step.writes == ()


def test_the_text_of_what_only_the_kernel_reads_counts(
    tmp_path: Path, later: dict[str, Any]
) -> None:
    first, _ = read(tmp_path / "1", TAG, cell("kind of P = int\nx = 1"), **later)
    other, _ = read(tmp_path / "2", TAG, cell("kind of P = str\nx = 1"), **later)
    assert first.cells[1].digest != other.cells[1].digest


def test_the_answer_is_that_of_the_kernel_of_today(tmp_path: Path, later: dict[str, Any]) -> None:
    """Nothing is remembered that another kernel would say otherwise."""
    cells = [TAG, cell("kind of P = int")]
    _, problems = read(tmp_path, *cells, **later)
    program = tmp_path / "python3.99"
    program.write_text(f'#!/bin/sh\nexec "{sys.executable}" "$@"\n')
    _, again = read(tmp_path, *cells, **later)
    assert (problems[0].code, again[0].code) == ("other-python", "invalid-python")


# --- automagic ---------------------------------------------------------------------------------

AUTOMAGIC = {
    "pip": "pip install pandas",
    "a folder": "cd ..",
    "conda": "conda env export",
    "a shell alias": "\n\nls -l *.csv\n",
    "a script": "run tools/a.py 1",
    "an indented line": "  rm -rf x",
}
NO_AUTOMAGIC = {
    "two lines": ([], "pip list\nx = 1"),
    "below a comment": ([], "# why\npip list"),
    "no magic": ([], "pipp list"),
    "an assignment": ([], "ls = = 1"),
    "a comma": ([], "pip, list of"),
    "a name of the notebook": ([cell("cd = 1")], "cd .."),
    "an import of the notebook": ([cell("from shutil import move as mv")], "mv a b"),
}


@pytest.mark.parametrize("source", AUTOMAGIC.values(), ids=AUTOMAGIC)
def test_a_line_that_is_a_magic_without_its_sign_is_no_problem(tmp_path: Path, source: str) -> None:
    assert read(tmp_path, TAG, cell(source))[1] == []


@pytest.mark.parametrize(("above", "source"), NO_AUTOMAGIC.values(), ids=NO_AUTOMAGIC)
def test_other_lines_are_not_valid(tmp_path: Path, above: list[Any], source: str) -> None:
    _, problems = read(tmp_path, TAG, *above, cell(source))
    assert [one.code for one in problems] == ["invalid-python"]


def test_the_script_of_an_automagic_is_a_file_of_the_step(tmp_path: Path) -> None:
    made = write_pipeline(tmp_path, files={"a.ipynb": [TAG, cell("run b.py")], "b.py": ""})
    assert [one.pattern for one in read_folder(made).steps["a"].files] == ["b.py"]


def test_the_magics_are_those_of_ipython() -> None:
    """Asked in a process of its own: a kernel's shell changes its environment."""
    code = (
        "import json, sys\n"
        "from ipykernel.zmqshell import ZMQInteractiveShell\n"
        "shell = ZMQInteractiveShell()\n"
        "lines = [shell.transform_cell(source) for source in json.loads(sys.argv[1])]\n"
        "made = [shell.prefilter_manager.prefilter_lines(line) for line in lines]\n"
        "print(json.dumps([[*shell.magics_manager.lsmagic()['line']], made]))"
    )
    asked = [sys.executable, "-c", code, json.dumps([*AUTOMAGIC.values()])]
    said = subprocess.run(asked, capture_output=True, text=True, check=True).stdout
    magics, made = json.loads(said.splitlines()[-1])
    assert set(magics) <= MAGICS
    assert all(line.startswith("get_ipython().run_line_magic(") for line in made)


# --- names that nothing binds ------------------------------------------------------------------

UNBOUND = {
    # cells, and where `nbflow` is used though nothing has imported it
    "never": ([cell("t = nbflow.read('b.t')", "inputs")], (2, 1)),
    "below": ([cell("x = 1\nnbflow.write('t', 1)"), cell("import nbflow")], (2, 2)),
    "another name": ([cell("import nbflow as nf\nnbflow.write('t', 1)")], (2, 2)),
    "in a function": ([cell("def f():\n    nbflow.write('t', 1)"), cell("f()")], (2, 2)),
    "a comprehension": ([cell("[nbflow.progress(x) for x in y]")], (2, 1)),
    "only the magics are loaded": ([cell("%load_ext nbflow\nnbflow.controls()")], (2, 2)),
    "in a cell that is not executed": (
        [cell("import nbflow", "skip-execution"), cell("nbflow.write('t', 1)")],
        (3, 1),
    ),
}
BOUND = {
    "imported": [cell("import nbflow\nnbflow.write('t', 1)")],
    "in a function, imported later": [
        cell("def f():\n    nbflow.progress(1)"),
        cell("import nbflow"),
        cell("f()"),
    ],
    "imported if possible": [
        cell("try:\n    import nbflow\nexcept ImportError:\n    nbflow = None\nnbflow.progress(1)")
    ],
    "a submodule": [cell("import nbflow.notebook_api\nnbflow.progress(1)")],
    "a star": [cell("from setup import *\nnbflow.progress(1)")],
    "a script": [cell("%run setup.py\nnbflow.progress(1)")],
    "another meaning": [cell("nbflow = open('x')\nnbflow.read()")],
    "a cell that may raise": [cell("nbflow.progress(1)", "raises-exception")],
    "a text": [cell("'nbflow'\nx.nbflow\nf(nbflow=1)")],
    "made": [cell("globals()['nbflow'] = x\nnbflow.progress(1)")],
}


@pytest.mark.parametrize(("cells", "expected"), UNBOUND.values(), ids=UNBOUND)
def test_a_name_that_nothing_binds_is_a_problem(
    tmp_path: Path, cells: list[Any], expected: tuple[int, int]
) -> None:
    found = [one for one in read(tmp_path, TAG, *cells)[1] if one.code == "not-imported"]
    assert where(found) == [("error", *expected)]
    assert tell(found[0]) == ("not-imported", {}, "import nbflow")


@pytest.mark.parametrize("cells", BOUND.values(), ids=BOUND)
def test_a_name_that_is_bound_is_none(tmp_path: Path, cells: list[Any]) -> None:
    assert read(tmp_path, TAG, *cells)[1] == []


# --- other languages ---------------------------------------------------------------------------

R = {"kernelspec": {"name": "ir", "language": "R", "display_name": "R"}}
UNSUPPORTED = {
    "R": ("R", 'x <- 1\nt <- nbflow.read("py.t")', "read", 2),
    "by reticulate": ("R", 'nbflow$write("t", x)', "write", 1),
    "bash": ("bash", 'nbflow.file("x")', "file", 1),
    "Julia": ("julia", 'nbflow.sql("from a.b") # so', "sql", 1),
}


@pytest.mark.parametrize(
    ("language", "source", "function", "line"), UNSUPPORTED.values(), ids=UNSUPPORTED
)
def test_a_call_of_nbflow_in_another_language_is_a_problem(
    tmp_path: Path, language: str, source: str, function: str, line: int
) -> None:
    spec = {"kernelspec": {"name": "other", "language": language}}
    _, problems = read(tmp_path, cell("m = 1", "parameters"), cell(source), **spec)
    assert where(problems) == [("error", 2, line)]
    told = ("python-only", {"function": function, "language": language}, "")
    assert tell(problems[0]) == told


@pytest.mark.parametrize("source", ["# nbflow.read(x)", 'print("nbflow.read(x)")', "nbflow <- 1"])
def test_what_only_mentions_nbflow_is_none(tmp_path: Path, source: str) -> None:
    assert read(tmp_path, cell("m = 1", "parameters"), cell(source), **R)[1] == []


def test_another_language_cannot_write_what_the_option_lists(tmp_path: Path) -> None:
    made = notebook(cell("m <- 1", "parameters"), metadata=R)
    scan = read_folder(write_pipeline(tmp_path, a=made, toml='[steps.a]\nwrites = ["t"]'))
    assert [tell(one) for one in scan.problems] == [
        ("python-only-writes", {"names": ["t"], "language": "R"}, "")
    ]


NUMBERS = {
    "R": ("R", "n <- 3\nk <- 3L\nv <- c(1, 2)\nw <- c(f(x), 2)\nl <- list(1, 2)"),
    "JavaScript": ("javascript", "let n = 3"),
    "Julia": ("julia", "n = 3"),
    "bash": ("bash", "n=3"),
}
KINDS = {
    "R": {"n": ("float", True), "k": ("int", True), "w": ("", False), "l": ("list[int]", True)},
    "JavaScript": {"n": ("float", True)},
    "Julia": {"n": ("int", True)},
    "bash": {"n": ("Any", True)},
}


@pytest.mark.parametrize("name", NUMBERS)
def test_numbers_are_what_they_are_in_the_language(tmp_path: Path, name: str) -> None:
    language, source = NUMBERS[name]
    spec = {"kernelspec": {"name": "other", "language": language}}
    step, _ = read(tmp_path, cell(source, "parameters"), **spec)
    assert {one.name: (str(one.type), one.literal) for one in step.parameters} == KINDS[name]
