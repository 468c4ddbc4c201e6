"""The magics in a real kernel, as a front end talks to it."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from jupyter_client import KernelManager

from nbflow.runs.history import find_run, read_run_ids
from nbflow.runs.liveness import is_alive
from nbflow.workspace.pipeline_folder import PipelineFolder
from tests.cli.runs import make_run
from tests.notebooks import cell, write

pytestmark = pytest.mark.kernel
SLOW = [
    cell("n: int = 1", "parameters"),
    cell("import time, nbflow\ntime.sleep(60)\nnbflow.write('t', 1)"),
]


class Kernel:
    def __init__(self, folder: str) -> None:
        self.manager = KernelManager(kernel_name="python3")
        self.manager.start_kernel(cwd=folder)
        self.client = self.manager.blocking_client()
        self.client.start_channels()
        self.client.wait_for_ready(timeout=60)

    def __call__(self, source: str) -> tuple[dict[str, Any], list[dict[str, Any]]]:
        """Return the reply and what was shown."""
        shown: list[dict[str, Any]] = []
        reply = self.client.execute_interactive(
            source, allow_stdin=False, timeout=120, output_hook=shown.append
        )
        return reply["content"], [message["content"] for message in shown]

    def text(self, source: str) -> str:
        """Return the text of a cell's last value."""
        *_, last = (one["data"]["text/plain"] for one in self(source)[1] if "data" in one)
        return last

    def close(self) -> None:
        self.client.stop_channels()
        self.manager.shutdown_kernel(now=True)


@pytest.fixture
def new_kernel(made: PipelineFolder) -> Iterator[Kernel]:
    """One that no other test has used."""
    found = Kernel(str(made.folder))
    found("%load_ext nbflow")
    yield found
    found.close()


@pytest.fixture(scope="module")
def used_kernel(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Kernel]:
    found = Kernel(str(tmp_path_factory.mktemp("kernel")))
    yield found
    found.close()


@pytest.fixture
def kernel(used_kernel: Kernel, made: PipelineFolder) -> Kernel:
    """One in the project's folder, which other tests have used: to start one takes seconds."""
    used_kernel(f"%cd -q {made.folder}\n%reload_ext nbflow")
    return used_kernel


def test_a_run_is_started_and_the_notebook_stays_free(
    new_kernel: Kernel, made: PipelineFolder
) -> None:
    kernel = new_kernel
    write(made.folder / "load.ipynb", SLOW)
    reply, shown = kernel("view = %nbflow run")
    assert reply["status"] == "ok"
    assert [one for one in shown if "data" in one]
    assert kernel.text("view.run.status") == "'running'"  # so nothing has waited for its end
    kernel.close()  # the run is not the kernel's
    run = find_run(made)
    assert (run.status, is_alive(made, run.id)) == ("running", True)
    (made.runs / run.id / "cancel").touch()


def test_an_answer_is_shown_once(kernel: Kernel) -> None:
    _, shown = kernel("%nbflow plan")
    (output,) = (one["data"] for one in shown if "data" in one)
    assert set(output) == {"text/html", "text/plain"}


def test_an_interrupt_of_waiting_cancels_the_run_and_says_so(
    kernel: Kernel, made: PipelineFolder
) -> None:
    write(made.folder / "load.ipynb", SLOW)
    kernel.client.execute("view = %nbflow run --wait")
    deadline = time.monotonic() + 60
    while not (read_run_ids(made) and is_running(made)):
        assert time.monotonic() < deadline
        time.sleep(0.1)
    kernel.manager.interrupt_kernel()
    deadline = time.monotonic() + 60
    while find_run(made).status == "running":
        assert time.monotonic() < deadline
        time.sleep(0.1)
    assert find_run(made).status == "cancelled"
    said = ""
    while "is cancelled; what is finished is kept" not in said:
        message = kernel.client.get_iopub_msg(timeout=30)
        said += str(message["content"].get("text", message["content"].get("evalue", "")))
    assert "is being cancelled" in said


def is_running(made: PipelineFolder) -> bool:
    step = find_run(made).steps.get("load")  # None before the log's first line
    return step is not None and step.status == "running"


def test_errors_come_without_a_traceback_of_ours(kernel: Kernel) -> None:
    reply, shown = kernel("%nbflow run -p nope 1")
    assert reply["status"] == "error"
    (error,) = (one for one in shown if "traceback" in one)
    assert error["ename"] == "ParameterError"
    assert error["evalue"] == "No step declares a parameter 'nope'. The steps declare: n."
    assert len(error["traceback"]) == 1


@pytest.mark.parametrize("source", ["%nbflow open --lab load", "!nbflow open --lab load"])
def test_a_cell_starts_no_server_and_holds_no_token(
    kernel: Kernel, made: PipelineFolder, source: str
) -> None:
    make_run(made, "20261101-000000-000000", {"load": {"t": [1]}})
    program = made.folder / "jupyter-lab"
    program.write_text("#!/bin/sh\necho http://localhost/lab?token=abc\nsleep 600\n")
    program.chmod(0o755)
    path = f"{made.folder}:{Path(sys.executable).parent}"
    kernel(f"import os; os.environ['PATH'] = '{path}:' + os.environ['PATH']")
    reply, shown = kernel(source)
    assert reply["status"] == "ok"
    assert "token" not in str(shown)
    assert "load-20261101-000000-000000.ipynb" in str(shown)
    if source.startswith("%"):
        html = "".join(one["data"]["text/html"] for one in shown if "data" in one)
        assert 'href="nbflow-open/20261101' in html


def test_tables_and_json_are_printed_as_text(kernel: Kernel) -> None:
    kernel("%nbflow run --wait")
    for source in ("%nbflow steps --json", "%nbflow sql --json 'select 1 as one'"):
        reply, shown = kernel(source)
        assert reply["status"] == "ok", shown
        assert "".join(one.get("text", "") for one in shown).strip()[0] in "{["


def test_the_panels_modules_are_loaded_before_they_are_asked_for(
    new_kernel: Kernel,
) -> None:
    new_kernel("import sys, time")
    loaded = """
for _ in range(600):
    if hasattr(sys.modules.get("nbflow.panel.panel"), "controls"):
        break
    time.sleep(0.1)
"""
    assert new_kernel(f"{loaded}else:\n    raise TimeoutError")[0]["status"] == "ok"
