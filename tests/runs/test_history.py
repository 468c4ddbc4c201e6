"""Runs are found and listed without reading more of them than is asked for."""

from pathlib import Path

import pytest

from nbflow.model import Command, Planned, TaskId
from nbflow.model.events import RunFinished, RunStarted, StepFinished, StepStarted
from nbflow.runs.cleaning import find_removable
from nbflow.runs.folder import find_folder
from nbflow.runs.history import find_run, find_run_with, read_run_ids, read_runs
from nbflow.runs.log import Log
from nbflow.workspace.pipeline_folder import PipelineFolder
from tests.notebooks import write_pipeline

RUNS = 1_000


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> PipelineFolder:
    found = write_pipeline(tmp_path_factory.mktemp("many"), load=[])
    for number in range(RUNS):
        make_run(found, f"20260101-000000-{number:06x}", name="first" if number == 0 else "")
    return found


def make_run(found: PipelineFolder, run_id: str, step: str = "load", name: str = "") -> None:
    folder = find_folder(found, run_id)
    folder.path.mkdir(parents=True)
    log = Log(folder.log, lambda _: None)
    log.append(
        RunStarted(run_id, found.name, name, planned=(Planned(step, "run"),), paths={step: ""})
    )
    log.append(StepStarted(step))
    log.append(StepFinished(step, run_id, 1.0))
    log.append(RunFinished("done", 1.0))
    log.close()


@pytest.fixture
def opened(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The logs that are opened, by their runs."""
    found, before = [], Path.open

    def note(path: Path, *args, **options):
        if path.name == "events.jsonl":
            found.append(path.parent.name)
        return before(path, *args, **options)

    monkeypatch.setattr(Path, "open", note)
    return found


def test_the_newest_runs_are_listed_by_their_logs_alone(
    made: PipelineFolder, opened: list[str]
) -> None:
    runs = read_runs(made, 20)
    assert [run.id for run in runs] == read_run_ids(made, 20)
    assert sorted(opened) == sorted(run.id for run in runs)


def test_the_last_run_is_found_by_its_log_alone(made: PipelineFolder, opened: list[str]) -> None:
    assert [find_run(made).id] == opened


def test_an_id_is_found_by_its_log_alone(made: PipelineFolder, opened: list[str]) -> None:
    assert [find_run(made, "20260101-000000-000007").id] == opened


def test_a_name_is_found_by_first_lines_and_only_its_run_is_read_whole(
    made: PipelineFolder, opened: list[str]
) -> None:
    run = find_run(made, "first")
    assert len(opened) == RUNS + 1
    assert (run.id, run.status, opened[-1]) == ("20260101-000000-000000", "done", run.id)


def test_the_newest_run_with_a_step_is_found(tmp_path: Path) -> None:
    found = write_pipeline(tmp_path, load=[])
    for run_id, step in (("a", "load"), ("b", "load"), ("c", "other")):
        make_run(found, run_id, step)
    run = find_run_with(found, "load")
    assert run is not None
    assert (run.id, run.status) == ("b", "done")
    assert find_run_with(found, "nowhere") is None


def test_what_an_earlier_version_left_is_told_and_cleared(tmp_path: Path) -> None:
    found = write_pipeline(tmp_path, load=[])
    make_run(found, "a")
    log = find_folder(found, "a").log
    log.write_bytes(log.read_bytes().replace(b'"format":2', b'"format":1'))
    (find_folder(found, "a").path / "jobs").mkdir()
    run = find_run(found)
    assert run.status == "unreadable"
    assert run.problem is not None
    assert (run.problem.facts["why"], run.problem.remedy) == ("earlier", Command("clean"))
    (removable,) = find_removable(found)
    assert removable.path == find_folder(found, "a").path


def test_each_attempt_of_a_task_has_a_folder_of_its_own(tmp_path: Path) -> None:
    run = find_folder(write_pipeline(tmp_path, load=[]), "a")
    whole, item = TaskId("load"), TaskId("load", "2013/01")
    for task, attempt in ((whole, 1), (whole, 2), (item, 1)):
        run.attempt(task, attempt).making.mkdir(parents=True)
    assert [(one.task, one.path.name) for one in run.read_attempts()] == [
        ("load", "1"), ("load", "2"), ("load[2013%2F01]", "1"),
    ]  # fmt: skip
    assert {one.run for one in run.read_attempts()} == {run}
