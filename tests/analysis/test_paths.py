"""What `nbflow.file` declares by an expression is what the kernel opens: both are compared."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from nbflow.analysis.contract.file_inputs import make_patterns
from nbflow.analysis.contract.scan import read_folder
from nbflow.present.problems import say_what
from tests.notebooks import cell, write_pipeline

HEAD = "import os\nfrom pathlib import Path\nimport os.path as osp\nfrom os.path import join\n"
PARAMETERS = (
    "IN = 'x.csv'\nDIR = 'data'\nEMPTY = ''\nROOT: Path = Path('raw')\nn = 3\nfull = '/abs/y.csv'"
)
KNOWN = {
    "a parameter": "IN",
    "a text behind it": "DIR + '/x.csv'",
    "texts around it": "'a/' + DIR + '/' + IN",
    "two parameters": "DIR + IN",
    "joined": "os.path.join(DIR, 'x.csv')",
    "joined by another name": "osp.join(DIR, IN)",
    "joined by its own name": "join(DIR, 'b', IN)",
    "joined behind nothing": "os.path.join(EMPTY, 'x.csv')",
    "joined with an absolute path": "os.path.join(DIR, full)",
    "formatted": "'{}/x.csv'.format(DIR)",
    "formatted by number and name": "'{0}/{a}{0}.{{x}}'.format(DIR, a=IN)",
    "formatted with a form": "'{:02d}.csv'.format(n)",
    "a Path": "Path(DIR) / 'x.csv'",
    "a Path of several": "Path(DIR, 'a', IN)",
    "a Path behind nothing": "Path(EMPTY) / 'x.csv'",
    "a Path that is a parameter": "ROOT / 'a' / IN",
    "a Path by a method": "Path(DIR).joinpath('a', IN)",
    "a text of a Path": "str(Path(DIR) / 'x') + '.csv'",
    "a Path in an f-string": "f'{ROOT / IN}.gz'",
    "an f-string": "f'{DIR}/{n:03d}-{IN!s}'",
    "a constant": "CONSTANT",
    "a constant of constants": "BELOW / 'z.csv'",
    "a constant of a parameter": "OF_PARAMETER",
    "a number that is a constant": "f'{YEAR}/{YEAR:>8}.csv'",
    "arithmetic of constants": "f'{YEAR + 1}.csv'",
    "braces": "'{a}' + IN",
    "the home": "os.path.expanduser('~/x.csv')",
}
CONSTANTS = (
    "CONSTANT = 'c.csv'\nBELOW = Path('a') / 'b'\nYEAR = 2013\n"
    "OF_PARAMETER = os.path.join(DIR, f'{n}.csv')"
)
UNKNOWN = {
    "a name that nothing sets": ("other", "other is no parameter"),
    "a name set twice": ("twice", "twice is not set just once, above and in plain sight"),
    "a name set below": ("below", "below is not set just once, above and in plain sight"),
    "a name set in a branch": ("branch", "branch is not set just once, above and in plain sight"),
    "a loop's name": ("loop", "loop is not set just once, above and in plain sight"),
    "a function's global": ("made", "made is not set just once, above and in plain sight"),
    "a call": ("find()", "the path is not a literal text"),
    "a parameter that is set again": ("again", "again is set again in cell 3"),
    "arithmetic of a parameter": ("f'{n + 1}.csv'", "what is made of n is not in plain sight"),
    "a quotient of a parameter": ("f'{n / 2}.csv'", "what is made of n is not in plain sight"),
    "a method of a parameter": ("IN.lower()", "what is made of IN is not in plain sight"),
    "a text before a joined path": ("'a' + os.path.join(DIR, IN)", "a text stands before a path that is joined"),
    "nothing": ("''", "it names no file"),
}  # fmt: skip


def read(tmp_path: Path, expression: str) -> tuple[Any, Any]:
    cells = [
        cell(HEAD),
        cell(PARAMETERS + "\nagain = 'a'", "parameters"),
        cell(
            CONSTANTS + "\nagain = again + 'b'\ntwice = 'a'\ntwice = 'b'\nif n:\n    branch = 'a'"
        ),
        cell("for loop in 'ab': pass\ndef f():\n    global made\n    made = 'x'\nmade = 'y'"),
        cell(f"import nbflow\npath = nbflow.file({expression})", "inputs"),
        cell("below = 'a'"),
    ]
    made = write_pipeline(tmp_path, a=cells)
    scan = read_folder(made)
    return scan.steps["a"], scan.problems


@pytest.mark.parametrize("expression", KNOWN.values(), ids=KNOWN)
def test_planning_knows_the_path_that_the_kernel_opens(tmp_path: Path, expression: str) -> None:
    step, problems = read(tmp_path, expression)
    assert problems == ()
    names: dict[str, Any] = {}
    exec(HEAD + PARAMETERS + "\n" + CONSTANTS, names)
    opened = eval(expression, names)
    for change in ({}, {"DIR": "", "n": 12}, {"DIR": "/other/", "IN": "{x}.csv"}):
        values = {one.name: one.value for one in step.parameters} | change
        names: dict[str, Any] = {}
        exec(HEAD + PARAMETERS, names)  # what the kernel does
        names |= change
        exec(CONSTANTS, names)
        opened = eval(expression, names)
        patterns, wrong = make_patterns(step.files, values, tmp_path, step.parameters)
        assert wrong == []
        planned = [(tmp_path / Path(one.text).expanduser()) for one in patterns]
        assert planned == [tmp_path / Path(str(opened)).expanduser()], change


@pytest.mark.parametrize(("expression", "why"), UNKNOWN.values(), ids=UNKNOWN)
def test_what_planning_cannot_know_is_said(tmp_path: Path, expression: str, why: str) -> None:
    step, problems = read(tmp_path, expression)
    assert step.files == ()
    assert [say_what(one).partition(": ")[2] for one in problems] == [
        f"{why}, so planning cannot know the file."
    ]
