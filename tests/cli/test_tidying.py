"""clean, cancel, rerun: what they say and what they leave alone."""

from __future__ import annotations

import json
from pathlib import Path

import filelock
import pytest
from msgspec.structs import replace

from nbflow.app.requests import read_again
from nbflow.base.locks import hold_folder
from nbflow.errors import RunError
from nbflow.model import Request
from nbflow.runs import cleaning as clean
from nbflow.runs.folder import find_folder
from nbflow.runs.history import read_run, read_run_ids
from nbflow.runs.request_file import write_request
from nbflow.storage.duckdb.database_file import make_part
from nbflow.storage.results.result_index import read_result_ids
from nbflow.workspace.pipeline_folder import PipelineFolder
from nbflow.workspace.settings import Settings
from tests.cli.runs import make_run, nbflow
from tests.notebooks import cell, write_pipeline

IDS = [f"2026110{day}-000000-aaaa" for day in (1, 2, 3)]


pytestmark = pytest.mark.usefixtures("pipeline")


@pytest.fixture
def pipeline(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> PipelineFolder:
    monkeypatch.chdir(tmp_path)
    made = write_pipeline(tmp_path, load=[cell("a = 1", "parameters")])
    for run_id in IDS:
        make_run(made, run_id, {"load": {"n": 1}})
    return made


def test_clean_only_says_without_a_terminal(pipeline: PipelineFolder) -> None:
    result = nbflow("clean", "--keep", "1")
    said = [line.split()[:3] for line in result.output.splitlines()[2:4]]
    assert said == [["result", "load", IDS[1]], ["result", "load", IDS[0]]]
    assert "Would remove: 2 results" in result.output
    assert "nbflow clean --keep 1 --yes  # remove them" in result.output
    assert len(read_result_ids(pipeline, "load")) == 3


def test_clean_removes_when_told(pipeline: PipelineFolder) -> None:
    result = nbflow("clean", "--keep", "1", "--yes")
    assert result.output.startswith("Removed: 2 results, ")
    assert read_result_ids(pipeline, "load") == [IDS[2]]
    assert read_run_ids(pipeline) == IDS[::-1]
    assert nbflow("clean", "--keep", "1", "--yes").output == "Nothing to remove.\n"


def test_clean_runs_too(pipeline: PipelineFolder) -> None:
    told = json.loads(nbflow("clean", "--keep", "2", "--runs", "--yes", "--json").output)
    assert told["removed"] is True
    assert [(one["kind"], one["id"]) for one in told["removable"]] == [
        ("result", IDS[0]),
        ("run", IDS[0]),
    ]
    assert read_run_ids(pipeline) == [IDS[2], IDS[1]]


def test_clean_leaves_what_a_live_run_uses(pipeline: PipelineFolder) -> None:
    live = make_run(pipeline, "20261104-000000-aaaa", {"load": {"n": 1}}, ended=False)
    with filelock.FileLock(live / "lock"):
        assert nbflow("clean", "--keep", "0", "--yes").exit_code == 0
    assert read_result_ids(pipeline, "load") == [live.name]


def test_cancel_a_run_that_is_over() -> None:
    result = nbflow("cancel", "last")
    assert result.exit_code == 2
    assert f"Run {IDS[2]} is not running: it is done." in result.stderr
    assert "No run of " in nbflow("cancel").stderr


def test_cancel_says_when_a_run_does_not_stop(pipeline: PipelineFolder) -> None:
    run = make_run(pipeline, "20261031-000000-aaaa", {}, ended=False)
    with filelock.FileLock(run / "lock"):
        result = nbflow("cancel", "--wait", "0")
    assert result.exit_code == 1
    assert result.output.startswith(f"Run {run.name} was asked to stop and has not stopped yet.")
    assert (run / "cancel").exists()


def test_rerun_asks_for_the_same_without_force(pipeline: PipelineFolder) -> None:
    asked = Request(parameters={"a": "1", "b": 2}, to=("load",), name="x")
    write_request(find_folder(pipeline, IDS[0]), replace(asked, force=True, force_steps=("load",)))
    assert read_again(pipeline, IDS[0]) == asked


def test_rerun_of_a_run_that_died_too_early(pipeline: PipelineFolder) -> None:
    with pytest.raises(RunError, match="does not say what it was asked for"):
        read_again(pipeline, IDS[0])


def test_clean_removes_what_a_killed_filler_left(pipeline: PipelineFolder) -> None:
    folder = pipeline.home / "results" / "load" / IDS[2]
    left = make_part(folder)
    left.write_text("x")
    with hold_folder(folder):
        assert nbflow("clean", "--yes").output == "Nothing to remove.\n"
    assert nbflow("clean", "--yes").output == "Removed: 1 leftover, 1 B.\n"
    assert not left.exists()
    assert read_result_ids(pipeline, "load") == IDS[::-1]


LATER = b'{"format":99,"seq":1,"time":1.0,"kind":"RunStarted","run":"r","name":""}\n'


def make_later(pipeline: PipelineFolder, *, rest: bytes = b"") -> Path:
    """Leave a run that a later version of nbflow made."""
    folder = make_run(pipeline, "20261105-000000-aaaa", {}, failed={"load": {"n": 1}})
    (folder / "events.jsonl").write_bytes(LATER + rest)
    return folder


def test_clean_removes_nothing_beside_a_live_run_of_a_later_version(
    pipeline: PipelineFolder,
) -> None:
    folder = make_later(pipeline)
    with filelock.FileLock(folder / "lock"):
        result = nbflow("clean", "--keep", "0", "--yes")
        assert (result.exit_code, result.output) == (0, "Nothing to remove.\n")
        clean.prune(
            replace(pipeline, project=replace(pipeline.project, settings=Settings(keep=1))),
            read_run(pipeline, IDS[0]),
        )
    assert read_result_ids(pipeline, "load") == IDS[::-1]


def test_clean_leaves_what_an_ended_run_of_a_later_version_relies_on(
    pipeline: PipelineFolder,
) -> None:
    used = b'{"format":99,"seq":2,"kind":"TaskEnded","step":"load","result":"%s","more":[1]}\n'
    folder = make_later(pipeline, rest=used % IDS[0].encode())
    assert nbflow("clean", "--keep", "0", "--runs", "--yes").exit_code == 0
    assert read_result_ids(pipeline, "load") == [IDS[0]]
    assert (folder / "tasks" / "load" / "1" / "result").is_dir()
    assert read_run_ids(pipeline) == [folder.name]


def test_every_face_says_of_a_later_version(pipeline: PipelineFolder) -> None:
    make_later(pipeline)
    (line,) = [one for one in nbflow("runs").output.splitlines() if "20261105" in one]
    assert "? of a later version  2026-11-05" in line
    assert line.endswith("An upgrade of nbflow reads it.")
    assert "1970" not in nbflow("runs").output
    shown = nbflow("show").output
    assert "? of a later version: a later version of nbflow wrote it" in shown
    assert "lost" not in shown
    assert "cannot be read: a later version" in nbflow("sql", "from load.n").stderr


@pytest.mark.parametrize(
    "file", ["plan.json", "request.json", "events.jsonl", "result.json", "outputs.json"]
)
def test_what_is_nested_too_deep_is_no_crash(pipeline: PipelineFolder, file: str) -> None:
    deep = b'{"x":' * 100_000
    (pipeline.runs / IDS[2] / "request.json").write_bytes(b"{}")
    for path in [*pipeline.runs.rglob(file), *(pipeline.home / "results").rglob(file)]:
        path.write_bytes(deep + b"\n")
    for words in (
        ["plan", "notebooks"], ["runs"], ["show"], ["show", "last", "load"], ["rerun"],
        ["sql", "from load.n"], ["clean", "--keep", "0", "--runs", "--yes"], ["steps", "notebooks"],
    ):  # fmt: skip
        result = nbflow(*words)
        assert result.exception is None or isinstance(result.exception, SystemExit), words
