from __future__ import annotations

from pathlib import Path

import pytest

from nbflow.analysis.contract.scan import read_folder
from nbflow.model import Problem, Step
from tests.analysis.facts import Told, tell
from tests.notebooks import cell, notebook, write_pipeline

INPUTS = {
    # the cell tagged `inputs`, then what it reads and watches
    "plain": ("import nbflow\na = nbflow.read('load.a')", ["load.a"], []),
    "import as": ("import nbflow as nf\na = nf.read('load.a')", ["load.a"], []),
    "from": ("from nbflow import read, file as f\nread('load.a')\nf('x.csv')", ["load.a"], ["x.csv"]),
    "star": ("from nbflow import *\nread('load.a')", ["load.a"], []),
    "the submodule": ("import nbflow.notebook_api\nnbflow.read('load.a')", ["load.a"], []),
    "another name": ("import nbflow\nnf = nbflow\nnf.read('load.a')", ["load.a"], []),
    "arguments": ("import nbflow\nnbflow.read('load.a', to='arrow', columns=['x'])", ["load.a"], []),
    "by keyword": ("import nbflow\nnbflow.read(to='arrow', ref='load.a')", ["load.a"], []),
    "with a method": ("import nbflow\na = nbflow.read('load.a').head().copy()", ["load.a"], []),
    "as an argument": ("import nbflow\nf(nbflow.read('load.a'), [nbflow.read('load.b')])", ["load.a", "load.b"], []),
    "in parts": ("import nbflow\nnbflow.read('load.' 'a')\nnbflow.read(f'load.b')", ["load.a", "load.b"], []),
    "twice": ("import nbflow\nnbflow.read('load.a')\nnbflow.read('load.a')", ["load.a"], []),
    "in a branch": ("import nbflow\nif month > 1:\n    a = nbflow.read('load.a')", ["load.a"], []),
    "first of a loop": ("import nbflow\nx = [a for a in nbflow.read('load.a')]", ["load.a"], []),
    "timed": ("import nbflow\n%time a = nbflow.read('load.a')", ["load.a"], []),
    "in a timed cell": ("%%time\nimport nbflow\na = nbflow.read('load.a')", ["load.a"], []),
    "in a string": ("import nbflow\n'''\nnbflow.read('load.a')\n'''", [], []),
    "of another module": ("import pandas as nbflow\nimport other\nother.read('load.a')\n", [], []),
    "help": ("import nbflow\nhelp(nbflow.read)\nnbflow.read?", [], []),
    "a file": ("import nbflow\nnbflow.file('data/a.csv')", [], ["data/a.csv"]),
    "a parameter": ("import nbflow\nnbflow.file(f'data/{month}.csv')", [], ["data/{month}.csv"]),
    "a format": ("import nbflow\nnbflow.file(f'{month:02d}.csv')", [], ["{month:02d}.csv"]),
    "braces": ("import nbflow\nnbflow.file('{a}')\nnbflow.file(f'{{{month}}}')", [], ["{{a}}", "{{{month}}}"]),
}  # fmt: skip


@pytest.mark.parametrize(("source", "reads", "files"), INPUTS.values(), ids=INPUTS)
def test_literal_calls_in_inputs_cells_are_found(
    tmp_path: Path, source: str, reads: list[str], files: list[str]
) -> None:
    step, problems = read(tmp_path, cell("month = 1", "parameters"), cell(source, "inputs"))
    assert problems == []
    assert [found.ref for found in step.inputs] == reads
    assert [found.pattern for found in step.files] == files


MISPLACED = {
    "a variable": (
        "x = 'load.a'\nnbflow.read(x)",
        ("read-not-literal", {"call": "nbflow.read(x)"}, 'nbflow.read("step.table")'),
    ),
    "formatted": (
        "\nnbflow.read(f'load.{month}')",
        ("read-not-literal", {"call": "nbflow.read(f'load.{month}')"}, 'nbflow.read("step.table")'),
    ),
    "nothing": (
        "\nnbflow.read()",
        ("read-not-literal", {"call": "nbflow.read()"}, 'nbflow.read("step.table")'),
    ),
    "in a loop": (
        "for a in b:\n    nbflow.read('load.a')",
        ("nested-call", {"call": "nbflow.read('load.a')", "inside": "a loop"}, ""),
    ),
    "in a comprehension": (
        "x = [\n    nbflow.read('load.a') for a in b]",
        ("nested-call", {"call": "nbflow.read('load.a')", "inside": "a loop"}, ""),
    ),
    "in a function": (
        "def f():\n    return nbflow.read('load.a')",
        ("nested-call", {"call": "nbflow.read('load.a')", "inside": "a function"}, ""),
    ),
    "in a lambda": (
        "f = lambda: (\n    nbflow.read('load.a'))",
        ("nested-call", {"call": "nbflow.read('load.a')", "inside": "a function"}, ""),
    ),
    "mentioned": (
        "\nx = map(nbflow.read, names)",
        ("not-called", {"call": "nbflow.read"}, 'nbflow.read("step.table")'),
    ),
    "a file in a variable": (
        "\nnbflow.file(path)",
        (
            "file-not-literal",
            {"call": "nbflow.file(path)", "why": "no-parameter", "name": "path", "cell": None},
            'nbflow.file("data/file.csv")',
        ),
    ),
    "a file of no parameter": (
        "\nnbflow.file(f'{year}.csv')",
        (
            "file-not-literal",
            {
                "call": "nbflow.file(f'{year}.csv')",
                "why": "no-parameter",
                "name": "year",
                "cell": None,
            },
            'nbflow.file("data/file.csv")',
        ),
    ),
    "a file of an expression": (
        "\nnbflow.file(f'{month + 1}.csv')",
        (
            "file-not-literal",
            {
                "call": "nbflow.file(f'{month + 1}.csv')",
                "why": "made-of",
                "name": "month",
                "cell": None,
            },
            'nbflow.file("data/file.csv")',
        ),
    ),
    "a URL": (
        "\nnbflow.file('https://example.org/a.csv')",
        ("file-url", {"call": "nbflow.file('https://example.org/a.csv')"}, ""),
    ),
}


@pytest.mark.parametrize(("source", "told"), MISPLACED.values(), ids=MISPLACED)
def test_a_call_that_planning_cannot_follow_is_a_problem(
    tmp_path: Path, source: str, told: Told
) -> None:
    cells = [cell("month = 1\nimport nbflow", "parameters"), cell(source, "inputs")]
    step, problems = read(tmp_path, *cells)
    assert [tell(found) for found in problems] == [told]
    assert problems[0].place is not None
    assert (problems[0].place.cell, problems[0].place.line) == (2, 2)
    assert step.inputs == step.files == ()


def test_a_read_elsewhere_is_a_problem_that_names_the_place(tmp_path: Path) -> None:
    cells = [cell("import nbflow", "inputs"), cell("# why\na = nbflow.read('load.a')")]
    _, problems = read(tmp_path, *cells)
    tagging = 'nbflow tag "notebooks/step.ipynb" 2 inputs'
    assert [tell(found) for found in problems] == [
        ("outside-inputs", {"call": "nbflow.read('load.a')"}, tagging)
    ]
    place = problems[0].place
    assert place is not None
    assert (place.notebook, place.cell, place.line, place.first_line) == (
        "notebooks/step.ipynb",
        2,
        2,
        "a = nbflow.read('load.a')",
    )


WRITES = {
    # the source, what it writes, the problems
    "one": ("nbflow.write('a', 1)", ["a"], []),
    "in a function": ("def f():\n    nbflow.write('a', 1)\nf()", ["a"], []),
    "by keyword": ("nbflow.write(value=1, name='a')", ["a"], []),
    "nothing": ("nbflow.write('a', None)", ["a"], []),
    "two branches": ("if x:\n  nbflow.write('a', 1)\nelse:\n  nbflow.write('a', 2)", ["a"], []),
    "elif": ("if x:\n  nbflow.write('a', 1)\nelif y:\n  nbflow.write('a', 2)", ["a"], []),
    "one line": ("nbflow.write('a', 1) if x else nbflow.write('a', 2)", ["a"], []),
    "try": ("try:\n  nbflow.write('a', 1)\nexcept E:\n  nbflow.write('a', 2)", ["a"], []),
    "match": (
        "match x:\n  case 1:\n    nbflow.write('a', 1)\n  case 2:\n    nbflow.write('a', 2)",
        ["a"],
        [],
    ),
    "twice": (
        "nbflow.write('a', 1)\nnbflow.write('a', 2)",
        ["a"],
        ["written-twice"],
    ),
    "branch and after": (
        "if x:\n  nbflow.write('a', 1)\nnbflow.write('a', 2)",
        ["a"],
        ["written-twice"],
    ),
    "two ifs": (
        "if x:\n  nbflow.write('a', 1)\nif not x:\n  nbflow.write('a', 2)",
        ["a"],
        ["written-twice"],
    ),
    "a loop": (
        "for x in y:\n  nbflow.write('a', x)",
        ["a"],
        ["write-in-loop"],
    ),
    "a variable": (
        "nbflow.write(name, 1)",
        [],
        ["write-not-literal"],
    ),
    "mentioned": (
        "f = nbflow.write",
        [],
        ["write-not-called"],
    ),
    "no identifier": (
        "nbflow.write('my \"table\"; --', 1)",
        [],
        ["bad-write-name"],
    ),
}  # fmt: skip


@pytest.mark.parametrize(("source", "writes", "problems"), WRITES.values(), ids=WRITES)
def test_literal_writes_are_found_in_all_cells(
    tmp_path: Path, source: str, writes: list[str], problems: list[str]
) -> None:
    step, found = read(tmp_path, cell("import nbflow", "parameters"), cell(source))
    assert [write.name for write in step.writes] == writes
    assert [problem.code for problem in found] == problems


def test_the_option_writes_declares_what_loops_write(tmp_path: Path) -> None:
    source = "import nbflow\nfor x in names:\n    nbflow.write(x, 1)\nnbflow.write('c', 1)"
    made = notebook(
        cell("names = []", "parameters"),
        cell(source),
        metadata={"nbflow": {"writes": ["a", "b", "c"]}},
    )
    scan = read_folder(write_pipeline(tmp_path, step=made))
    writes = [(write.name, write.place.cell) for write in scan.steps["step"].writes]
    assert writes == [("c", 2), ("a", None), ("b", None)]
    assert scan.problems == ()


def test_calls_in_cells_that_are_not_executed_do_not_count(tmp_path: Path) -> None:
    step, problems = read(
        tmp_path,
        cell("import nbflow\nnbflow.read('load.a')", "inputs"),
        cell("nbflow.read(x)\nnbflow.write('a', 1)", "skip-execution"),
        cell("nbflow.write('b', 1)", "injected-parameters"),
    )
    assert ([found.ref for found in step.inputs], step.writes, problems) == (["load.a"], (), [])


def test_a_deep_expression_is_walked(tmp_path: Path) -> None:
    source = "import nbflow\nx = " + " + ".join(["1"] * 2000) + "\nnbflow.write('a', x)"
    step, problems = read(tmp_path, cell("import nbflow", "inputs"), cell(source))
    assert ([write.name for write in step.writes], problems) == (["a"], [])


def read(tmp_path: Path, *cells: dict[str, object]) -> tuple[Step, list[Problem]]:
    """Read a project with the step `step` of these cells, behind one that writes a and b."""
    load = [cell("import nbflow\nnbflow.write('a', 1)\nnbflow.write('b', 1)", "parameters")]
    scan = read_folder(write_pipeline(tmp_path, load=load, step=list(cells)))
    return scan.steps["step"], list(scan.problems)
