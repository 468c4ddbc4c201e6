"""Starting a run as a process: its id is known at once, and what it refuses is said."""

from __future__ import annotations

import os
import shutil
import time
from pathlib import Path

import psutil
import pytest

from nbflow import app
from nbflow.errors import ParameterError, PipelineError, RunError
from nbflow.execution import start as start_module
from nbflow.execution.start import start, wait_for_log
from nbflow.model import Request
from nbflow.pipeline import Pipeline
from nbflow.runs.cancel import cancel
from nbflow.runs.follow import follow
from nbflow.runs.history import find_run, read_run
from nbflow.runs.request_file import read_request
from tests.notebooks import cell, write_pipeline

pytestmark = pytest.mark.kernel
LOAD = [cell("n: int = 1", "parameters"), cell('import nbflow\nnbflow.write("t", [n])')]
SLOW = [cell("n: int = 1", "parameters"), cell("import time\ntime.sleep(60)")]


def test_a_started_run_has_the_id_that_was_said_and_what_was_asked_for(tmp_path: Path) -> None:
    made = write_pipeline(tmp_path, load=LOAD)
    started = start(made, Request({"n": 2}, name="two", command=("nbflow", "run")))
    wait_for_log(made, started)
    *_, run = follow(made, started.run_id)
    assert (run.id, run.name, run.status) == (started.run_id, "two", "done")
    assert run.pid == started.pid
    assert run.read("load.t") == [2]
    assert run.command == ("nbflow", "run")
    assert read_request(made, run.id).parameters == run.parameters == {"n": 2}
    assert os.getsid(0) != started.pid


def test_a_run_is_started_again_as_it_was_asked_for(tmp_path: Path) -> None:
    made = write_pipeline(tmp_path, load=LOAD)
    first = app.run.start(made, Request({"n": 3}, force=True))
    list(follow(made, first))
    again = app.run.start(made, app.requests.read_again(made, first))
    *_, run = follow(made, again)
    assert (run.parameters, run.steps["load"].status) == ({"n": 3}, "reused")


def test_what_the_process_refuses_is_raised_as_it_was_there(tmp_path: Path) -> None:
    made = write_pipeline(tmp_path, load=LOAD)
    started = start(made, Request({"month": 2}))
    with pytest.raises(ParameterError, match=r"^No step declares a parameter 'month'"):
        wait_for_log(made, started)
    assert not started.log.parent.exists()


def test_problems_come_with_the_refusal(tmp_path: Path) -> None:
    made = write_pipeline(
        tmp_path, load=LOAD, bad=[cell("import nbflow\nnbflow.read('no.t')", "inputs")]
    )
    with pytest.raises(PipelineError) as error:
        app.run.start(made, Request())
    assert [problem.place.notebook for problem in error.value.problems] == ["notebooks/bad.ipynb"]


def test_a_process_that_dies_of_itself_leaves_what_it_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = write_pipeline(tmp_path, load=LOAD)
    monkeypatch.setattr(start_module.sys, "executable", "/bin/ls")
    started = start(made, Request())
    with pytest.raises(RunError, match="ls"):
        wait_for_log(made, started)
    assert started.log.exists()
    shutil.rmtree(started.log.parent)


def test_a_module_of_the_folder_does_not_stand_for_the_librarys(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = write_pipeline(tmp_path, load=LOAD, files={"tomllib.py": "raise SystemExit(3)"})
    monkeypatch.chdir(made.folder)
    run_id = Pipeline(made.folder).start()
    assert [run.status for run in follow(made, run_id)][-1] == "done"


def test_a_request_keeps_the_types_of_its_values(tmp_path: Path) -> None:
    made = write_pipeline(tmp_path, load=[cell("n = None", "parameters"), LOAD[1]])
    run = Pipeline(made.folder).run(n={"at": [1.5, None]})
    assert run.read("load.t") == [{"at": [1.5, None]}]


def test_a_process_that_has_ended_is_forgotten(tmp_path: Path) -> None:
    made = write_pipeline(tmp_path, load=LOAD)
    run = Pipeline(made.folder).run()
    end = time.monotonic() + 30
    while (run.id in start_module._processes or psutil.pid_exists(run.pid)) and (
        time.monotonic() < end
    ):
        time.sleep(0.05)
    assert run.id not in start_module._processes
    assert not psutil.pid_exists(run.pid), "a zombie is left"


def test_a_started_run_is_cancelled_by_its_log(tmp_path: Path) -> None:
    made = write_pipeline(tmp_path, slow=SLOW)
    started = start(made, Request())
    wait_for_log(made, started)
    assert find_run(made, "last").id == started.run_id
    cancel(made, read_run(made, started.run_id))
    *_, run = follow(made, started.run_id)
    assert run.status == "cancelled"
