"""`nbflow sql`: the tables of a run, in every format."""

from __future__ import annotations

import io
import json
import re
import subprocess
import sys
from datetime import date
from decimal import Decimal
from pathlib import Path

import pandas as pd
import pyarrow.parquet as pq
import pytest

from nbflow.workspace.pipeline_folder import PipelineFolder
from tests.cli.runs import make_run, nbflow
from tests.notebooks import cell, write_pipeline

FRAME = pd.DataFrame(
    {
        "origin": ["EWR", None, 'a"b'],
        "n": [1, 2, 3],
        "day": [date(2013, 1, 1)] * 3,
        "price": [Decimal("1.50")] * 3,
    }
)


pytestmark = pytest.mark.usefixtures("pipeline")


@pytest.fixture
def pipeline(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> PipelineFolder:
    monkeypatch.chdir(tmp_path)
    # As in a process of its own, whose connection shows no tables of other tests.
    monkeypatch.setattr("nbflow.storage.duckdb.connections._own", {})
    made = write_pipeline(tmp_path, load=[cell("a = 1", "parameters")])
    make_run(made, "20261101-000000-aaaa", {"load": {"t": FRAME, "model": {1, 2}}}, name="baseline")
    half = {"delays": {"half": FRAME[:1]}}
    make_run(made, "20261102-000000-bbbb", {"load": {"t": FRAME[:2]}}, failed=half)
    return made


def test_a_table_for_people() -> None:
    lines = nbflow("sql", "from load.t order by n").output.splitlines()
    assert [line.rstrip() for line in lines] == [
        "origin        n  day                price",
        "varchar  bigint  date        decimal(3,2)",
        "─" * 41,
        "EWR           1  2013-01-01          1.50",
        "NULL          2  2013-01-01          1.50",
        "2 rows",
    ]


def test_a_long_table_is_cut_and_says_so() -> None:
    cut = nbflow("sql", "from range(100)").output
    assert "the first 40 rows; --limit 0 shows all" in cut
    assert "100 rows" in nbflow("sql", "from range(100)", "--limit", "0").output


def test_csv() -> None:
    result = nbflow("sql", "from load.t order by n", "--run", "baseline", "--format", "csv")
    assert result.output.splitlines() == [
        "origin,n,day,price",
        "EWR,1,2013-01-01,1.50",
        ",2,2013-01-01,1.50",
        '"a""b",3,2013-01-01,1.50',
    ]


@pytest.mark.parametrize("option", [["--json"], ["--format", "json"]])
def test_json(option: list[str]) -> None:
    rows = json.loads(nbflow("sql", "from load.t order by n", *option).stdout)
    assert rows == [
        {"origin": "EWR", "n": 1, "day": "2013-01-01", "price": 1.5},
        {"origin": None, "n": 2, "day": "2013-01-01", "price": 1.5},
    ]
    assert json.loads(nbflow("sql", "from load.t where false", *option).stdout) == []


def test_parquet_on_a_pipe_and_in_a_file(tmp_path: Path) -> None:
    piped = nbflow("sql", "from load.t order by n", "--format", "parquet").stdout_bytes
    assert pd.read_parquet(io.BytesIO(piped))["n"].tolist() == [1, 2]
    file = tmp_path / "out.parquet"
    told = nbflow("sql", "from load.t order by n", "-o", str(file))
    assert (told.stdout, told.stderr) == ("", f"wrote 2 rows to {file}\n")
    assert pd.read_parquet(file)["n"].tolist() == [1, 2]


COUNTED = {
    "csv": ('select \'a\n"b\' as "x\ny" union all select null', "rows.csv", "2 rows"),
    "no rows": ("from load.t where false", "rows.csv", "0 rows"),
    "json": ("select 'a\nb' as x", "rows.json", "1 row"),
    "json of no rows": ("from load.t where false", "rows.json", "0 rows"),
    "a table as it is shown": ("from load.t", "rows.txt", "the rows"),
}


@pytest.mark.parametrize(("query", "file", "said"), COUNTED.values(), ids=COUNTED)
def test_what_was_written_to_a_file_is_told(query: str, file: str, said: str) -> None:
    told = nbflow("sql", query, "-o", file)
    assert (told.exit_code, told.stdout, told.stderr) == (0, "", f"wrote {said} to {file}\n")


def test_tables_of_a_failed_step() -> None:
    assert nbflow("sql", "select n from delays.half", "--format", "csv").output == "n\n1\n"


def test_a_query_from_the_standard_input() -> None:
    result = nbflow("sql", "-", "--format", "csv", input="select max(n) m\nfrom load.t")
    assert result.output == "m\n2\n"


def test_columns_of_one_name_are_called_as_in_csv() -> None:
    query = "select a.*, b.n, b.n as N_1 from load.t a, load.t b where a.n = b.n - 1"
    header = nbflow("sql", query, "--format", "csv").output.splitlines()[0]
    (row,) = json.loads(nbflow("sql", query, "--json").stdout)
    assert list(row) == header.split(",") == ["origin", "n", "day", "price", "n_1", "N_1_1"]
    assert (row["n"], row["n_1"]) == (1, 2)


JSON = {
    "a sum": ("select sum(n) from load.t", "3"),
    "a large one": ("select 170141183460469231731687303715884105727::hugeint", str(2**127 - 1)),
    "one without sign": ("select 340282366920938463463374607431768211455::uhugeint", str(2**128 - 1)),
    "one of any size": ("select 12345678901234567890123456789012345678901234567890::bignum", "12345678901234567890123456789012345678901234567890"),
    "a decimal": ("select 12345678901234567.10::decimal(20,2)", "12345678901234567.10"),
    "in a list": ("select [sum(n), null] from load.t", "[3,null]"),
    "in a struct": ("select {'a': sum(n), 'd': 1.50} from load.t", '{"a":3,"d":1.50}'),
    "an interval": ("select interval '-1 hour'", '"-01:00:00"'),
    "months": ("select interval '1 month 2 days'", '"1 month 2 days"'),
    "an interval in a list": ("select [{'a': interval '1 day'}]", '[{"a":"1 day"}]'),
    "not finite": ("select ['inf'::double, '-inf', 'nan', 1.5]", '["inf","-inf","nan",1.5]'),
    "infinity": ("select 'inf'::float", '"inf"'),
    "nothing": ("select null::double", "null"),
    "a UUID": ("select '00000000-0000-0000-0000-000000000007'::uuid", '"00000000-0000-0000-0000-000000000007"'),
    "a time with its zone": ("select timetz '01:02:03+02'", '"01:02:03+02"'),
    "a map": ("select map{'a': 1.5}", '[["a",1.5]]'),
    "nanoseconds": ("select timestamp_ns '2020-01-01 00:00:00.000000001'", '"2020-01-01 00:00:00.000000001"'),
}  # fmt: skip


@pytest.mark.parametrize(("query", "value"), JSON.values(), ids=JSON)
def test_values_in_json(query: str, value: str) -> None:
    shown = nbflow("sql", f"select * from ({query}) t(x)", "--json").stdout
    assert shown == f'[\n{{"x":{value}}}\n]\n'


def test_a_moment_that_never_ends_is_text() -> None:
    (row,) = json.loads(
        nbflow("sql", "select timestamp 'infinity' as x, date 'infinity' y", "--json").stdout
    )
    assert set(map(type, row.values())) == {str}


def test_sums_in_parquet_keep_their_digits(tmp_path: Path) -> None:
    query = "select 9007199254740993::hugeint as a, [9007199254740993::hugeint] as b, 1 as a"
    nbflow("sql", query, "-o", str(tmp_path / "x.parquet"))
    (row,) = pq.read_table(tmp_path / "x.parquet").to_pylist()
    assert row == {"a": 2**53 + 1, "b": [2**53 + 1], "a_1": 1}


def test_negative_intervals_have_no_form_in_parquet(tmp_path: Path) -> None:
    told = nbflow(
        "sql", "select 1 as n, interval '-1 hour' as late", "-o", str(tmp_path / "x.parquet")
    )
    assert told.exit_code == 2
    assert (
        'there are some in late. Write seconds instead, `select * replace (epoch("late")'
        in told.stderr
    )


QUERIES = ("from load.t", "describe load.t", "summarize load.t", "pivot load.t on n using count(*)", "explain from load.t",
    "explain analyze from load.t", "values (1)", "with a as (from load.t) from a", "set threads = 1; from load.t",
    "pragma version", "call pragma_version()", "show databases", "/* so */ from load.t", "-- so\nfrom load.t",
    "--so\nfrom load.t", "-- so = 1\nfrom load.t -- end")  # fmt: skip


@pytest.mark.parametrize("query", QUERIES)
def test_what_only_looks_runs(query: str) -> None:
    assert nbflow("sql", query).exit_code == 0


STATEMENTS = {
    "copy load.t to 'x.csv'": "COPY",
    "export database 'x'": "EXPORT",
    "create table x as select 1": "CREATE",
    "create table x as select 1; from x": "CREATE",
    "insert into x values (1)": "INSERT",
    "install httpfs": "LOAD",
    "load json": "LOAD",
    "attach 'x.duckdb' as x": "ATTACH",
    "explain analyze copy load.t to 'x.csv'": "COPY",
    "explain  analyse copy load.t to 'x.csv'": "COPY",
    "explain (analyze) copy load.t to 'x.csv'": "COPY",
    "explain -- so\n analyze copy load.t to 'x.csv'": "COPY",
    "drop schema load": "DROP",
    "begin": "TRANSACTION",
    "vacuum": "VACUUM",
}


@pytest.mark.parametrize(("statement", "kind"), STATEMENTS.items())
def test_what_is_more_than_a_query_is_refused(tmp_path: Path, statement: str, kind: str) -> None:
    before = {path.name for path in tmp_path.iterdir()}
    told = nbflow("sql", statement)
    assert (told.exit_code, told.stdout) == (2, "")
    assert f"`nbflow sql` runs queries only, and this is {kind}." in told.stderr
    assert "--output rows.csv" in told.stderr
    assert {path.name for path in tmp_path.iterdir()} == before


@pytest.mark.parametrize("query", ["show tables", "SHOW TABLES;", "-- all\nshow tables", "show"])
def test_the_tables_of_steps_are_shown(query: str) -> None:
    assert nbflow("sql", query, "--format", "csv").output == "name\ndelays.half\nload.t\n"


def test_all_rows_are_printed_as_they_come() -> None:
    lines = nbflow(
        "sql", "select n, 'x' as s from range(5000) t(n)", "--limit", "0"
    ).output.splitlines()
    assert [line.split() for line in lines[:4]] == [
        ["n", "s"],
        ["bigint", "varchar"],
        ["─" * 6, "─" * 7],
        ["0", "x"],
    ]
    assert (lines[-2].split(), lines[-1], len(lines)) == (["4999", "x"], "5,000 rows", 5004)


@pytest.mark.parametrize("form", [["--format", "csv"], ["--json"], ["--limit", "0"]])
def test_a_reader_that_has_seen_enough_ends_it_quietly(form: list[str]) -> None:
    words = [sys.executable, "-m", "nbflow", "sql", "from range(300000)", *form]
    with subprocess.Popen(words, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        assert process.stdout is not None
        assert process.stdout.readline()
        process.stdout.close()
        assert process.stderr is not None
        said = process.stderr.read()
    assert (process.returncode, said) == (0, b"")


WRONG = {
    "no such table": ("from load.nothing", "bbbb has no table load.nothing. There are: load.t."),
    "no such step": ("from laod.t", "has no table laod.t. Did you mean load.t?"),
    "no step": ("from half", "has no table half. Did you mean delays.half?"),
    "no such column": ("select nothing from load.t", 'column "nothing" not found'),
    "a parameter": ("select $n", "`nbflow sql` binds none: write the values out."),
    "no SQL": ("selec 1", "syntax error"),
    "an error while it runs": ("select 'x'::int", "Could not convert"),
}


@pytest.mark.parametrize(("query", "text"), WRONG.values(), ids=WRONG)
def test_wrong_queries_are_told(query: str, text: str) -> None:
    result = nbflow("sql", query)
    assert (result.exit_code, result.stdout) == (2, "")
    assert text.lower() in result.stderr.lower()
    assert not re.search("(Catalog|Binder|Parser|Conversion|Input) Error", result.stderr)
    assert "pg_" not in result.stderr


def test_a_value_is_no_table() -> None:
    told = nbflow("sql", "from load.model", "--run", "baseline").stderr
    assert "load.model is a value, and SQL reads tables" in told


def test_a_file_whose_name_tells_no_format(tmp_path: Path) -> None:
    result = nbflow("sql", "from load.t", "--output", "t.xlsx")
    assert (result.exit_code, (tmp_path / "t.xlsx").exists()) == (2, False)
    assert "should end in .csv, .json, .parquet or .txt" in result.stderr


def test_a_file_that_cannot_be_written(tmp_path: Path) -> None:
    result = nbflow("sql", "from load.t", "-o", str(tmp_path / "no" / "out.json"))
    assert result.exit_code == 2
    assert "out.json cannot be written: No such file or directory." in result.stderr
