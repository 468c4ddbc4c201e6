"""A clock that is behind: what a run has made stays, and is the newest."""

from __future__ import annotations

from pathlib import Path

from nbflow.execution.start import start, wait_for_log
from nbflow.model import Request
from nbflow.runs.follow import follow
from nbflow.runs.history import find_run, read_runs
from nbflow.storage.results import result_index
from nbflow.storage.results.store import open_store
from tests.benchmarks.make_pipeline import edit, finish, make_pipeline, name
from tests.cli.runs import make_run

AHEAD = [f"2099110{day}-000000-aaaa" for day in range(1, 7)]


def test_a_run_keeps_what_it_made_and_is_the_last(tmp_path: Path) -> None:
    pipeline = make_pipeline(tmp_path, 1, shape="chain")
    for run_id in AHEAD:
        make_run(pipeline, run_id, {name(0): {"n": 1}})
    made = finish(pipeline)
    assert made.status == "done"
    ours = made.steps[name(0)].result
    assert result_index.read_result_ids(pipeline, name(0)) == [ours, *AHEAD[:1:-1]]
    assert find_run(pipeline, "last").id == made.id
    assert [one.id for one in read_runs(pipeline)] == [made.id, *AHEAD[::-1]]


def test_a_run_keeps_what_it_reused_though_newer_results_are_many(tmp_path: Path) -> None:
    pipeline = make_pipeline(tmp_path, 2, shape="chain")
    old = finish(pipeline).steps[name(0)].result
    for run_id in AHEAD:
        make_run(pipeline, run_id, {name(0): {"n": 1}})
    edit(pipeline, 1, "print(2)")
    made = finish(pipeline)
    assert [one.status for one in made.steps.values()] == ["reused", "done"]
    assert made.steps[name(0)].result == old
    assert open_store(pipeline.home).has(name(0), old)
    assert not open_store(pipeline.home).has(name(0), AHEAD[0])


def test_a_starter_chooses_an_id_that_is_later_too(tmp_path: Path) -> None:
    pipeline = make_pipeline(tmp_path, 1, shape="chain")
    reused = finish(pipeline)
    (pipeline.runs / reused.id).rename(pipeline.runs / AHEAD[0])
    started = start(pipeline, Request())
    wait_for_log(pipeline, started)
    *_, over = follow(pipeline, started.run_id)
    assert over.status == "done"
    assert find_run(pipeline, "last").id == started.run_id > AHEAD[0]
