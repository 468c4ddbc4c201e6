"""Jobs that fail: the outcome and the executed notebook say truthfully how."""

from __future__ import annotations

import json
import threading
import time
from pathlib import Path

import pytest
from msgspec.structs import replace

from nbflow.executors.local.worker import execute_job
from nbflow.executors.local.worker.failure import find_line, strip
from nbflow.model import Failure, Injection, Job, make_warning
from nbflow.model.events import CellFinished, CellStarted
from tests.notebooks import cell, markdown
from tests.worker.jobs import execute, make_job, read_executed, statuses, texts

DONE, FAILED, PENDING = ("completed", False), ("failed", True), ("pending", None)


@pytest.mark.kernel
def test_an_error_is_placed_by_cell_and_line(tmp_path: Path) -> None:
    job = make_job(
        tmp_path,
        markdown("# Title"),
        cell("month = 1", "parameters"),
        cell("def half(n):\n    return n / 0\n\nprint('so far')\nhalf(month)"),
        cell("print('never')"),
        parameters={"month": 2},
        injected=Injection((), {"month": "month = 2"}),
    )
    outcome, events = execute(job)
    failure = outcome.failure
    assert outcome.status == "failed"
    assert failure is not None
    assert failure.traceback.endswith("ZeroDivisionError: division by zero")
    assert "\x1b" not in failure.traceback
    assert replace(failure, traceback="") == Failure(
        cause="error",
        type="ZeroDivisionError",
        message="division by zero",
        cell=3,
        line=2,
        first_line="def half(n):",
    )
    assert [one.cell for one in events if isinstance(one, CellStarted)] == [2, 3]
    assert [one.status for one in events if isinstance(one, CellFinished)] == ["done", "failed"]
    notebook = read_executed(job)
    assert notebook["metadata"]["papermill"]["exception"] is True
    assert statuses(notebook) == [DONE, DONE, FAILED, PENDING]
    assert texts(notebook) == [[], ["so far\n", "ZeroDivisionError"], []]
    tags = [one["metadata"].get("tags", []) for one in notebook["cells"]]
    assert [index for index, has in enumerate(tags) if "papermill-error-cell-tag" in has] == [0, 4]
    assert Path(job.folder, "log.txt").read_text().endswith(f"so far\n\n{failure.traceback}\n")


BROKEN = {
    "exit": ("import sys; sys.exit(3)", {}, ("error", "SystemExit", "3")),
    "syntax": ("x = )", {}, ("error", "SyntaxError", None)),
    "killed": (
        "import os; print('last words', flush=True); os.kill(os.getpid(), 9)",
        {},
        ("kernel died", "DeadKernelError", "Kernel died (signal 9, SIGKILL, often out of memory)"),
    ),
    "gone": (
        "import os; os._exit(7)",
        {},
        ("kernel died", "DeadKernelError", "Kernel died (exit code 7)"),
    ),
    "cell timeout": (
        "import time; time.sleep(60)",
        {"cell_timeout": 0.5},
        ("timeout", "CellTimeout", "The cell took longer than 0.5 s."),
    ),
    "deaf cell": (
        "import time\nwhile True:\n    try: time.sleep(60)\n    except KeyboardInterrupt: pass",
        {"cell_timeout": 0.5},
        ("timeout", "CellTimeout", "The cell took longer than 0.5 s."),
    ),
    "interrupt swallowed": (
        "import time\ntry: time.sleep(60)\nexcept KeyboardInterrupt: pass",
        {"cell_timeout": 0.5},
        ("timeout", "CellTimeout", "The cell took longer than 0.5 s."),
    ),
}


@pytest.mark.kernel
@pytest.mark.parametrize("name", BROKEN)
def test_a_broken_cell_fails_and_later_ones_stay_pending(tmp_path: Path, name: str) -> None:
    source, options, (cause, kind, message) = BROKEN[name]
    job = make_job(tmp_path, cell("x = 1"), cell(source), cell("print('never')"), **options)
    outcome, events = execute(job)
    assert outcome.status == "failed"
    failure = outcome.failure
    assert failure is not None
    assert (failure.cause, failure.type, failure.cell) == (cause, kind, 2)
    assert message in {failure.message, None}
    ended = [one for one in events if isinstance(one, CellFinished)]
    assert [one.cell for one in ended] == [1, 2]
    notebook = read_executed(job)
    assert notebook["metadata"]["papermill"]["exception"] is True
    assert statuses(notebook) == [DONE, FAILED, PENDING]
    assert kind in texts(notebook)[1]


@pytest.mark.kernel
def test_a_step_timeout_counts_from_its_start(tmp_path: Path) -> None:
    sleeps = [cell("import time; time.sleep(1)") for _ in range(30)]
    job = make_job(tmp_path, *sleeps, timeout=4)
    outcome, _ = execute(job)
    assert outcome.failure is not None
    assert (outcome.failure.cause, outcome.failure.type) == ("timeout", "StepTimeout")
    assert outcome.seconds < 12
    assert statuses(read_executed(job))[-1] == PENDING


@pytest.mark.kernel
def test_a_kernel_that_does_not_start_says_why(tmp_path: Path, monkeypatch) -> None:
    spec = {"argv": ["python", "-c", "raise SystemExit('no such luck')", "{connection_file}"]}
    folder = tmp_path / "jupyter" / "kernels" / "broken"
    folder.mkdir(parents=True)
    text = json.dumps(spec | {"display_name": "Broken", "language": "python"})
    (folder / "kernel.json").write_text(text)
    monkeypatch.setenv("JUPYTER_PATH", str(tmp_path / "jupyter"))
    job = make_job(tmp_path, cell("1"), kernel="broken")
    outcome, events = execute(job)
    assert (outcome.status, events) == ("failed", [])
    assert outcome.failure is not None
    assert outcome.failure.cause == "kernel died"
    assert outcome.failure.traceback == "no such luck"
    notebook = read_executed(job)
    assert statuses(notebook) == [PENDING]
    assert notebook["metadata"]["papermill"]["exception"] is True


@pytest.mark.kernel
def test_a_disk_without_room_leaves_a_true_notebook(tmp_path: Path) -> None:
    resource = pytest.importorskip("resource")
    job = make_job(tmp_path, cell("x = 1"), cell("print('x' * 1_000_000)"), cell("2"))
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (200_000, hard))  # bytes of one file
    try:
        outcome, _ = execute(job)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert outcome.failure is not None
    told = outcome.failure
    assert (told.cause, told.type, told.cell) == ("other", "OSError", 2)
    assert statuses(read_executed(job)) == [DONE, FAILED, PENDING]


def test_a_kernel_that_is_not_installed_is_named(tmp_path: Path) -> None:
    outcome, _ = execute(make_job(tmp_path, cell("1"), kernel="nowhere"))
    assert outcome.failure is not None
    assert (outcome.failure.cause, outcome.failure.type) == ("other", "NoSuchKernel")
    assert "nowhere" in outcome.failure.message


@pytest.mark.kernel
def test_a_declared_write_that_did_not_happen_fails_the_step(tmp_path: Path) -> None:
    job = make_job(tmp_path, cell("1"), writes=("delays", "model"))
    outcome, _ = execute(job)
    assert outcome.failure == Failure(
        cause="not written",
        type="NotWritten",
        message="step declares that it writes delays, model, but its cells did not.",
        advice=make_warning("nothing-written", name="delays", cell=None),
    )


@pytest.mark.kernel
def test_a_cell_that_ends_the_notebook_before_its_writes_is_named(tmp_path: Path) -> None:
    ends = cell("import sys\nsys.exit(0)")
    job = make_job(tmp_path, cell("1"), ends, cell("never"), writes=("delays",))
    failure = execute(job)[0].failure
    assert failure is not None
    assert (failure.type, failure.cell) == ("NotWritten", 2)
    assert failure.advice == make_warning("nothing-written", name="delays", cell=2)


@pytest.mark.kernel
def test_tables_written_before_the_failure_are_in_the_outcome(tmp_path: Path) -> None:
    source = "import nbflow; nbflow.write('answer', 42)"
    job = make_job(tmp_path, cell(source), cell("1/0"), writes=("answer",))
    outcome, _ = execute(job)
    assert (outcome.status, list(outcome.outputs)) == ("failed", ["answer"])


@pytest.mark.kernel
@pytest.mark.parametrize("source", ["import time; time.sleep(60)", BROKEN["deaf cell"][0]])
def test_stop_ends_a_busy_kernel_within_seconds(tmp_path: Path, source: str) -> None:
    job = make_job(tmp_path, cell(source), cell("2"))
    stop, stopped = threading.Event(), []

    def emit(event: object) -> None:
        if isinstance(event, CellStarted):
            stopped.append(time.monotonic())
            stop.set()

    outcome = execute_job(job, emit, stop)
    assert (outcome.status, outcome.failure) == ("cancelled", None)
    assert time.monotonic() - stopped[0] < 20
    assert statuses(read_executed(job)) == [FAILED, PENDING]


@pytest.mark.parametrize(
    ("text", "kind"),
    [("<<<<<<< mine", "NotJSONError"), (None, "FileNotFoundError")],
    ids=["not json", "gone"],
)
def test_a_bad_copy_is_the_jobs_failure(tmp_path: Path, text: str | None, kind: str) -> None:
    job = make_job(tmp_path, cell("1"))
    if text is None:
        Path(job.notebook).unlink()
    else:
        Path(job.notebook).write_text(text)
    outcome, _ = execute(job)
    assert outcome.failure is not None
    told = outcome.failure
    assert (outcome.status, told.cause, told.type, told.cell) == ("failed", "other", kind, None)


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("Cell In[3], line 2\n----> 2 f()\nFile /x.py:7, in f()", 2),
        ("Cell In[3], line 9\nCell In[3], line 4, in f()", 4),
        ("Cell In[3], line 9\nCell In[2], line 4, in f()", 9),
        ("  Cell In[3], line 1\n    x = (\n", 1),
        ("File /x.py:7, in f()", None),
    ],
    ids=["top", "function", "function of another cell", "syntax", "none"],
)
def test_the_line_is_the_innermost_in_the_cell(text: str, line: int | None) -> None:
    assert find_line(text, 3) == line


def test_colours_and_links_are_stripped() -> None:
    text = "\x1b[0;31mred\x1b[0m \x1b]8;;http://x\x07link\x1b]8;;\x07\x1b[K"
    assert strip(text) == "red link"


def test_a_job_that_is_stopped_before_it_starts_starts_nothing(tmp_path: Path) -> None:
    stop = threading.Event()
    stop.set()
    job: Job = make_job(tmp_path, cell("1"))
    assert execute_job(job, lambda _: None, stop).status == "cancelled"
    assert not Path(job.folder, "result").exists()


@pytest.mark.kernel
def test_a_kernel_that_does_not_start_is_told_with_its_last_words(
    tmp_path: Path, monkeypatch
) -> None:
    argv = ["sh", "-c", "echo starting; echo cannot find license >&2; exit 7", "{connection_file}"]
    folder = tmp_path / "kernels" / "licensed"
    folder.mkdir(parents=True)
    spec = {"argv": argv, "language": "python", "display_name": "Licensed"}
    (folder / "kernel.json").write_text(json.dumps(spec))
    monkeypatch.setenv("JUPYTER_PATH", str(tmp_path))
    outcome, _ = execute(make_job(tmp_path, cell("1"), kernel="licensed"))
    failure = outcome.failure
    assert failure is not None
    died = "Kernel died before replying to kernel_info (exit code 7)"
    message = f"The kernel did not start: {died}: cannot find license"
    assert (failure.cause, failure.message) == ("kernel died", message)
    assert failure.traceback == "starting\ncannot find license"


@pytest.mark.kernel
def test_a_kernel_that_does_not_answer_is_not_waited_for(tmp_path: Path, monkeypatch) -> None:
    monkeypatch.setattr("nbflow.executors.local.engine.client.UNANSWERED", 0.5)
    job = make_job(tmp_path, cell("import sys\nsys.stdout = None"), cell("1"), cell("2"))
    outcome, _ = execute(job)
    failure = outcome.failure
    assert failure is not None
    assert (failure.cause, failure.cell) == ("kernel died", 2)
    assert failure.message.startswith("The kernel gave no answer: ")
    assert "AttributeError: 'NoneType' object has no attribute 'write'" in failure.traceback
    assert statuses(read_executed(job)) == [DONE, FAILED, PENDING]


@pytest.mark.kernel
def test_an_error_of_which_strict_json_has_no_text_is_told(tmp_path: Path) -> None:
    job = make_job(tmp_path, cell("raise ValueError('\\ud800 boom')"), cell("2"))
    outcome, _ = execute(job)
    failure = outcome.failure
    assert failure is not None
    assert (failure.cause, failure.type, failure.cell) == ("error", "ValueError", 1)
    assert failure.message == "\ud800 boom"
    assert texts(read_executed(job)) == [["ValueError"], []]
