"""Every statement of DuckDB's language runs in `%%sql`, and says what it did."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pandas as pd
import pytest
from IPython.core.interactiveshell import InteractiveShell

from nbflow.model import Job
from nbflow.storage.duckdb.connections import process_connection
from tests.magics.sqlshell import *  # noqa: F403 - fixtures

Show = Callable[[str], Any]
# What is typed, and what is said; "" where rows are shown. Each goes on where the one before ends.
STATEMENTS = [
    ("create temp table u (i int)", "create: done"),
    ("create temp table if not exists u (i int)", "create: done"),
    ("create or replace temp table u as select 1 as i union all select 2", "create: 2 rows"),
    ("create temp table empty as select 1 as i where false", "create: 0 rows"),
    ("create temp view v as select 1 as i", "create: done"),
    ("create or replace temp view v as from u", "create: done"),
    ("create temp macro twice(x) as 2 * x", "create: done"),
    ("create temp macro below(x) as table select x as y", "create: done"),
    ("create or replace temp function twice(x) as x + x", "create: done"),
    ("create schema kept", "create: done"),
    ("create type mood as enum ('good', 'bad')", "create: done"),
    ("create temp sequence numbers", "create: done"),
    ("create index fast on u(i)", "create: done"),
    ("insert into u values (3), (4)", "insert: 2 rows"),
    ("insert into u values (5) returning i", ""),
    ("update u set i = i + 1", "update: 5 rows"),
    ("update u set i = i + 1 returning *", ""),
    ("delete from u where i > 100", "delete: 0 rows"),
    ("merge into u using (select 7 as i) n on u.i = n.i when not matched then insert", "merge_into: 0 rows"),
    ("alter table u add column name varchar", "alter: done"),
    ("comment on table u is 'some numbers'", "alter: done"),
    ("pragma version", ""),
    ("pragma table_info('u')", ""),
    ("pragma enable_checkpoint_on_shutdown", "pragma: done"),
    ("call pragma_version()", ""),
    ("set threads = 2", "set: done"),
    ("set variable day = 3", "set: done"),
    ("reset threads", "set: done"),
    ("checkpoint", "call: done"),
    ("attach ':memory:' as other", "attach: done"),
    ("use other", "set: done"),
    ("use memory", "set: done"),
    ("detach other", "detach: done"),
    ("begin", "transaction: done"),
    ("commit", "transaction: done"),
    ("begin transaction", "transaction: done"),
    ("rollback", "transaction: done"),
    ("prepare p as select $1::int as a", "prepare: done"),
    ("execute p(4)", ""),
    ("deallocate p", "drop: done"),
    ("prepare more as insert into u values ($1, 'x')", "prepare: done"),
    ("execute more(4)", "execute: 1 row"),
    ("explain (format json) select 42", '[\n    {\n        "name"'),
    ("explain analyze select 42", "╭─"),
    ("copy u to 'u.csv'", "copy: 6 rows"),
    ("copy u from 'u.csv'", "copy: 6 rows"),
    ("copy (select 1 as one) to 'one.parquet'", "copy: 1 row"),
    ("export database 'saved'", "export: done"),
    ("import database 'saved'", "Schema with name "),
    ("describe u", ""),
    ("show tables", ""),
    ("show all tables", ""),
    ("show databases", ""),
    ("summarize u", ""),
    ("pivot u on i using count(*)", ""),
    ("unpivot u on i", ""),
    ("load parquet", "load: done"),
    ("vacuum", "vacuum: done"),
    ("analyze", "vacuum: done"),
    ("truncate u", "delete: 12 rows"),
    ("values (1), (2)", ""),
    ("table u", ""),
    ("from u", ""),
    ("with recursive n as (select 1 as i union all select i + 1 from n where i < 3) from n", ""),
    ('select 1 as "Count" where false', ""),
    ('select 1 as "Success"', ""),
    ("update extensions", ""),
    ("drop view v", "drop: done"),
    ("drop macro twice", "drop: done"),
    ("drop type mood", "drop: done"),
    ("drop index fast", "drop: done"),
    ("drop schema kept", "drop: done"),
    ("drop table if exists nothing", "drop: done"),
    ("select twice(21) as answer", "Scalar Function with name twice does not exist"),
]  # fmt: skip


def said(show: Show, source: str) -> str:
    shown = show(source)
    return str(shown.stdout + shown.stderr).replace("\x1b[31m", "").replace("\x1b[39m", "")


def test_each_statement_says_what_it_did(show: Show) -> None:
    wrong = {}
    for statement, expected in STATEMENTS:
        text = said(show, f"%%sql\n{statement}").removeprefix("SqlError: ").strip()
        if not text.startswith(expected or "Out[") or "Traceback" in text:
            wrong[statement] = text
    for name in ("empty", "u"):
        process_connection().execute(f"drop table if exists {name}")
    assert wrong == {}


def test_what_follows_a_statement_without_rows_runs(show: Show) -> None:
    text = said(
        show, "%%sql\ncreate or replace temp macro twice(x) as 2 * x;\nselect twice(21) as answer"
    )

    assert "create: done" in text
    assert "42" in text


def test_a_transaction_that_an_error_ended_can_be_rolled_back(show: Show) -> None:
    said(show, "%%sql\nbegin")
    assert "there is no table nowhere" in said(show, "%%sql\nfrom nowhere")
    assert "please ROLLBACK" in said(show, "%%sql\nselect 1")
    assert "transaction: done" in said(show, "%%sql\nrollback")
    assert "42" in said(show, "%%sql\nselect 42")


def test_tables_of_steps_are_there_in_a_transaction_and_after_it(
    start_job: Callable[..., Job], run: Callable[[str], Any]
) -> None:
    start_job({"clean.flights": pd.DataFrame({"n": [1, 2]})})
    for source in ("begin", "select sum(n) from clean.flights", "rollback"):
        run(f"%%sql\n{source}")

    assert list(run("%%sql\nselect sum(n) from clean.flights").rows) == [(3,)]


def test_sums_and_decimals_keep_their_value_in_pandas(
    shell: InteractiveShell, run: Callable[[str], Any]
) -> None:
    run("%%sql s --to pandas\n"
        "select sum(x) as total, 12345678901234567.89::decimal(20,2) as price, date '2020-01-02' as day\n"
        "from (values (9007199254740993::bigint), (0)) t(x)")  # fmt: skip
    kept = shell.user_ns["s"]
    assert (int(kept.total[0]), kept.price[0]) == (2**53 + 1, Decimal("12345678901234567.89"))
    assert (str(kept.total.dtype), str(kept.day[0])) == ("int64", "2020-01-02")


@pytest.mark.parametrize("to", ["pandas", "arrow", "polars"])
def test_types_that_only_sql_has_are_as_they_are_in_every_form(
    run: Callable[[str], Any], to: str
) -> None:
    kept = run(
        f"x = %sql --to {to} select {2**128 - 1}::uhugeint as n, timetz '01:02:03+02' as t\nx"
    )
    first = kept.to_pylist()[0] if to == "arrow" else kept.to_dict() if to == "polars" else kept
    found = {name: next(iter(first[name])) if to != "arrow" else first[name] for name in ("n", "t")}
    assert {name: str(value) for name, value in found.items()} == {
        "n": str(2**128 - 1),
        "t": "01:02:03+02",
    }
