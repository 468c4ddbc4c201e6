"""SQL over inputs and over Python variables."""

from __future__ import annotations

from collections.abc import Callable

import pandas as pd
import pytest

import nbflow
from nbflow.errors import CallError
from nbflow.model import Job
from nbflow.storage.duckdb.statements import find_refs

FLIGHTS = pd.DataFrame({"origin": ["EWR", "JFK", "EWR"], "delay": [2, 3, 4]})
GLOBAL = pd.DataFrame({"origin": ["JFK"]})
StartJob = Callable[..., Job]


def test_python_variables_are_tables(start_job: StartJob) -> None:
    start_job({"clean_flights.flights": FLIGHTS})
    flights = nbflow.read("clean_flights.flights")
    busy = nbflow.sql("select origin, count(*) n from flights group by 1 order by n")
    del flights
    assert busy.fetchall() == [("JFK", 1), ("EWR", 2)]
    assert nbflow.sql("select sum(n) from busy").fetchall() == [(3,)]
    assert nbflow.sql("select * from GLOBAL").fetchall() == [("JFK",)]


def test_inputs_are_tables_by_their_qualified_names(start_job: StartJob) -> None:
    start_job({"clean_flights.flights": FLIGHTS})
    found = nbflow.sql('select max(delay) from "clean_flights".flights f where f.delay < 4')
    assert found.fetchall() == [(3,)]


def test_parameters_are_bound(start_job: StartJob) -> None:
    start_job({"clean_flights.flights": FLIGHTS})
    query = "select count(*) from clean_flights.flights where origin = $origin and delay > $query"
    assert nbflow.sql(query, origin="EWR", query=2).fetchall() == [(1,)]
    assert nbflow.sql(query, origin="' or 1=1 --", query=0).fetchall() == [(0,)]


def test_a_relation_can_be_written_and_read_again(start_job: StartJob) -> None:
    start_job({"clean_flights.flights": FLIGHTS}, writes=("late",))
    flights = nbflow.read("clean_flights.flights", to="relation")
    nbflow.write("late", nbflow.sql("select * from flights where delay > 2 order by delay"))
    assert flights.fetchall() == [("EWR", 2), ("JFK", 3), ("EWR", 4)]


def test_a_table_that_is_no_input_says_so(start_job: StartJob) -> None:
    start_job({"clean_flights.flights": FLIGHTS})
    with pytest.raises(CallError, match=r"report reads load_weather\.hourly, but its inputs are"):
        nbflow.sql("select * from load_weather.hourly")


def test_an_input_that_is_no_table_says_so(start_job: StartJob) -> None:
    start_job({"clean_flights.flights": None})
    with pytest.raises(CallError, match=r"clean_flights\.flights is no table but kept as nothing"):
        nbflow.sql("select * from clean_flights.flights")


def test_an_error_of_the_query_itself_stays_duckdbs(start_job: StartJob) -> None:
    start_job({"clean_flights.flights": FLIGHTS})
    with pytest.raises(Exception, match="Table with name missing does not exist"):
        nbflow.sql("select m.origin from missing m")
    with pytest.raises(Exception, match="syntax error"):
        nbflow.sql("selec 1")


def test_variables_of_ours_are_not_tables(start_job: StartJob) -> None:
    start_job({"clean_flights.flights": FLIGHTS})
    with pytest.raises(Exception, match="Table with name connection does not exist"):
        nbflow.sql("select * from connection")


@pytest.mark.parametrize(
    ("query", "refs"),
    [
        ("select * from a.b join c . d using (x)", [("a", "b"), ("c", "d")]),
        ('select * from "a"."b c", "x""y".z', [("a", "b c"), ('x"y', "z")]),
        ("select 1.5, f.x, f.x from Clean.T f", [("f", "x"), ("clean", "T")]),
        ("from query_table('a.b')", [("a", "b")]),
        ("select 1", []),
    ],
)
def test_qualified_names(query: str, refs: list[tuple[str, str]]) -> None:
    assert [(ref.step, ref.name) for ref in find_refs(query)] == refs


def test_a_run_reads_its_inputs_and_not_those_of_several_runs(start_job: StartJob) -> None:
    start_job({"clean_flights.flights": FLIGHTS})
    assert len(nbflow.read("clean_flights.flights", run="last")) == 3
    with pytest.raises(CallError, match="not those of the runs a, b"):
        nbflow.read("clean_flights.flights", run=["a", "b"])
