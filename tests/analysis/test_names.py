from __future__ import annotations

import duckdb
import pytest

from nbflow.base.names import RESERVED, SYSTEM, find_better, find_fault, make_name

NAMES = {
    "clean": "clean",
    "02_Clean flights": "clean_flights",
    "1.2 - Load": "load",
    "03-load--weather": "load_weather",
    "a__b": "a__b",
    "_private": "private",
    "Report (final)": "report_final",
    "it's; drop table x": "it_s_drop_table_x",
    "Café": "café",
    "Cafe\u0301": "café",
    "2013": "",
    "ﬁle": "file",
}


@pytest.mark.parametrize(("stem", "name"), NAMES.items(), ids=list(NAMES))
def test_a_step_is_called_as_its_stem(stem: str, name: str) -> None:
    assert make_name(stem) == name


FAULTS = {
    "2013": ("empty", "step_2013"),
    "Order": ("sql", "order_step"),
    "01 temp": ("duckdb", "temp_step"),
    "aux": ("device", "aux_step"),
    "com3": ("device", "com3_step"),
    "日本": "",
    "clean_flights": "",
    "५_a": ("no-identifier", "a_step"),
}


@pytest.mark.parametrize(("stem", "fault"), FAULTS.items(), ids=list(FAULTS))
def test_a_name_that_cannot_be_used_is_refused_with_a_better_one(
    stem: str, fault: tuple[str, str] | str
) -> None:
    found = find_fault(make_name(stem))
    assert (found and (found, find_better(stem))) == fault


def test_the_reserved_words_are_those_of_the_installed_duckdb() -> None:
    rows = duckdb.sql(
        "select keyword_name from duckdb_keywords() "
        "where keyword_category in ('reserved', 'type_function')"
    ).fetchall()
    installed = {name for (name,) in rows}
    major = int(duckdb.__version__.split(".")[0])
    if major == 2:
        assert installed == RESERVED
    assert len(installed & RESERVED) > 0.9 * len(installed)


def test_duckdb_can_query_every_schema_whose_name_is_not_refused() -> None:
    connection = duckdb.connect()
    rows = connection.sql("select distinct keyword_name from duckdb_keywords()").fetchall()
    for (word,) in rows:
        if word in RESERVED | SYSTEM:
            continue
        connection.execute(f'create schema "{word}"')
        connection.execute(f'create table memory."{word}".x as select 1 as a')
        assert connection.execute(f"select a from {word}.x").fetchall() == [(1,)]


def test_the_systems_schemas_and_catalogs_are_refused() -> None:
    connection = duckdb.connect()
    schemas = connection.sql("select distinct schema_name from duckdb_schemas()").fetchall()
    catalogs = connection.sql("select database_name from duckdb_databases()").fetchall()
    assert {name for (name,) in schemas + catalogs} <= SYSTEM
