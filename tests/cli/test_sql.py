"""`nbflow sql`: the tables of a run, in every format."""

from __future__ import annotations

import io
import json
import re
from datetime import date
from decimal import Decimal
from pathlib import Path

import pandas as pd
import pytest

from nbflow.project import Project
from tests.cli.runs import make_run, nbflow
from tests.notebooks import cell, project

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
def pipeline(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Project:
    monkeypatch.chdir(tmp_path)
    made = project(tmp_path, load=[cell("a = 1", "parameters")])
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
        {"origin": "EWR", "n": 1, "day": "2013-01-01", "price": "1.50"},
        {"origin": None, "n": 2, "day": "2013-01-01", "price": "1.50"},
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
