"""A file that one step writes and another one reads: right rows, however it is handed over."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import NamedTuple

import pytest

from nbflow.analysis.contract.scan import read_folder
from nbflow.errors import PipelineError
from nbflow.execution.run import execute
from nbflow.model import Place, Request
from nbflow.planning import Plan, make_plan
from nbflow.planning.missing_prerequisites import find_absent
from nbflow.present.problems import say_what
from nbflow.runs.fold import Run
from nbflow.storage.output_io import read
from nbflow.storage.results.store import open_store
from nbflow.workspace.pipeline_folder import find_pipeline
from tests.notebooks import cell, notebook, write_pipeline

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
    at = find_pipeline(folder)
    return make_plan(at, read_folder(at), Request(**request))


def run(folder: Path, n: int | None = None, **request) -> Run:
    given = {} if n is None else {"parameters": {"n": n}}
    return execute(plan(folder, **{"jobs": 2, **given, **request}))


def rows(folder: Path, ended: Run, name: str = "use.rows") -> int:
    assert ended.status == "done", (ended.status, ended.steps)
    step, _, output = name.partition(".")
    at = open_store(find_pipeline(folder).home).fetch(step, ended.steps[step].result)
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
    folder = write_pipeline(tmp_path, make=way.make, use=way.use, toml=way.toml).folder
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
    folder = write_pipeline(tmp_path, use=USE).folder
    at = find_pipeline(folder)
    said = [say_what(one) for one in find_absent(at, read_folder(at)) if one.severity == "error"]
    with pytest.raises(PipelineError) as error:
        plan(folder)
    assert said == [say_what(one) for one in error.value.problems]
    assert said == [f"nbflow.file('out.csv') does not exist in {folder}."]


def test_two_steps_that_name_a_missing_file_must_say_who_makes_it(tmp_path: Path):
    folder = write_pipeline(tmp_path, make=MAKE, twin=MAKE, use=USE).folder
    with pytest.raises(PipelineError, match="make, twin all name it in their code"):
        plan(folder)


def test_two_steps_that_make_one_file_are_a_problem(tmp_path: Path):
    folder = write_pipeline(tmp_path, make=KEEP, twin=KEEP, use=USE).folder
    found = [say_what(one) for one in read_folder(find_pipeline(folder)).problems]
    assert found == ["make and twin both make out.csv."]


def test_what_a_user_changed_is_not_overwritten(tmp_path: Path):
    folder = write_pipeline(tmp_path, make=KEEP, use=USE).folder
    assert rows(folder, run(folder, 3)) == 3
    (folder / "out.csv").write_text("mine\n")
    with pytest.raises(
        PipelineError, match=r"use needs notebooks/out\.csv as make made it"
    ) as error:
        plan(folder, parameters={"n": 3})
    assert "nbflow run --force-step make" in str(error.value)
    assert (folder / "out.csv").read_text() == "mine\n"
    assert plan(folder, parameters={"n": 4}).steps["make"].action == "run"
    (folder / "out.csv").unlink()
    assert rows(folder, run(folder, 3, force_steps=("use",))) == 3


def test_a_folder_holds_what_the_run_made_and_nothing_of_another_run(tmp_path: Path):
    source = (
        "import nbflow, shutil\nfrom pathlib import Path\n"
        "shutil.rmtree('out', ignore_errors=True)\nPath('out').mkdir()\n"
        "for i in range(n): Path(f'out/{i}.csv').write_text(str(i))\n"
        "nbflow.write('out', Path('out'))"
    )
    make = [cell("n: int = 3", "parameters"), cell(source)]
    read_all = cell("import nbflow\npaths = nbflow.file('out/*.csv')", "inputs")
    folder = write_pipeline(
        tmp_path, make=make, use=[read_all, cell("nbflow.write('rows', len(paths))")]
    ).folder
    for n in (5, 3, 5):
        assert rows(folder, run(folder, n)) == n
    (folder / "out/mine.txt").write_text("mine")
    ended = run(folder, 3, force_steps=("use",))
    assert rows(folder, ended) == 3
    assert sorted(path.name for path in (folder / "out").iterdir()) == [
        "0.csv",
        "1.csv",
        "2.csv",
        "mine.txt",
    ]
    assert [(one.code, one.facts["file"], one.facts["maker"]) for one in ended.warnings] == [
        ("removed-file", "notebooks/out/3.csv", "make"),
        ("removed-file", "notebooks/out/4.csv", "make"),
    ]


def test_parameters_in_paths_lead_to_the_maker(tmp_path: Path):
    source = "import nbflow\nfrom pathlib import Path\nout = Path(f'out{n}.csv')"
    end = "out.write_text('x\\n' * n)\nnbflow.write('out', out)"
    make = [cell("n: int = 3", "parameters"), cell(source), cell(end)]
    named = cell("import nbflow\npath = nbflow.file(f'out{n}.csv')", "inputs")
    use = [cell("n: int = 3", "parameters"), named, cell(COUNT)]
    folder = write_pipeline(tmp_path, make=make, use=use).folder
    for n in (5, 3):
        assert rows(folder, run(folder, n)) == n
    (folder / "out5.csv").unlink()
    assert rows(folder, run(folder, 5, force_steps=("use",))) == 5


def test_a_file_that_duckdb_writes_is_seen(tmp_path: Path):
    copy = "import duckdb\nduckdb.sql(f\"copy (from range({n})) to 'out.csv' (header false)\")"
    make = [cell("n: int = 3", "parameters"), cell(copy)]
    folder = write_pipeline(tmp_path, make=make, use=USE).folder
    for n in (5, 3, 5):
        assert rows(folder, run(folder, n)) == n


def test_a_file_is_hashed_when_its_reader_begins(tmp_path: Path):
    """What a step above changed before is no change while its reader runs."""
    make = [*MAKE, cell("import nbflow\nnbflow.write('done', n)")]
    inputs = "import nbflow\nnbflow.read('make.done')\npath = nbflow.file('out.csv')"
    folder = write_pipeline(tmp_path, make=make, use=[cell(inputs, "inputs"), cell(COUNT)]).folder
    for n in (3, 5):
        ended = run(folder, n)
        assert (rows(folder, ended), ended.steps["use"].warnings) == (n, ())
    assert plan(folder, parameters={"n": 5}).steps["use"].action == "reuse"


def test_what_a_failed_step_left_is_not_taken_for_a_users(tmp_path: Path):
    make = [*MAKE, cell("assert n != 7"), *KEEP[2:]]
    folder = write_pipeline(tmp_path, make=make, use=USE).folder
    assert rows(folder, run(folder, 3)) == 3
    assert run(folder, 7).status == "failed"
    assert rows(folder, run(folder, 3)) == 3
    assert len((folder / "out.csv").read_text().splitlines()) == 3


def test_only_a_reader_takes_what_its_maker_made_last(tmp_path: Path):
    folder = write_pipeline(tmp_path, make=KEEP, use=USE).folder
    with pytest.raises(PipelineError, match="make makes it: `nbflow run --to use`"):
        plan(folder, only=("use",))
    assert rows(folder, run(folder, 5)) == 5
    (folder / "out.csv").unlink()
    before = sorted(folder.iterdir())
    assert plan(folder, only=("use",)).steps["use"].action == "reuse"
    assert sorted(folder.iterdir()) == before, "a plan touches nothing"
    assert rows(folder, run(folder, only=("use",), force_steps=("use",))) == 5


def test_a_moved_project_reuses_what_reads_outside_its_root(tmp_path: Path):
    folder = write_pipeline(
        tmp_path / "old/notebooks",
        use=[cell("import nbflow\npath = nbflow.file('../../data/x.csv')", "inputs"), cell(COUNT)],
    ).folder
    (tmp_path / "old/data").mkdir()
    (tmp_path / "old/data/x.csv").write_text("1\n")
    assert rows(folder, run(folder)) == 1
    (tmp_path / "old").rename(tmp_path / "new")
    moved = tmp_path / "new/notebooks/notebooks"
    assert plan(moved).steps["use"].action == "reuse"


def test_a_writer_in_another_language_is_told_the_option(tmp_path: Path):
    other = {
        "kernelspec": {"name": "ir", "language": "R", "display_name": "R"},
        "language_info": {"name": "R"},
    }
    source = cell('write.csv(data.frame(x = 1:3), "out.csv")')
    make = notebook(cell("n <- 3", "parameters"), source, metadata=other)
    folder = write_pipeline(tmp_path, make=make, use=USE).folder
    at = find_pipeline(folder)
    (one,) = (one for one in find_absent(at, read_folder(at)) if one.severity == "warning")
    assert (one.code, one.place) == ("guessed-maker", Place("notebooks/use.ipynb"))
    assert one.facts == {"file": "out.csv", "writer": "make"}
    assert one.remedy.text == 'makes = ["out.csv"] in [steps.make] of nbflow.toml'
