"""Under a run: what a notebook reads and writes is what its job says."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pandas as pd
import pyarrow as pa
import pytest

import nbflow
from nbflow.errors import CallError
from nbflow.model import Job
from nbflow.storage import output_io

FLIGHTS = pd.DataFrame({"origin": ["EWR", "JFK", "EWR"], "delay": [2.0, None, 4.0]})
StartJob = Callable[..., Job]


def test_an_input_is_read_from_the_job(start_job: StartJob) -> None:
    start_job({"clean_flights.flights": FLIGHTS})
    pd.testing.assert_frame_equal(nbflow.read("clean_flights.flights"), FLIGHTS)


def test_what_is_written_lies_in_the_result_being_made(start_job: StartJob) -> None:
    made = start_job(writes=("delays",))
    nbflow.write("delays", FLIGHTS)
    result = Path(made.folder) / "result"
    assert list(output_io.read_outputs(result)) == ["delays"]
    pd.testing.assert_frame_equal(output_io.read(result, "delays"), FLIGHTS)


def test_nothing_this_time_counts_as_written(start_job: StartJob) -> None:
    made = start_job(writes=("delays",))
    nbflow.write("delays", None)
    assert output_io.read_outputs(Path(made.folder) / "result")["delays"].kind == "nothing"


def test_a_table_that_had_to_be_pickled_is_said(
    start_job: StartJob, capsys: pytest.CaptureFixture[str]
) -> None:
    made = start_job(writes=("mixed", "rates"))
    nbflow.write("rates", {"AA": 1.5})
    assert capsys.readouterr() == ("", "")
    nbflow.write("mixed", pd.DataFrame({"x": [{1, 2}, {3}]}))
    note = output_io.read_outputs(Path(made.folder) / "result")["mixed"].note
    assert note.startswith("kept whole, as a pickle, and not as a table: ")
    assert capsys.readouterr().err == f"mixed · {note}\n"


def test_what_is_streamed_may_read_inputs_itself(start_job: StartJob) -> None:
    made = start_job({"clean_flights.flights": FLIGHTS}, writes=("copy",))

    def batches() -> Iterator[pa.RecordBatch]:
        yield from nbflow.read("clean_flights.flights", to="arrow").to_batches()

    schema = nbflow.read("clean_flights.flights", to="arrow").schema
    nbflow.write("copy", pa.RecordBatchReader.from_batches(schema, batches()))
    assert output_io.read_outputs(Path(made.folder) / "result")["copy"].rows == 3


def test_the_notebooks_own_processes_are_not_the_step(start_job: StartJob) -> None:
    start_job({"clean_flights.flights": FLIGHTS})
    nbflow.read("clean_flights.flights")
    code = "import os; print(os.environ.get('NBFLOW_JOB'))"
    seen = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert seen.stdout == "None\n"


def test_only_literal_or_declared_names_are_written(start_job: StartJob) -> None:
    start_job(writes=("delays",))
    with pytest.raises(CallError) as caught:
        nbflow.write("delayz", FLIGHTS)
    assert str(caught.value) == (
        "report writes delayz, but what it declares to write is: delays. Did you mean delays? "
        'Say nbflow.write("delayz", …) with the name as a literal in a cell of report.ipynb, or '
        'name it in the step\'s option `writes`: [steps.report] writes = ["delayz"] in '
        "nbflow.toml."
    )


def test_any_name_is_written_where_nothing_is_declared(start_job: StartJob) -> None:
    made = start_job(declared=False)
    nbflow.write("found", FLIGHTS)
    assert list(output_io.read_outputs(Path(made.folder) / "result")) == ["found"]


def test_the_same_name_twice(start_job: StartJob) -> None:
    start_job(writes=("delays",))
    nbflow.write("delays", FLIGHTS)
    with pytest.raises(CallError, match="report writes delays twice in one run"):
        nbflow.write("delays", FLIGHTS)


def test_an_undeclared_read_says_where_to_put_it(start_job: StartJob) -> None:
    start_job({"clean_flights.flights": FLIGHTS})
    with pytest.raises(CallError) as caught:
        nbflow.read("clean_flights.flight")
    assert str(caught.value) == (
        "report reads clean_flights.flight, but its inputs are: clean_flights.flights. "
        "Did you mean clean_flights.flights? Inputs are found before anything runs: put "
        'nbflow.read("clean_flights.flight") into a cell tagged `inputs` of report.ipynb.'
    )


@pytest.mark.parametrize("ref", ["flights", "a.b.c", "", "clean flights.x", 3, None])
def test_a_read_that_is_no_reference(start_job: StartJob, ref: object) -> None:
    start_job()
    with pytest.raises(CallError, match="not the name of a table or value"):
        nbflow.read(ref)


@pytest.mark.parametrize(
    ("name", "better"),
    [("my table", "my_table"), ("2013", "_2013"), ('x"; drop table y', "x_drop_table_y")],
)
def test_a_name_that_sql_cannot_use(start_job: StartJob, name: str, better: str) -> None:
    start_job(declared=False)
    with pytest.raises(CallError, match=f'Write nbflow.write\\("{better}", …\\)'):
        nbflow.write(name, FLIGHTS)


def test_name_and_value_in_the_wrong_order(start_job: StartJob) -> None:
    start_job(declared=False)
    with pytest.raises(CallError, match="the name here is a DataFrame"):
        nbflow.write(FLIGHTS, "delays")


def test_threads_read_and_write(start_job: StartJob) -> None:
    names = tuple(f"part_{number}" for number in range(8))
    made = start_job({"clean_flights.flights": FLIGHTS}, writes=names)
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda name: nbflow.write(name, nbflow.read("clean_flights.flights")), names))
    assert set(output_io.read_outputs(Path(made.folder) / "result")) == set(names)


def test_use_changes_nothing_under_a_run(
    start_job: StartJob, capsys: pytest.CaptureFixture[str]
) -> None:
    start_job({"clean_flights.flights": FLIGHTS})
    nbflow.use("latest", step="another")
    pd.testing.assert_frame_equal(nbflow.read("clean_flights.flights"), FLIGHTS)
    assert capsys.readouterr() == ("", "")


def test_a_job_that_is_gone(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("NBFLOW_JOB", str(tmp_path / "job.json"))
    for _ in range(2):  # never taken for work by hand
        with pytest.raises(CallError, match=r"NBFLOW_JOB names .*job\.json, which cannot be read"):
            nbflow.read("clean_flights.flights")
    assert "NBFLOW_JOB" not in os.environ
