"""A run in which nothing runs: it loads no executor, and still trusts only what is there."""

from __future__ import annotations

import os
import shutil
from pathlib import Path
from unittest import mock

import pytest

from nbflow.analysis.contract.scan import read_folder
from nbflow.base.ids import make_id
from nbflow.execution import run
from nbflow.model import Planned, Request
from nbflow.model.events import Line, RunFinished, RunStarted, StepReused, StepStarted
from nbflow.planning import Plan, make_plan
from nbflow.runs.fold import Run
from nbflow.runs.log import read_heading, to_line
from nbflow.storage.results.store import open_store
from nbflow.workspace.pipeline_folder import PipelineFolder
from tests.benchmarks.make_pipeline import WritingExecutor, edit, finish, make_pipeline, name

NEVER = mock.Mock(side_effect=AssertionError("no executor is needed"))


@pytest.fixture
def finished(tmp_path: Path) -> PipelineFolder:
    pipeline = make_pipeline(tmp_path, 3, shape="chain")
    assert finish(pipeline).status == "done"
    return pipeline


def plan(pipeline: PipelineFolder) -> Plan:
    return make_plan(pipeline, read_folder(pipeline), Request(jobs=1))


def execute(made: Plan, executor: object) -> tuple[dict[str, str], Run]:
    with mock.patch("nbflow.execution.run.load_executor", return_value=executor):
        ended = run.execute(made)
    return {step.name: step.status for step in ended.steps.values()}, ended


def test_nothing_is_loaded_linked_or_looked_for_to_be_removed(finished: PipelineFolder) -> None:
    with mock.patch("nbflow.execution.run.prune") as prune:
        statuses, ended = execute(plan(finished), NEVER)
    assert set(statuses.values()) == {"reused"}
    assert not (finished.runs / ended.id / "tasks").exists()
    assert not prune.called


def test_a_result_removed_since_the_plan_is_made_again(finished: PipelineFolder) -> None:
    made = plan(finished)
    gone = made.steps[name(1)].result
    open_store(finished.home).remove(name(1), gone)
    statuses, ended = execute(made, WritingExecutor)
    assert statuses == {name(0): "reused", name(1): "done", name(2): "reused"}
    assert ended.steps[name(1)].result != gone


def test_a_result_that_another_process_made_incomplete_is_made_again(
    finished: PipelineFolder,
) -> None:
    made = plan(finished)
    folder = open_store(finished.home).fetch(name(2), made.steps[name(2)].result)
    (folder / "result.json").unlink()
    statuses, _ = execute(made, WritingExecutor)
    assert statuses[name(2)] == "done"


def test_a_plan_sees_pointers_that_another_process_moved(finished: PipelineFolder) -> None:
    before = plan(finished)
    step = before.steps[name(0)]
    old = open_store(finished.home).fetch(name(0), step.result)
    twin = make_id()
    shutil.copytree(old, old.with_name(twin))
    text = (old.with_name(twin) / "result.json").read_text().replace(step.result, twin)
    (old.with_name(twin) / "result.json").write_text(text)
    (pointer,) = (finished.home / "keys" / name(0)).iterdir()
    stat = pointer.stat()
    pointer.write_text(pointer.read_text().replace(step.result, twin))
    os.utime(pointer, ns=(stat.st_atime_ns, stat.st_mtime_ns))  # within the clock's grain
    assert plan(finished).steps[name(0)].result == twin


def test_a_cell_changed_within_the_clocks_grain_is_seen(finished: PipelineFolder) -> None:
    path = finished.folder / f"{name(1)}.ipynb"
    plan(finished)
    stat = path.stat()
    edit(finished, 1, "print(2)")  # as long as what it was
    assert path.stat().st_size == stat.st_size
    os.utime(path, ns=(stat.st_atime_ns, stat.st_mtime_ns))
    planned = plan(finished).steps
    assert [planned[name(number)].action for number in range(3)] == ["reuse", "run", "wait"]


def test_upstream_made_anew_and_equal_is_decided_anew(finished: PipelineFolder) -> None:
    edit(finished, 0, "factor = 3")
    lines: list[Line] = []
    ended = finish(finished, observe=lines.append)
    statuses = {step.name: step.status for step in ended.steps.values()}
    assert statuses == {name(0): "done", name(1): "reused", name(2): "reused"}
    started = [line.event.step for line in lines if isinstance(line.event, StepStarted)]
    reused = [line.event.step for line in lines if isinstance(line.event, StepReused)]
    assert (started, reused) == ([name(0)], [name(1), name(2)])


HEADINGS = {
    "a run's first line": (
        RunStarted("r", "p", name="kept", planned=(Planned("a", "run"),)),
        "kept",
    ),
    "another kind": (RunFinished("done", 1.0), None),
}


@pytest.mark.parametrize(("event", "expected"), HEADINGS.values(), ids=HEADINGS)
def test_a_heading_is_read_of_a_started_run_only(
    tmp_path: Path, event: RunStarted | RunFinished, expected: str | None
) -> None:
    log = tmp_path / "events.jsonl"
    assert read_heading(log) is None
    log.write_bytes(to_line(Line(1, 0.0, event)))
    heading = read_heading(log)
    assert (heading.name if heading else None) == expected
    log.write_bytes(log.read_bytes()[:20])
    assert read_heading(log) is None
    log.write_bytes(to_line(Line(1, 0.0, event)).replace(b'"format":2', b'"format":99'))
    assert read_heading(log) is None
