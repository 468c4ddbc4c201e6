"""Runs that cannot start or go on: each is told in words, ends in its log and leaves no step open."""

from __future__ import annotations

import os
import resource
import shutil
import sys
from collections.abc import Callable
from pathlib import Path

import filelock
import pytest

from nbflow.analysis.contract.scan import read_folder
from nbflow.errors import RunError, StoreError, UnknownNameError
from nbflow.execution.run import execute
from nbflow.model import Request
from nbflow.model.events import Line, RunStarted
from nbflow.planning import Plan, make_plan
from nbflow.runs import cleaning as clean
from nbflow.runs.fold import Run
from nbflow.runs.folder import RunFolder
from nbflow.runs.history import find_run, read_runs
from nbflow.runs.request_file import KeptPlan, write_plan
from nbflow.storage.results.store import open_store
from nbflow.workspace.pipeline_folder import PipelineFolder, make_home
from tests.cli.runs import make_run
from tests.notebooks import cell, write, write_pipeline

FIRST = [cell("count = 3", "parameters"), cell("import nbflow\nnbflow.write('number', count)")]
SECOND = [cell("import nbflow\nnumber = nbflow.read('first.number')", "inputs")]


@pytest.fixture
def made(tmp_path: Path) -> PipelineFolder:
    return write_pipeline(tmp_path, first=FIRST, second=SECOND)


def plan(made: PipelineFolder, **request) -> Plan:
    return make_plan(made, read_folder(made), Request(**request))


def tell(run: Run) -> tuple[str, dict[str, str]]:
    return run.status, {name: step.status for name, step in run.steps.items()}


def change(path: Path) -> None:
    write(path, [FIRST[0], cell("import nbflow\nnbflow.write('number', count + 1)")])


@pytest.mark.parametrize(("alter", "word"), [(change, "changed"), (Path.unlink, "removed")])
def test_a_notebook_that_is_no_longer_the_planned_one_is_not_run(
    made: PipelineFolder, alter: Callable[[Path], None], word: str
) -> None:
    planned = plan(made)
    alter(made.folder / "first.ipynb")
    said = (
        f"notebooks/first.ipynb was {word} while the run was planned. "
        "Run again: the plan is made anew."
    )
    with pytest.raises(RunError) as raised:
        execute(planned)
    assert str(raised.value) == said
    assert read_runs(made) == []
    assert [*made.runs.iterdir()] == []


def test_a_second_ctrl_c_leaves_a_cancelled_run(made: PipelineFolder) -> None:
    def interrupt(line: Line) -> None:
        if isinstance(line.event, RunStarted):
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        execute(plan(made), observe=interrupt)
    (run,) = read_runs(made)
    assert tell(run) == ("cancelled", {"first": "cancelled", "second": "cancelled"})


def test_a_store_that_cannot_be_written_is_told(made: PipelineFolder) -> None:
    (made.project.root / ".nbflow").write_text("a file where a folder should be")
    with pytest.raises(RunError, match=r"The run stops: .*\.nbflow.*`store` keeps results"):
        execute(plan(made))


def test_clean_keeps_what_a_live_run_reads_of_other_steps(made: PipelineFolder) -> None:
    make_run(made, "20261101-000000-aaaa", {"first": {"number": 3}})
    folder = make_run(made, "20261102-000000-bbbb", {}, ended=False)
    outside = {"first": plan(made, only=("second",)).outside["first"]}
    write_plan(RunFolder(folder), KeptPlan({}, outside))
    with filelock.FileLock(folder / "lock"):
        assert clean.find_removable(made, keep=0) == []
    removable = [(one.kind, one.step) for one in clean.find_removable(made, keep=0)]
    assert removable == [("result", "first")]


def test_what_was_removed_since_the_plan_is_refused_before_anything_runs(
    made: PipelineFolder,
) -> None:
    make_run(made, "20261101-000000-aaaa", {"first": {"number": 3}})
    planned = plan(made, only=("second",))
    open_store(made.home).remove("first", "20261101-000000-aaaa")
    with pytest.raises(RunError) as raised:
        execute(planned)
    assert str(raised.value) == (
        "second reads first.number, and the newest result of first does not hold it any more. "
        "`nbflow run --to second` makes it first."
    )
    assert [run.id for run in read_runs(made)] == ["20261101-000000-aaaa"]  # this one left nothing


@pytest.mark.skipif(sys.platform == "win32", reason="it has no such limit")
def test_a_run_that_cannot_write_its_first_line_leaves_nothing(made: PipelineFolder) -> None:
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    planned = plan(made)
    make_home(made)
    resource.setrlimit(resource.RLIMIT_FSIZE, (100, before[1]))
    try:
        with pytest.raises(RunError, match=r"The run stops: File too large"):
            execute(planned)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
    assert [*made.runs.iterdir()] == []
    with pytest.raises(UnknownNameError, match="No run yet"):
        find_run(made, "last")


def test_a_run_that_died_before_its_first_line_is_none_and_can_be_removed(
    made: PipelineFolder,
) -> None:
    make_run(made, "20261101-000000-aaaa", {"first": {"number": 3}})
    folder = made.runs / "20261102-000000-bbbb"
    folder.mkdir()
    (folder / "events.jsonl").touch()
    assert find_run(made, "last").id == "20261101-000000-aaaa"
    assert clean.find_removable(made) == []  # it may be about to begin
    os.utime(folder, (0, 0))
    with filelock.FileLock(folder / "lock"):
        os.utime(folder, (0, 0))
        assert clean.find_removable(made) == []
    os.utime(folder, (0, 0))
    (one,) = clean.find_removable(made)
    assert (one.kind, one.id, one.why) == ("leftover", folder.name, "a run that never began")
    clean.remove(made, [one])
    assert not folder.exists()


def test_clean_makes_room_of_what_failed_steps_left(made: PipelineFolder) -> None:
    make_run(made, "20261101-000000-aaaa", {"first": {"n": 3}}, failed={"second": {"n": 1}})
    make_run(made, "20261102-000000-aaaa", {}, failed={"second": {"n": 1}}, name="kept")
    live = make_run(made, "20261103-000000-aaaa", {}, failed={"second": {"n": 1}}, ended=False)
    with filelock.FileLock(live / "lock"):
        (one,) = clean.find_removable(made)
    assert (one.kind, one.id, one.step) == ("leftover", "20261101-000000-aaaa", "second")
    assert one.bytes > 0


@pytest.mark.kernel
def test_a_step_whose_result_was_removed_since_the_plan_runs_again(made: PipelineFolder) -> None:
    execute(plan(made))
    planned = plan(made)
    shutil.rmtree(made.home / "results" / "first")
    assert tell(execute(planned)) == ("done", {"first": "done", "second": "reused"})


def test_a_pipeline_where_nothing_can_be_removed_says_so(made: PipelineFolder) -> None:
    make_run(made, "20261101-000000-aaaa", {"first": {"number": 3}})
    found = clean.find_removable(made, keep=0)
    (made.home / "lock").mkdir()
    with pytest.raises(StoreError, match="Nothing can be removed from"):
        clean.remove(made, found)
