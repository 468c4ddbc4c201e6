"""`%%sql` in IPython: over a run's tables and Python's, shown, kept and written."""

from __future__ import annotations

import datetime as dt
import enum
import resource
from collections.abc import Callable
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
from IPython.core.interactiveshell import InteractiveShell

import nbflow
from nbflow.errors import SqlError
from nbflow.model import Job
from nbflow.present.html import draw_rows
from nbflow.storage import output_io
from tests import notebooks
from tests.magics.sqlshell import *  # noqa: F403 - fixtures
from tests.notebook_api.conftest import finish_run

FLIGHTS = pd.DataFrame({"origin": ["EWR", "JFK", "EWR"], "delay": [2, 3, 4]})
Run = Callable[[str], Any]
StartJob = Callable[..., Job]


@pytest.fixture
def flights(shell: InteractiveShell) -> pd.DataFrame:
    shell.push({"flights": FLIGHTS})
    return FLIGHTS


def rows(value: Any) -> list[tuple[Any, ...]]:
    return list(value.rows)


# --- what is queried --------------------------------------------------------------------------


@pytest.mark.parametrize(
    "table",
    [FLIGHTS, pa.table({"delay": [2, 3, 4]}), pl.DataFrame({"delay": [2, 3, 4]})],
    ids=["pandas", "arrow", "polars"],
)
def test_variables_are_tables(shell: InteractiveShell, run: Run, table: Any) -> None:
    shell.push({"mine": table})
    assert rows(run("%%sql\nselect sum(delay) from mine")) == [(9,)]


@pytest.mark.usefixtures("flights")
def test_a_kept_relation_is_a_table(run: Run) -> None:
    run("%%sql late --to relation\nfrom flights where delay > 2")
    assert rows(run("%sql select count(*) from late")) == [(2,)]


def test_a_variable_of_a_function_is_a_table(run: Run) -> None:
    run("import pandas as pd\ndef f(least):\n    own = pd.DataFrame({'n': [1, 2]})\n"
        "    return get_ipython().run_line_magic('sql', 'select n from own where n >= $least')")  # fmt: skip
    assert rows(run("f(2)")) == [(2,)]


def test_tables_are_those_of_the_newest_or_the_named_run(
    tmp_path: Path, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = notebooks.write_pipeline(tmp_path)
    finish_run(made, {"clean": {"flights": FLIGHTS}}, name="old", hours_ago=5)
    finish_run(made, {"clean": {"flights": FLIGHTS[:1]}}, name="new", hours_ago=1)
    monkeypatch.chdir(made.folder)
    count = "select count(*) from clean.flights"
    assert rows(run(f"%%sql\n{count}")) == [(1,)]
    assert rows(run(f"%%sql --run old\n{count}")) == [(3,)]
    assert rows(run(f"%sql --run=new {count}")) == [(1,)]
    assert rows(run("%sql --run old,new select run, count(*) from clean.flights group by 1 order by 2")) == [
        ("new", 1), ("old", 3),
    ]  # fmt: skip
    assert nbflow.sql(count).fetchall() == [(1,)]
    with pytest.raises(
        SqlError, match=r"--run older: this is no finished run of notebooks: new, old"
    ):
        run(f"%%sql --run older\n{count}")


def test_a_look_at_another_run_changes_no_earlier_relation(
    tmp_path: Path, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = notebooks.write_pipeline(tmp_path)
    finish_run(made, {"clean": {"flights": FLIGHTS, "routes": FLIGHTS}}, name="old", hours_ago=5)
    finish_run(made, {"clean": {"flights": FLIGHTS[:1]}}, name="new", hours_ago=1)
    monkeypatch.chdir(made.folder)
    run("%%sql now --to relation\nfrom clean.flights")
    run("%%sql --run old before --to relation\nfrom clean.flights, clean.routes")
    assert rows(run("%sql select (select count(*) from now), (select count(*) from before)")) == [
        (1, 9)
    ]
    with pytest.raises(SqlError, match=r"run new has no result|clean wrote flights"):
        run("%%sql --run new\nfrom clean.routes")
    assert rows(run("%%sql\nselect count(*) from now")) == [(1,)]


def test_under_a_run_only_inputs_are_tables(start_job: StartJob, run: Run) -> None:
    start_job({"clean.flights": FLIGHTS})
    assert rows(run("%%sql --run elsewhere\nselect max(delay) from clean.flights")) == [(4,)]
    with pytest.raises(
        SqlError, match=r"report reads clean\.weather, but its inputs are: clean\.flights"
    ):
        run("%%sql\nfrom clean.weather")


def test_a_pivot_of_a_declared_table(start_job: StartJob, run: Run) -> None:
    start_job({"clean.flights": FLIGHTS})
    shown = run("%%sql --reads clean.flights\npivot clean.flights on origin using sum(delay)")
    assert shown.columns == ("EWR", "JFK")
    assert rows(shown) == [(6, 3)]


# --- parameters -------------------------------------------------------------------------------


class Colour(enum.Enum):
    RED = "red"


VALUES = {
    "text": ("' or 1=1 --", "' or 1=1 --"),
    "number": (3, 3),
    "date": (dt.date(2013, 1, 2), dt.date(2013, 1, 2)),
    "list": ([1, 2], [1, 2]),
    "tuple": ((1, 2), [1, 2]),
    "path": (Path("a/b.csv"), "a/b.csv"),
    "enum": (Colour.RED, "red"),
    "numpy": (np.int64(3), 3),
    "array": (np.array([1.5]), [1.5]),
    "nothing": (None, None),
    "missing": (pd.NA, None),
}


@pytest.mark.parametrize(("value", "expected"), VALUES.values(), ids=VALUES)
def test_parameters_are_bound(shell: InteractiveShell, run: Run, value: Any, expected: Any) -> None:
    shell.push({"given": value})
    assert rows(run("%%sql\nselect $given, $given")) == [(expected, expected)]


WRONG = {
    "no variable": ("select $mnth", r"\$mnth: this notebook has no variable mnth\. Did you mean \$month\?"),
    "IPython's own": ("select $min", r"no variable min\. Set it above: min = "),
    "no table": ("select * from flihgts", r"there is no table flihgts\. Did you mean flights\?"),
    "by position": ("select ?", "A parameter is called as the Python variable that holds it"),
    "a table": ("select $flights", r"\$flights is a table\. Name it as one, without \$"),
    "empty": (" ", "There is no query"),
}  # fmt: skip


@pytest.mark.usefixtures("flights")
@pytest.mark.parametrize(("query", "message"), WRONG.values(), ids=WRONG)
def test_what_cannot_be_bound_says_so(run: Run, query: str, message: str) -> None:
    run("month = 1")
    with pytest.raises(SqlError, match=message):
        run(f"%%sql\n{query}")


# --- what becomes of the rows -----------------------------------------------------------------


@pytest.mark.usefixtures("flights")
def test_a_name_keeps_the_rows(shell: InteractiveShell, run: Run, capfd: Any) -> None:
    assert run("%%sql late\nfrom flights where delay > 2 order by delay") is None
    pd.testing.assert_frame_equal(shell.user_ns["late"], FLIGHTS[1:].reset_index(drop=True))
    assert "late · 2 rows · 2 columns · pandas" in "".join(capfd.readouterr())


FORMS = {"pandas": pd.DataFrame, "arrow": pa.Table, "polars": pl.DataFrame}


@pytest.mark.parametrize(("form", "kind"), FORMS.items())
@pytest.mark.usefixtures("flights")
def test_rows_come_as_they_are_asked_for(run: Run, form: str, kind: type) -> None:
    kept = run(f"x = %sql --to {form} from flights\nx")
    assert isinstance(kept, kind)
    assert len(kept) == 3


def test_rows_are_written_as_the_steps_output(start_job: StartJob, run: Run) -> None:
    job = start_job({"clean.flights": FLIGHTS}, writes=("late",))
    run("least = 2")
    run("%%sql --write late\nselect origin, sum(delay) total from clean.flights\n"
        "where delay > $least group by all order by all")  # fmt: skip
    written = output_io.read(Path(job.folder) / "result", "late", to="arrow")
    assert written.to_pylist() == [{"origin": "EWR", "total": 4}, {"origin": "JFK", "total": 3}]
    assert output_io.read_outputs(Path(job.folder) / "result")["late"].columns == {
        "origin": "VARCHAR", "total": "HUGEINT",
    }  # fmt: skip
    with pytest.raises(SqlError, match="report writes late twice in one run"):
        run("%%sql --write late\nselect 1")
    with pytest.raises(
        SqlError, match="report writes early, but what it declares to write is: late"
    ):
        run("%%sql --write early\nselect 1")


def test_by_hand_rows_go_to_the_by_hand_area(
    tmp_path: Path, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(notebooks.write_pipeline(tmp_path).folder)
    nbflow.use(step="delays")
    run("%%sql --write late\nfrom range(3) t(n)")
    assert rows(run("%%sql\nselect sum(n) from delays.late")) == [(3,)]


def test_what_is_written_by_hand_says_for_which_step(
    tmp_path: Path, show: Callable[[str], Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(notebooks.write_pipeline(tmp_path).folder)
    shown = show("%%sql --write late\nfrom range(3) t(n)")
    warning, written = (shown.stdout + shown.stderr).splitlines()
    assert warning.startswith("Warning: Nothing tells which notebook this is, so that late is kept")
    assert written == "notebook.late · written by hand · 3 rows"


def test_what_would_not_be_kept_is_refused(tmp_path: Path, run: Run, monkeypatch: Any) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(
        SqlError, match=r"--write late: no project of nbflow holds .* save the notebook"
    ):
        run("%%sql --write late\nfrom range(3) t(n)")


def test_a_word_that_is_no_name_is_told(run: Run) -> None:
    with pytest.raises(SqlError, match=r"%%sql 1x: this cannot name the rows\..*%%sql _1x\."):
        run("%%sql 1x\nselect 1")


@pytest.mark.usefixtures("flights")
def test_several_statements_are_all_shown(show: Callable[[str], Any]) -> None:
    shown = show("%%sql\nset threads = 2;\ncreate or replace temp table t as from flights;\n"
                 "insert into t from flights; select 'first' a;\nselect count(*) n from t; drop table t")  # fmt: skip
    said = (shown.stdout + shown.stderr).splitlines()
    assert said == ["set: done", "create: 3 rows", "insert: 3 rows", "drop: done"]
    assert [one.data["text/plain"].split() for one in shown.outputs] == [
        ["a", "─────", "first", "1", "row,", "1", "column"],
        ["n", "─", "6", "1", "row,", "1", "column"],
    ]


def test_a_statement_without_rows_cannot_be_kept(run: Run) -> None:
    with pytest.raises(SqlError, match="The last statement, set, gives no rows to keep"):
        run("%%sql x\nselect 1; set threads = 2")


# --- what is shown ----------------------------------------------------------------------------


def test_a_billion_rows_are_not_fetched(run: Run) -> None:
    run("least = 3")
    before = resource.getrusage(resource.RUSAGE_SELF)
    shown = run("%%sql\nselect n, n * 2 from range(5_000_000_000) t(n) where n > $least")
    after = resource.getrusage(resource.RUSAGE_SELF)
    assert after.ru_utime - before.ru_utime < 2
    assert after.ru_maxrss - before.ru_maxrss < 200_000  # kB
    html = draw_rows(shown)
    assert len(shown) == 1000
    assert "more than 1,000 rows, 2 columns; the first 20 rows shown" in html
    assert html.count("<tr>") == 21


def test_a_limit_is_how_many_are_shown(run: Run) -> None:
    shown = run("%%sql --limit 30\nfrom range(100) t(n)")
    assert str(shown).splitlines()[-1] == "more than 30 rows, 1 column; the first 30 rows shown"
    assert len(str(shown).splitlines()) == 33
    assert str(run("%%sql --limit 30\nfrom range(30)")).endswith("\n30 rows, 1 column")


def test_values_are_text_and_never_markup(run: Run) -> None:
    shown = run("""%%sql\nselect '<script>' "<b>", null x, 1.5 y, repeat('z', 300) z, '$a$' m""")
    html = draw_rows(shown)
    assert "&lt;script&gt;" in html
    assert "<script>" not in html
    assert "&lt;b&gt;" in html
    assert "<i>NULL</i>" in html
    assert '<td class="n">1.5</td>' in html
    assert f"{'z' * 99}…</td>" in html
    assert f'title="{"z" * 300}"' in html
    assert "mathjax_ignore" in html


def test_many_columns_are_cut(run: Run) -> None:
    shown = run(f"%%sql\nselect {', '.join(f'{n} c{n}' for n in range(500))}")
    assert str(shown).endswith("1 row, 500 columns; the first 30 columns shown")
    assert draw_rows(shown).count("<td") == 30


def test_no_rows_show_their_columns(run: Run) -> None:
    assert str(run("%%sql\nselect 1 a where false")) == "a\n─\n0 rows, 1 column"


def test_an_error_is_duckdbs_with_its_caret_and_no_traceback(show: Callable[[str], Any]) -> None:
    shown = show("%%sql\nselect 1;\n\nselect x\n  from missing")
    pointed = version("duckdb") != "2.0.0"  # which points at nothing in a table's name
    said = (shown.stdout + shown.stderr).strip()
    assert "SqlError\x1b[39m: there is no table missing." in said
    assert said.endswith("LINE 4:   from missing\n               ^^^^^^^") or not pointed
    assert "Traceback" not in said
    assert ".py" not in said


def test_an_error_while_rows_are_computed_is_duckdbs_too(run: Run) -> None:
    with pytest.raises(SqlError, match=r"Could not convert string 'x'"):
        run("%%sql\nselect cast(n as int) from (select 'x' n)")
    assert rows(run("%%sql\nselect 1")) == [(1,)]


# --- names that are taken ---------------------------------------------------------------------


def test_another_extensions_sql_stays(shell: InteractiveShell, capfd: Any) -> None:
    shell.register_magic_function(lambda *_: "theirs", "cell", "sql")
    shell.run_line_magic("load_ext", "nbflow")
    said = "%%sql is another extension's here, and stays so: nbflow's is %%nbsql."
    assert said in "".join(capfd.readouterr())
    assert shell.run_cell("%%sql\nselect 1").result == "theirs"
    assert rows(shell.run_cell("%%nbsql\nselect 1").result) == [(1,)]
    shell.run_line_magic("unload_ext", "nbflow")
    assert shell.run_cell("%%sql\nselect 1").result == "theirs"


def completers(shell: InteractiveShell) -> list[str]:
    return [getattr(one, "matcher_identifier", "") for one in shell.Completer.custom_matchers]


def test_loading_twice_and_unloading_leaves_nothing(shell: InteractiveShell, capfd: Any) -> None:
    shell.run_line_magic("load_ext", "nbflow")
    shell.run_line_magic("reload_ext", "nbflow")
    assert completers(shell).count("nbflow.sql") == 1
    assert "another" not in "".join(capfd.readouterr())
    shell.run_line_magic("unload_ext", "nbflow")
    assert "nbflow.sql" not in completers(shell)
    assert not {"sql", "nbsql"} & shell.magics_manager.magics["cell"].keys()
    assert not {"sql", "nbsql"} & shell.magics_manager.magics["line"].keys()


def test_a_misspelt_step_is_not_proposed_to_be_run(
    tmp_path: Path, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = notebooks.write_pipeline(tmp_path, grind=[notebooks.cell("x = 1", "parameters")])
    monkeypatch.chdir(made.folder)
    with pytest.raises(SqlError) as caught:
        run("%%sql\nfrom gridn.t")
    assert str(caught.value) == "gridn.t: notebooks has no step gridn. Did you mean grind?"
    with pytest.raises(SqlError, match=r"Make one: `%nbflow run --to grind`, or run its notebook"):
        run("%%sql\nfrom grind.t")
