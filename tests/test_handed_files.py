"""A file that one step writes and another one reads: right rows, however it is handed over."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import NamedTuple

import pytest

from nbflow.errors import PipelineError
from nbflow.model import Request
from nbflow.notebook.scan import read_folder
from nbflow.plan import Plan, make_plan
from nbflow.plan.here import find_absent
from nbflow.project import find_project
from nbflow.run import execute
from nbflow.runlog import Run
from nbflow.store import results
from nbflow.store.tables import read
from tests.notebooks import cell, project

pytestmark = pytest.mark.kernel

WRITE = "with open('out.csv', 'w') as file:\n    file.writelines(f'{i}\\n' for i in range(n))"
MAKE = [cell("n: int = 3", "parameters"), cell(WRITE)]
KEEP = [
    *MAKE,
    cell("from pathlib import Path\nimport nbflow\nnbflow.write('out', Path('out.csv'))"),
]
COUNT = "import nbflow\nnbflow.write('rows', len(open(path).readlines()))"
USE = [cell("import nbflow\npath = nbflow.file('out.csv')", "inputs"), cell(COUNT)]
OPEN = [cell("import nbflow", "inputs"), cell("path = 'out.csv'"), cell(COUNT)]


def plan(folder: Path, **request) -> Plan:
    at = find_project(folder)
    return make_plan(at, read_folder(at), Request(**request))


def run(folder: Path, n: int | None = None, **request) -> Run:
    given = {} if n is None else {"parameters": {"n": n}}
    return execute(plan(folder, **{"jobs": 2, **given, **request}))


def rows(folder: Path, ended: Run, name: str = "use.rows") -> int:
    assert ended.status == "done", (ended.status, ended.steps)
    step, _, output = name.partition(".")
    at = results.result_folder(find_project(folder), step, ended.steps[step].result)
    return read(at, output)


class Way(NamedTuple):
    name: str
    make: list
    use: list
    toml: str = ""
    right_from: int = 0  # which run is the first whose rows must be right


WAYS = [
    Way("after and file", MAKE, USE, '[steps.use]\nafter = ["make"]'),
    Way("makes and file", MAKE, USE, '[steps.make]\nmakes = ["out.csv"]'),
    Way("write a Path and file", KEEP, USE),
    Way("file alone", MAKE, USE),
    Way("nothing", MAKE, OPEN, right_from=1),
    Way("after alone", MAKE, OPEN, '[steps.use]\nafter = ["make"]'),
    Way("makes alone", MAKE, OPEN, '[steps.make]\nmakes = ["out.csv"]', right_from=1),
]


@pytest.mark.parametrize("way", WAYS, ids=lambda way: way.name)
def test_rows_are_right_in_any_order_of_runs(tmp_path: Path, way: Way):
    folder = project(tmp_path, make=way.make, use=way.use, toml=way.toml).folder
    out = folder / "out.csv"
    for number, n in enumerate([5, 3, 5, 3]):
        ended = run(folder, n)
        if number >= way.right_from:
            assert rows(folder, ended) == n, f"run {number}"
    out.unlink()
    assert rows(folder, run(folder, 5, force_steps=("use",))) == 5
    assert len(out.read_text().splitlines()) == 5
    shutil.rmtree(tmp_path / ".nbflow")
    ended = run(folder, 3)
    if way.right_from == 0:
        assert rows(folder, ended) == 3
    assert rows(folder, run(folder, 5)) == 5


def test_a_file_that_nobody_makes_is_the_same_error_everywhere(tmp_path: Path):
    folder = project(tmp_path, use=USE).folder
    at = find_project(folder)
    said = [one.what for one in find_absent(at, read_folder(at)) if one.severity == "error"]
    with pytest.raises(PipelineError) as error:
        plan(folder)
    assert said == [one.what for one in error.value.problems]
    assert said == [f"nbflow.file('out.csv') does not exist in {folder}"]


def test_two_steps_that_name_a_missing_file_must_say_who_makes_it(tmp_path: Path):
    folder = project(tmp_path, make=MAKE, twin=MAKE, use=USE).folder
    with pytest.raises(PipelineError, match="make, twin all name it in their code"):
        plan(folder)


def test_two_steps_that_make_one_file_are_a_problem(tmp_path: Path):
    folder = project(tmp_path, make=KEEP, twin=KEEP, use=USE).folder
    found = [one.what for one in read_folder(find_project(folder)).problems]
    assert found == ["make and twin both make out.csv."]
