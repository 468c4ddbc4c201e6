"""Workers in processes: kept for the next job, replaced when they die, gone with their run."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import msgspec
import pytest

from nbflow.errors import UnknownNameError
from nbflow.executors.local.pool import LocalExecutor, describe_exit
from nbflow.executors.protocol import Setup
from nbflow.executors.registry import load_executor
from nbflow.model import Failure, Job, Outcome
from nbflow.model.events import CellStarted, Event
from tests.notebooks import cell
from tests.worker.jobs import make_job, read_executed, statuses, texts, wait_for_end

pytestmark = pytest.mark.kernel

# What starts a kernel is its worker, though its parent may be the fork server.
WHO = "import os; print(os.environ['JPY_PARENT_PID'])"
KILL = """
import os, signal, time
while not os.path.exists({told!r}):
    time.sleep(0.01)
os.kill(int(os.environ['JPY_PARENT_PID']), signal.SIGKILL)
time.sleep(60)
"""


@pytest.fixture(scope="module")
def executor() -> Iterator[LocalExecutor]:
    made = load_executor("local")(Setup(2))
    yield made
    made.close()


def test_a_worker_is_kept_for_the_next_job(tmp_path: Path, executor: LocalExecutor) -> None:
    jobs = [make_job(tmp_path, cell(WHO), name=name) for name in ("a", "b")]
    events: list[Event] = []
    outcomes = [executor.execute(job, events.append, threading.Event()) for job in jobs]
    assert [one.status for one in outcomes] == ["done", "done"]
    parents = {read_log(job) for job in jobs}
    assert len(parents) == 1
    assert parents != {str(os.getpid())}
    assert [one.step for one in events if isinstance(one, CellStarted)] == ["a", "b"]


def test_at_most_so_many_jobs_at_once(tmp_path: Path, executor: LocalExecutor) -> None:
    jobs = [make_job(tmp_path, cell(WHO), name=f"step_{n}") for n in range(3)]
    with ThreadPoolExecutor(3) as pool:
        pending = [pool.submit(run, executor, job) for job in jobs]
        assert [one.result().status for one in pending] == ["done"] * 3
    assert len({read_log(job) for job in jobs}) == 2


def test_a_dead_worker_fails_its_job_and_is_replaced(
    tmp_path: Path, executor: LocalExecutor
) -> None:
    told = tmp_path / "told"  # by the worker: this cell is under way
    cells = [cell("print('so far')"), cell(KILL.format(told=str(told))), cell("print('never')")]
    job = make_job(tmp_path, *cells, name="killer")

    def emit(event: Event) -> None:
        if isinstance(event, CellStarted) and event.cell == 2:
            told.touch()

    outcome = executor.execute(job, emit, threading.Event())
    assert outcome.failure == Failure(
        cause="worker died",
        type="WorkerDied",
        message="The worker process died (signal 9, SIGKILL, often out of memory).",
        cell=2,
        first_line="import os, signal, time",
    )
    notebook = read_executed(job)
    assert notebook["metadata"]["papermill"]["exception"] is True
    assert statuses(notebook) == [("completed", False), ("failed", True), ("pending", None)]
    assert texts(notebook)[1][-1] == "WorkerDied"
    assert Path(job.folder, "log.txt").read_text() == "so far\n"
    after = make_job(tmp_path, cell(WHO), name="after")
    assert run(executor, after).status == "done"


def test_stop_reaches_the_kernel_and_the_worker_lives_on(
    tmp_path: Path, executor: LocalExecutor
) -> None:
    job = make_job(tmp_path, cell(WHO), cell("import time; time.sleep(60)"), name="long")
    stop = threading.Event()

    def emit(event: Event) -> None:
        if isinstance(event, CellStarted) and event.cell == 2:
            stop.set()

    assert executor.execute(job, emit, stop).status == "cancelled"
    after = make_job(tmp_path, cell(WHO), name="after")
    assert run(executor, after).status == "done"
    assert read_log(job) == read_log(after)


def test_what_a_child_prints_is_kept_and_does_not_disturb(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("PYTEST_CURRENT_TEST")  # with it ipykernel leaves descriptor 1 alone
    source = "import os; os.write(1, b'{}\\n'); os.system('echo from a child')"
    job = make_job(tmp_path, cell(source), name="loud")
    executor = LocalExecutor(Setup())
    assert run(executor, job).status == "done"
    executor.close()
    assert Path(job.folder, "log.txt").read_text() == "{}\nfrom a child\n"


def test_close_ends_workers_and_kernels(tmp_path: Path) -> None:
    executor = LocalExecutor(Setup())
    job = make_job(
        tmp_path,
        cell("import os; print(os.getpid(), os.environ['JPY_PARENT_PID'], flush=True)"),
        cell("import time; time.sleep(60)"),
    )
    with ThreadPoolExecutor(1) as pool:
        started = threading.Event()
        emit = lambda event: started.set() if getattr(event, "cell", 0) == 2 else None  # noqa: E731
        pending = pool.submit(executor.execute, job, emit, threading.Event())
        assert started.wait(60)
        executor.close()
        assert pending.result().status in {"failed", "cancelled"}
    assert wait_for_end([int(pid) for pid in read_log(job).split()]) == []


RUN = """
import sys, threading
from pathlib import Path
import msgspec
from nbflow.executors.local.pool import LocalExecutor
from nbflow.executors.protocol import Setup
from nbflow.model import Job
job = msgspec.json.decode(Path(sys.argv[1]).read_bytes(), type=Job)
LocalExecutor(Setup()).execute(job, lambda event: print(event, flush=True), threading.Event())
"""


def test_no_process_outlives_a_killed_run(tmp_path: Path) -> None:
    who = "import os, subprocess\nchild = subprocess.Popen(['sleep', '600'])\nprint(os.getpid(), os.environ['JPY_PARENT_PID'], child.pid, flush=True)"
    job = make_job(tmp_path, cell(who), cell("while True: pass"))
    file = tmp_path / "given.json"
    file.write_bytes(msgspec.json.encode(job))
    with subprocess.Popen(
        [sys.executable, "-c", RUN, str(file)], stdout=subprocess.PIPE, text=True
    ) as parent:
        assert parent.stdout is not None
        assert any("cell=2" in line for line in parent.stdout)
        pids = [int(pid) for pid in read_log(job).split()]
        parent.send_signal(signal.SIGKILL)
    assert len(pids) == 3
    assert wait_for_end(pids) == []


def test_exits_are_described() -> None:
    assert [describe_exit(code) for code in (0, 3, -9, -15)] == [
        "exit code 0",
        "exit code 3",
        "signal 9, SIGKILL, often out of memory",
        "signal 15, SIGTERM",
    ]


def test_an_unknown_executor_is_told_with_the_installed_ones() -> None:
    with pytest.raises(UnknownNameError, match='No executor "slrum"; installed: local'):
        load_executor("slrum")


def run(executor: LocalExecutor, job: Job) -> Outcome:
    return executor.execute(job, lambda _: None, threading.Event())


def read_log(job: Job) -> str:
    return Path(job.folder, "log.txt").read_text().strip()
