"""Where a step's time went: the parts add up, and each shows what it is for."""

from __future__ import annotations

import threading
import time
from pathlib import Path

import pytest
from msgspec.structs import astuple

from nbflow.executors.local.worker.timings import Timings
from nbflow.model import JobInput, Spent
from nbflow.notebook_api.clock import Clock
from nbflow.notebook_api.import_audit import Used
from nbflow.storage import output_io
from tests.notebooks import cell
from tests.worker.jobs import execute, make_job

HEAVY = """
import time
import pyarrow as pa
def slowly():
    for number in range(3):
        time.sleep(0.1)
        yield pa.record_batch({"n": [number]})
nbflow.write("numbers", pa.RecordBatchReader.from_batches(pa.schema({"n": pa.int64()}), slowly()))
"""


@pytest.mark.kernel
def test_the_parts_of_a_job(tmp_path: Path) -> None:
    folder = tmp_path / "results" / "other"
    output_io.write(folder, "rows", {"a": 1})
    given = JobInput(str(folder), "rows", "0001", "r", "h")
    job = make_job(
        tmp_path,
        cell("import nbflow\nnbflow.read('other.rows')", "inputs"),
        cell("import time; time.sleep(0.3)"),
        cell(HEAVY),
        inputs={"other.rows": given},
        writes=("numbers",),
    )
    outcome, _ = execute(job)
    spent = outcome.spent
    assert outcome.status == "done"
    assert sum(astuple(spent)) == pytest.approx(outcome.seconds, abs=0.001)
    assert spent.waiting == 0
    assert spent.start > 0.01
    assert spent.cells >= 0.3
    assert spent.reading > 0
    assert spent.writing >= 0.3
    assert spent.shutdown > 0


@pytest.mark.kernel
def test_a_failed_job_says_it_too(tmp_path: Path) -> None:
    outcome, _ = execute(make_job(tmp_path, cell("import time; time.sleep(0.3)"), cell("1 / 0")))
    assert outcome.status == "failed"
    assert outcome.spent.cells >= 0.3
    assert sum(astuple(outcome.spent)) == pytest.approx(outcome.seconds, abs=0.001)


@pytest.mark.kernel
def test_a_job_whose_kernel_died_says_what_is_known(tmp_path: Path) -> None:
    outcome, _ = execute(make_job(tmp_path, cell("import os; os.kill(os.getpid(), 9)")))
    assert (outcome.spent.reading, outcome.spent.writing) == (0, 0)
    assert sum(astuple(outcome.spent)) == pytest.approx(outcome.seconds, abs=0.001)


def test_what_never_had_a_kernel_only_started() -> None:
    timings = Timings()
    assert timings.make_spent(timings.began + 2) == Spent(start=2.0)


def test_calls_in_several_threads_take_no_more_than_the_cells() -> None:
    timings = Timings()
    timings.ready, timings.executed = timings.began + 1, timings.began + 3
    timings.used = Used(reading=1.5, writing=7.0)
    assert timings.make_spent(timings.began + 4) == Spent(
        start=1.0, cells=0.0, reading=1.5, writing=0.5, shutdown=1.0
    )


def test_a_read_within_a_write_is_writing() -> None:
    clock, began = Clock(), time.monotonic()
    with clock.timed("writing"), clock.timed("reading"):
        time.sleep(0.05)
    assert clock.spent["reading"] == 0
    assert 0.05 <= clock.spent["writing"] <= time.monotonic() - began


def test_a_moment_counts_once() -> None:
    clock = Clock()
    began = time.monotonic()

    def read() -> None:
        with clock.timed("reading"):
            time.sleep(0.05)

    threads = [threading.Thread(target=read) for _ in range(5)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    assert 0.05 <= clock.spent["reading"] <= time.monotonic() - began
