"""What `%%sql` cells read and write, as planning sees them."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from nbflow.analysis.contract.scan import read_folder
from nbflow.model import Problem, Step
from nbflow.present.problems import say_hint, say_what
from nbflow.workspace.pipeline_folder import make_home
from tests.analysis.facts import tell
from tests.notebooks import cell, notebook, write_pipeline

LOAD = cell("%load_ext nbflow\nmonth = 1", "parameters")
FLIGHTS = [
    cell("import nbflow\nnbflow.write('flights', 1)\nnbflow.write('routes', 1)", "parameters")
]
WEATHER = [cell("import nbflow\nnbflow.write('hourly', 1)", "parameters")]
BOTH = ["clean.flights", "weather.hourly"]


def read(tmp_path: Path, *cells: object) -> tuple[Step, list[Problem]]:
    made = write_pipeline(tmp_path, clean=FLIGHTS, weather=WEATHER, delays=list(cells))
    found = read_folder(made)
    return found.steps["delays"], list(found.problems)


READS = {
    # a cell's source, and what it reads
    "a query": ("%%sql\nselect * from clean.flights", ["clean.flights"]),
    "a join": ("%%sql\nfrom clean.flights f join weather.hourly h on f.hour = h.hour", BOTH),
    "in a CTE": ("%%sql late\nwith q as (from clean.flights) select q.x from q", ["clean.flights"]),
    "quoted": ('%%sql\nfrom "clean"."flights"', ["clean.flights"]),
    "upper case": ("%%sql\nFROM Clean.flights", ["clean.flights"]),
    "a parameter": ("%%sql\nfrom clean.flights where month = $month", ["clean.flights"]),
    "several": ("%%sql\nset threads = 1;\nfrom clean.flights;\nfrom weather.hourly", BOTH),
    "summarize": ("%%sql\nsummarize clean.flights", ["clean.flights"]),
    "with its database": ("%%sql\nfrom memory.clean.flights", ["clean.flights"]),
    "by name": ("%%sql\nfrom query_table('clean.flights')", ["clean.flights"]),
    "within an expression": ("%%sql\nselect (select max(x) from clean.flights)", ["clean.flights"]),
    "on the line": ("%sql select * from clean.flights", ["clean.flights"]),
    "assigned": ("x = %sql --to arrow from clean.flights", ["clean.flights"]),
    "in a function": ("def f():\n    return get_ipython().run_line_magic('sql', 'from clean.flights')", ["clean.flights"]),
    "the other name": ("%%nbsql\nfrom clean.flights", ["clean.flights"]),
    "timed": ("%%time\n%%sql\nfrom clean.flights", ["clean.flights"]),
    "a name before its options": ("%%sql late --to arrow\nfrom clean.flights", ["clean.flights"]),
    "a name behind its options": ("%%sql --to=arrow late\nfrom clean.flights", ["clean.flights"]),
    "begun on the first line": ("%%sql from clean.flights\nlimit 3", ["clean.flights"]),
    "a column": ("%%sql\nselect clean.x from frame clean", []),
    "another schema": ("%%sql\nfrom information_schema.tables", []),
    "another database": ("%%sql\nfrom other.clean.flights", []),
    "a variable": ("%%sql\nfrom flights", []),
    "a text": ("%%sql\nselect 'clean.flights' -- from weather.hourly", []),
    "declared": ("%%sql --reads clean.flights\npivot clean.flights on x", ["clean.flights"]),
    "declared besides": ("%%sql --reads weather.hourly\nfrom clean.flights", ["weather.hourly", "clean.flights"]),
    "another magic": ("%%bigquery\nselect * from clean.flights", []),
}  # fmt: skip


@pytest.mark.parametrize(("source", "reads"), READS.values(), ids=READS)
def test_qualified_names_of_steps_are_reads(tmp_path: Path, source: str, reads: list[str]) -> None:
    step, problems = read(tmp_path, LOAD, cell(source))
    assert [one.ref for one in step.inputs] == reads
    assert problems == []


def test_reads_come_once_and_behind_those_of_nbflow_read(tmp_path: Path) -> None:
    inputs = cell("import nbflow\nnbflow.read('weather.hourly')", "inputs")
    query = cell("%%sql\nfrom weather.hourly, clean.flights, clean.flights g")
    step, problems = read(tmp_path, LOAD, inputs, query)
    assert [(one.ref, one.place.cell, one.place.line) for one in step.inputs] == [
        ("weather.hourly", 2, 2),
        ("clean.flights", 3, 2),
    ]
    assert problems == []


def test_a_read_names_its_line(tmp_path: Path) -> None:
    query = (
        "%%sql\nselect 'é' x;\n\nselect *\n  from clean.flights\n  join weather.hourly using (hour)"
    )
    step, _ = read(tmp_path, LOAD, cell(query))
    assert [one.place.line for one in step.inputs] == [5, 6]


def test_what_is_written_is_an_output(tmp_path: Path) -> None:
    step, problems = read(tmp_path, LOAD, cell("%%sql --write late\nfrom clean.flights"))
    assert [one.name for one in step.writes] == ["late"]
    assert problems == []


WRONG = {
    # a cell's source; cell and line, what, hint, severity
    "no such table": (
        "%%sql\nselect *\nfrom clean.flight",
        (3, "delays reads clean.flight, but clean writes: flights, routes.", 'Did you mean "clean.flights"?', "error"),
    ),
    "nearly a step": (
        "%%sql\nfrom waether.hourly",
        (2, "waether.hourly is no table of a step: there is no step waether.", 'Did you mean "weather.hourly"?', "warning"),
    ),
    "not analysed": (
        "%%sql\nset threads = 1;\n\npivot clean.flights on x",
        (4, "PIVOT cannot be analysed, so planning cannot know whether it reads clean.flights.",
         "Say what it reads on the first line: `%%sql --reads clean.flights`.", "error"),
    ),
    "several not analysed": (
        "%%sql\ncreate table t as from clean.flights join weather.hourly using (x)",
        (2, "CREATE cannot be analysed, so planning cannot know whether it reads clean.flights, weather.hourly.",
         "Say what it reads on the first line: `%%sql --reads clean.flights --reads weather.hourly`.", "error"),
    ),
    "not SQL": (
        "%%sql\nselect 1;\nselec 2",
        (3, 'this is not valid SQL: syntax error at or near "selec".', "", "error"),
    ),
    "an option": ("%%sql --wirte x\nselect 1", (1, "%%sql has no option --wirte. Did you mean --write?", "", "error")),
    "a folder": ("%%sql -C x\nselect 1", (1, "%%sql has no -C. It reads the project of the working folder: `%cd FOLDER`.", "", "error")),
    "a name": ("%%sql --write a-b\nselect 1", (1, "--write a-b: a table's name is letters, digits and _.", "", "error")),
}  # fmt: skip


@pytest.mark.parametrize(("source", "problem"), WRONG.values(), ids=WRONG)
def test_what_is_wrong_names_cell_line_and_remedy(
    tmp_path: Path, source: str, problem: tuple[int, str, str, str]
) -> None:
    _, problems = read(tmp_path, LOAD, cell(source))
    assert [(p.place.cell, p.place.line, say_what(p), say_hint(p), p.severity) for p in problems if p.place] == [
        (2, *problem)
    ]  # fmt: skip


@pytest.mark.parametrize(
    "source",
    [
        "set threads = 1",
        "create table t as select 1",
        "insert into t from frame",
        "pivot frame on x",
        "insert into t values ('clean.flights') -- or clean.routes",
    ],
)
def test_what_is_not_analysed_and_names_no_step_is_fine(tmp_path: Path, source: str) -> None:
    step, problems = read(tmp_path, LOAD, cell(f"%%sql\n{source}"))
    assert step.inputs == ()
    assert problems == []


def test_the_magics_must_be_loaded_before(tmp_path: Path) -> None:
    parameters = cell("month = 1", "parameters")
    query, load = cell("x = 1\n%sql from clean.flights"), cell("%reload_ext nbflow")
    _, problems = read(tmp_path, parameters, query, load, query)
    (only,) = problems
    assert only.place is not None
    assert (only.place.cell, only.place.line, only.severity) == (2, 2, "error")
    assert tell(only) == ("sql-not-loaded", {"magic": "%sql"}, "%load_ext nbflow")


def test_a_cell_of_jupysql_is_not_ours(tmp_path: Path) -> None:
    jupysql = cell("%load_ext sql\n%sql duckdb://")
    step, problems = read(
        tmp_path,
        LOAD,
        jupysql,
        cell("%%sql\nfrom clean.flights"),
        cell("%%nbsql\nfrom weather.hourly"),
    )
    assert [one.ref for one in step.inputs] == ["weather.hourly"]
    assert problems == []


def test_a_table_written_twice_is_an_error(tmp_path: Path) -> None:
    both = cell("%%sql --write late\nselect 1"), cell("import nbflow\nnbflow.write('late', 1)")
    _, problems = read(tmp_path, LOAD, *both)
    assert [tell(problem) for problem in problems] == [
        ("written-twice", {"name": "late", "cell": 2, "line": 1}, "")
    ]


def test_a_cell_that_may_fail_may_be_wrong(tmp_path: Path) -> None:
    assert read(tmp_path, LOAD, cell("%%sql\nselec 1", "raises-exception"))[1] == []


def test_a_read_of_an_untagged_notebook_is_an_error(tmp_path: Path) -> None:
    made = write_pipeline(tmp_path, late=[cell("%load_ext nbflow"), cell("%%sql --write late\nselect 1")],
                   report=[LOAD, cell("%%sql\nfrom late.late")])  # fmt: skip
    (problem,) = read_folder(made).problems
    assert (problem.code, problem.facts["ref"], problem.facts["writes"]) == (
        "untagged-read",
        "late.late",
        True,
    )


def test_steps_that_query_each_other_are_a_cycle(tmp_path: Path) -> None:
    made = write_pipeline(
        tmp_path,
        a=[LOAD, cell("%%sql --write t\nfrom b.t")],
        b=[LOAD, cell("%%sql --write t\nfrom a.t")],
    )
    (problem,) = read_folder(made).problems
    assert problem.code == "cycle"


def test_other_languages_have_no_such_cells(tmp_path: Path) -> None:
    julia = notebook(cell("%%sql\nfrom clean.flights", "parameters"),
                     metadata={"kernelspec": {"name": "julia", "language": "julia"}})  # fmt: skip
    found = read_folder(write_pipeline(tmp_path, clean=FLIGHTS, j=julia))
    assert found.steps["j"].inputs == ()


def test_the_text_of_a_query_counts_for_the_key(tmp_path: Path) -> None:
    first, _ = read(tmp_path / "1", LOAD, cell("%%sql\nselect 1"))
    same, _ = read(tmp_path / "2", LOAD, cell("%%sql\nselect 1"))
    other, _ = read(tmp_path / "3", LOAD, cell("%%sql\nselect 2"))
    assert first.cells == same.cells
    assert first.cells != other.cells


PLAN = """
import sys
from nbflow.base import stat_cache
from nbflow.analysis.contract.scan import read_folder
from nbflow.present.problems import say_hint, say_what
from nbflow.workspace.pipeline_folder import find_pipeline
stat_cache.GRAIN = -(10**12)  # files that were changed just now are kept, too
step = read_folder(find_pipeline(sys.argv[1])).steps["delays"]
print(*(one.ref for one in step.inputs), "duckdb" in sys.modules)
"""


def test_duckdb_is_loaded_only_for_a_query_that_changed(tmp_path: Path) -> None:
    query = [LOAD, cell("%%sql\nfrom clean.flights")]
    made = write_pipeline(tmp_path, clean=FLIGHTS, delays=query)
    make_home(made)
    assert plan(made.folder) == "clean.flights True"
    assert plan(made.folder) == "clean.flights False"


def test_without_queries_duckdb_is_not_loaded(tmp_path: Path) -> None:
    made = write_pipeline(tmp_path, delays=[cell("month = 1", "parameters"), cell("%time x = 1")])
    assert plan(made.folder) == "False"


def plan(folder: Path) -> str:
    done = subprocess.run(
        [sys.executable, "-c", PLAN, str(folder)], capture_output=True, text=True, check=True
    )
    return done.stdout.strip()


CALLED = {
    # a cell, its tags, and what it reads
    "in inputs": ("d = nbflow.sql('select * from clean.flights')", "inputs", ["clean.flights"]),
    "elsewhere": ("d = nbflow.sql('from clean.flights')", "", ["clean.flights"]),
    "in a function": (
        "def f():\n    return nbflow.sql('from clean.flights')",
        "",
        ["clean.flights"],
    ),
    "by keyword, on lines": ("nbflow.sql(query='''\nfrom clean.flights''')", "", ["clean.flights"]),
    "with a parameter": (
        "nbflow.sql('from clean.flights where m = $m', m=1)",
        "inputs",
        ["clean.flights"],
    ),
    "of variables": ("nbflow.sql('from flights')", "", []),
    "made of what is no step": ("nbflow.sql(f'select f.x from {table} f')", "", []),
    "made of what is read": (
        "t = nbflow.read('clean.flights')\nnbflow.sql(f'from clean.flights where x > {n}')",
        "inputs",
        ["clean.flights"],
    ),
}


@pytest.mark.parametrize(("source", "tag", "expected"), CALLED.values(), ids=CALLED)
def test_literal_queries_of_calls_are_reads(
    tmp_path: Path, source: str, tag: str, expected: list[str]
) -> None:
    tags = [tag] if tag else []
    step, problems = read(tmp_path, LOAD, cell(f"import nbflow\n{source}", *tags))
    assert ([one.ref for one in step.inputs], problems) == (expected, [])


def test_what_a_query_that_is_made_seems_to_read_is_a_problem(tmp_path: Path) -> None:
    source = "import nbflow as nf\nn = 1\nnf.sql(f'from clean.flights where x > {n}')"
    step, problems = read(tmp_path, LOAD, cell(source))
    assert step.inputs == ()
    assert [(say_what(one), say_hint(one), one.place and one.place.line) for one in problems] == [
        (
            (
                "nbflow.sql(f'from clean.flights where x > {n}'): the query is not a literal text, so "
                "planning cannot know that it reads clean.flights."
            ),
            'Write the query out, or say nbflow.read("clean.flights") in a cell tagged `inputs`.',
            3,
        )
    ]


def test_a_wrong_table_of_a_call_is_a_problem_of_its_line(tmp_path: Path) -> None:
    source = "import nbflow\nnbflow.sql('''\nselect *\nfrom clean.nothing''')"
    _, problems = read(tmp_path, LOAD, cell(source, "inputs"))
    assert [(say_what(one), one.place and one.place.line) for one in problems] == [
        ("delays reads clean.nothing, but clean writes: flights, routes.", 4)
    ]
