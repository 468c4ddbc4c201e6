"""Starting a run as a process: its id is known at once, and what it refuses is said."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from pathlib import Path

import psutil
import pytest

from nbflow.errors import RunError
from nbflow.model import Request
from nbflow.pipeline import Pipeline
from nbflow.project import Project
from nbflow.run import start as start_module
from nbflow.run.start import find_refusal, start_request, start_run, wait_for_log
from nbflow.runs.cancel import cancel
from nbflow.runs.follow import follow
from nbflow.runs.history import find_run, read_run
from tests.notebooks import cell, project

pytestmark = pytest.mark.kernel
LOAD = [cell("n: int = 1", "parameters"), cell('import nbflow\nnbflow.write("t", [n])')]
SLOW = [cell("n: int = 1", "parameters"), cell("import time\ntime.sleep(60)")]


def test_a_started_run_has_the_id_that_was_said_and_what_was_asked_for(tmp_path: Path) -> None:
    made = project(tmp_path, load=LOAD)
    started = start_run(made, ["-p", "n", "2", "--name", "two"])
    wait_for_log(made, started)
    *_, run = follow(made, started.run_id)
    assert (run.id, run.name, run.status) == (started.run_id, "two", "done")
    assert run.pid == started.pid
    assert run.read("load.t") == [2]
    assert "--run-id" not in run.command
    assert os.getsid(0) != started.pid


def test_a_run_is_started_again_by_its_id(tmp_path: Path) -> None:
    made = project(tmp_path, load=LOAD)
    first = start_run(made, ["-p", "n", "3"])
    wait_for_log(made, first)
    list(follow(made, first.run_id))
    again = start_run(made, [first.run_id], command="rerun")
    wait_for_log(made, again)
    *_, run = follow(made, again.run_id)
    assert (run.parameters, run.steps["load"].status) == ({"n": "3"}, "reused")


def test_what_is_refused_before_there_is_a_log_is_said(tmp_path: Path) -> None:
    made = project(tmp_path, load=LOAD)
    started = start_run(made, ["-p", "month", "2"])
    with pytest.raises(RunError, match="month"):
        wait_for_log(made, started)
    refusal = find_refusal(made, started)
    assert refusal is not None
    assert not refusal.startswith("Error")
    started.log.unlink()


def start_by_words(made: Project) -> str:
    started = start_run(made)
    wait_for_log(made, started)
    return started.run_id


@pytest.mark.parametrize("start", [start_by_words, lambda made: Pipeline(made.folder).start()])
def test_a_module_of_the_folder_does_not_stand_for_the_librarys(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, start: Callable[[Project], str]
) -> None:
    made = project(tmp_path, load=LOAD, files={"tomllib.py": "raise SystemExit(3)"})
    monkeypatch.chdir(made.folder)
    run_id = start(made)
    assert [run.status for run in follow(made, run_id)][-1] == "done"


def test_a_request_keeps_the_types_of_its_values(tmp_path: Path) -> None:
    made = project(tmp_path, load=[cell("n = None", "parameters"), LOAD[1]])
    run = Pipeline(made.folder).run(n={"at": [1.5, None]})
    assert run.read("load.t") == [{"at": [1.5, None]}]


def test_a_request_that_is_refused_says_so_in_a_process_too(tmp_path: Path) -> None:
    made = project(tmp_path, load=LOAD)
    started = start_request(made, Request(parameters={"month": 2}))
    with pytest.raises(RunError, match=r"^[^E].*month"):
        wait_for_log(made, started)
    started.log.unlink()


def test_a_process_that_has_ended_is_forgotten(tmp_path: Path) -> None:
    made = project(tmp_path, load=LOAD)
    run = Pipeline(made.folder).run()
    end = time.monotonic() + 30
    while (run.id in start_module._processes or psutil.pid_exists(run.pid)) and (
        time.monotonic() < end
    ):
        time.sleep(0.05)
    assert run.id not in start_module._processes
    assert not psutil.pid_exists(run.pid), "a zombie is left"


def test_a_started_run_is_cancelled_by_its_log(tmp_path: Path) -> None:
    made = project(tmp_path, slow=SLOW)
    started = start_run(made)
    wait_for_log(made, started)
    assert find_run(made, "last").id == started.run_id
    cancel(made, read_run(made, started.run_id))
    *_, run = follow(made, started.run_id)
    assert run.status == "cancelled"
