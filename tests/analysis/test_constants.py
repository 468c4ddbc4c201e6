"""Defaults that rest on names set above the parameters, and on the environment."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from nbflow import Pipeline
from nbflow.analysis.contract.scan import read_folder
from nbflow.model import Parameter
from tests.notebooks import cell, write_pipeline

CONSTANTS = {
    # the cells above, the default, and the value it has; None where only running tells
    "a text": (["BASE = '.'"], "BASE + '/x.csv'", ("str", "./x.csv")),
    "a private name": (["_BASE = 2"], "_BASE * 60", ("int", 120)),
    "a constant of a constant": (["A = 2", "B = A + 1"], "A * B", ("int", 6)),
    "a date": (
        ["from datetime import date, timedelta\nEND = date(2013, 2, 1)"],
        "END - timedelta(1)",
        ("date", "2013-01-31"),
    ),
    "a Path": (["from pathlib import Path\nROOT = Path('a')"], "ROOT / 'b'", ("Path", "a/b")),
    "a tuple": (["T = (1, 2)"], "list(T)", ("list[int]", [1, 2])),
    "the last of two": (["A = 1", "A = 2"], "A", ("int", 2)),
    "set again by itself": (["A = 1\nA = A + 1"], "A", ("int", 2)),
    "a list, which may have changed": (["A = [1]"], "A", None),
    "added to": (["A = 1\nA += 1"], "A", None),
    "set in a branch": (["A = 1\nif x:\n    A = 2"], "A", None),
    "set by a loop": (["A = 1\nfor A in x: pass"], "A", None),
    "a function's": (["def f():\n    A = 1"], "A", None),
    "a function's global": (["A = 1\ndef f():\n    global A\n    A = 2\nf()"], "A", None),
    "deleted": (["A = 1\ndel A"], "A", None),
    "a star that may set it": (["A = 1\nfrom settings import *"], "A", None),
    "a script that may set it": (["A = 1", "%run settings.py"], "A", None),
    "a call": (["A = find()"], "A", None),
    "nothing": ([], "A", None),
}


@pytest.mark.parametrize(("above", "default", "expected"), CONSTANTS.values(), ids=CONSTANTS)
def test_a_default_of_constants_above_is_literal(
    tmp_path: Path, above: list[str], default: str, expected: tuple[str, Any] | None
) -> None:
    (found,) = read(tmp_path, *map(cell, above), cell(f"p = {default}", "parameters"))
    assert found.default == default
    if expected is None:
        assert not found.literal
    else:
        assert (found.literal, str(found.type), found.value) == (True, *expected)


def test_a_name_that_is_set_below_the_parameters_does_not_count(tmp_path: Path) -> None:
    cells = [cell("A = 1"), cell("p = A", "parameters"), cell("A = 2"), cell("q = A", "parameters")]
    assert [one.literal for one in read(tmp_path, *cells)] == [False, False]


def test_a_parameter_of_another_cell_does_not_count(tmp_path: Path) -> None:
    """What is injected between them may replace it."""
    cells = [cell("A = 1", "parameters"), cell("p = A", "parameters")]
    assert [one.literal for one in read(tmp_path, *cells)] == [True, False]


ASKED = {
    "getenv": ("os.getenv('NBFLOW_T')", "str", "a"),
    "getenv with a default": ("os.getenv('NBFLOW_NO', 'd')", "str", "d"),
    "get": ("os.environ.get('NBFLOW_T', 'd')", "str", "a"),
    "by its key": ("os.environ['NBFLOW_T'] + '/x'", "str", "a/x"),
    "another name": ("env('NBFLOW_T')", "str", "a"),
    "or": ("os.getenv('NBFLOW_NO') or 'd'", "str", "d"),
    "a number": ("int(os.getenv('NBFLOW_NO', '3'))", "int", 3),
    "a constant of it": ("URL + '/x'", "str", "a/x"),
}
HEAD = "import os\nfrom os import getenv as env\nURL = os.getenv('NBFLOW_T')"


@pytest.mark.parametrize(("default", "kind", "value"), ASKED.values(), ids=ASKED)
def test_a_default_of_the_environment_has_the_value_of_now(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, default: str, kind: str, value: Any
) -> None:
    monkeypatch.setenv("NBFLOW_T", "a")
    (found,) = read(tmp_path, cell(HEAD), cell(f"p = {default}", "parameters"))
    assert (found.literal, str(found.type), found.asked) == (True, kind, value)
    assert found.value is None


CHANGED = {
    "set": "os.environ['NBFLOW_T'] = 'b'",
    "set by default": "os.environ.setdefault('NBFLOW_T', 'b')",
    "updated": "os.environ.update(NBFLOW_T='b')",
    "put": "os.putenv('NBFLOW_T', 'b')",
    "a file of variables": "from dotenv import load_dotenv\nload_dotenv()",
    "a magic": "%env NBFLOW_T=b",
}


@pytest.mark.parametrize("source", CHANGED.values(), ids=CHANGED)
def test_a_notebook_that_changes_the_environment_alone_knows_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, source: str
) -> None:
    monkeypatch.setenv("NBFLOW_T", "a")
    default = cell("p = os.getenv('NBFLOW_T')", "parameters")
    (found,) = read(tmp_path, cell("import os\n" + source), default)
    assert not found.literal


def test_a_variable_that_is_not_set_is_not_known(tmp_path: Path) -> None:
    (found,) = read(tmp_path, cell("import os"), cell("p = os.environ['NBFLOW_NO']", "parameters"))
    assert not found.literal


@pytest.mark.kernel
def test_a_run_follows_the_environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    cells = [
        cell("import os\nimport nbflow\nBASE = 'v'"),
        cell("p = BASE + os.getenv('NBFLOW_T', '0')", "parameters"),
        cell("nbflow.write('t', p)"),
    ]
    pipeline = Pipeline(write_pipeline(tmp_path, a=cells).folder)
    told = []
    for value in ("secret1", "secret1", "secret2", "secret1"):
        monkeypatch.setenv("NBFLOW_T", value)
        run = pipeline.run()
        told.append((run.steps["a"].status, run.read("a.t")))
    one, two = "vsecret1", "vsecret2"
    assert told == [("done", one), ("reused", one), ("done", two), ("reused", one)]


@pytest.mark.kernel
def test_what_the_environment_holds_is_written_nowhere(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NBFLOW_T", "topsecret")
    cells = [
        cell("import os, nbflow"),
        cell("p = os.getenv('NBFLOW_T')", "parameters"),
        cell("nbflow.write('n', len(p))"),
    ]
    made = write_pipeline(tmp_path, a=cells)
    assert Pipeline(made.folder).run().status == "done"
    files = [one for one in made.home.rglob("*") if one.is_file()]
    assert [one for one in files if b"topsecret" in one.read_bytes()] == []


def test_a_file_may_be_named_by_the_environment(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NBFLOW_T", "data")
    cells = [
        cell("import os, nbflow"),
        cell("p = os.getenv('NBFLOW_T')", "parameters"),
        cell("nbflow.file(os.path.join(p, 'x.csv'))", "inputs"),
    ]
    made = write_pipeline(tmp_path, files={"a.ipynb": cells, "data/x.csv": "1"})
    assert list(Pipeline(made.folder).plan().prepared["a"].parts.files) == ["notebooks/data/x.csv"]


def read(tmp_path: Path, *cells: Any) -> tuple[Parameter, ...]:
    return read_folder(write_pipeline(tmp_path, a=list(cells))).steps["a"].parameters
