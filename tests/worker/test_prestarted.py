"""Ordinary kernels started ahead of need: each for one job, like a fresh one, gone with its worker."""

from __future__ import annotations

import json
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from nbflow.executors.local.forkserver import ADDRESS
from nbflow.executors.local.pool import LocalExecutor
from nbflow.executors.local.worker import execute_job
from nbflow.executors.local.worker.prestarted import Spare
from nbflow.executors.protocol import Setup, find_kind
from nbflow.model import Job, Outcome, Spent
from tests.notebooks import cell, write
from tests.worker.jobs import make_job, read_executed, wait_for_end

pytestmark = pytest.mark.kernel

WHO = cell("import os\nprint(os.getpid())")
CHANGES = [
    cell(
        "import builtins, os, sys, textwrap\n"
        "builtins.left = textwrap.dedent = os.environ['LEFT'] = 'over'\n"
        "os.chdir('/'); sys.path.insert(0, '/left')\n"
        "left = __session__"
    ),
]
LOOKS = [
    cell(
        "import builtins, os, sys, textwrap\n"
        "print(os.getcwd())\n"
        "print(os.environ['JPY_SESSION_NAME'], __session__, 'NBFLOW_JOB' in os.environ)\n"
        "print(os.environ['MINE'], 'LEFT' in os.environ, 'NBFLOW_FORKSERVER' in os.environ)\n"
        "print('/left' in sys.path, hasattr(builtins, 'left'), 'left' in globals(), textwrap.dedent(' 1'))\n"
        "print([n for n in globals() if 'nbflow' in n])"
    ),
    cell("import late\nprint(late.__name__)"),
    cell("import nbflow\nnbflow.write('number', 3)"),
]


@pytest.fixture
def spare(monkeypatch: pytest.MonkeyPatch) -> Iterator[Spare]:
    monkeypatch.delenv(
        ADDRESS, raising=False
    )  # which the tests of the fork server set for all theirs
    made = Spare()
    yield made
    made.close()


def run(job: Job, spare: Spare, *, more: bool) -> Outcome:
    spare.wanted = more
    return execute_job(job, lambda _: None, threading.Event(), spare=spare)


def read_log(job: Job) -> list[str]:
    return Path(job.folder, "log.txt").read_text().splitlines()


def find_pid(spare: Spare) -> int | None:
    return spare.kernel.process.pid if spare.kernel is not None else None


def wait_for_start(spare: Spare) -> int:
    """Wait until it could answer, as it has where cells take longer than a kernel's start."""
    assert spare.kernel is not None
    deadline = time.monotonic() + 60
    while not Path(spare.kernel.sockets, "s-1").exists() and time.monotonic() < deadline:
        time.sleep(0.05)
    return spare.kernel.process.pid


def test_the_next_job_finds_a_kernel_of_its_own(
    tmp_path: Path, spare: Spare, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MINE", "kept")
    first = make_job(tmp_path, WHO, *CHANGES, name="first")
    second = make_job(tmp_path, WHO, *LOOKS, name="second", writes=("number",))
    began = run(first, spare, more=True)
    pid = wait_for_start(spare)
    (tmp_path / "notebooks" / "late.py").write_text("")  # made by the first job, say
    went_on = run(second, spare, more=False)

    assert [began.status, went_on.status, went_on.failure] == ["done", "done", None]
    assert read_log(first)[0] != str(pid)
    assert read_log(second) == [
        str(pid),
        str(tmp_path / "notebooks"),
        f"{second.source} {second.source} False",
        "kept False False",
        "False False False 1",
        "[]",
        "late",
    ]
    cells = read_executed(second)["cells"]
    assert [one["execution_count"] for one in cells] == [1, 2, 3, 4]
    assert list(went_on.outputs) == ["number"]
    assert list(went_on.modules) == ["notebooks/late.py"]
    assert spare.kernel is None
    assert sorted(path.name for path in Path(second.folder).iterdir()) == [
        "job.json",
        "log.txt",
        "result",
        "source.ipynb",
    ]
    assert not Path(first.folder, "spare.txt").exists()
    assert wait_for_end([int(read_log(job)[0]) for job in (first, second)]) == []


def test_none_is_started_where_no_job_follows(tmp_path: Path, spare: Spare) -> None:
    run(make_job(tmp_path, WHO), spare, more=False)
    assert spare.kernel is None


def test_none_is_started_before_a_cell_is(tmp_path: Path, spare: Spare) -> None:
    run(make_job(tmp_path), spare, more=True)
    assert spare.kernel is None


def test_one_for_another_folder_is_ended(tmp_path: Path, spare: Spare) -> None:
    run(make_job(tmp_path, WHO), spare, more=True)
    pid = find_pid(spare)
    job = make_job(tmp_path / "elsewhere", WHO)
    assert run(job, spare, more=False).status == "done"
    assert read_log(job) != [str(pid)]
    assert pid is not None
    assert wait_for_end([pid]) == []


def test_one_of_another_environment_is_ended(
    tmp_path: Path, spare: Spare, monkeypatch: pytest.MonkeyPatch
) -> None:
    run(make_job(tmp_path, WHO), spare, more=True)
    monkeypatch.setenv("OMP_NUM_THREADS", "1")
    job = make_job(tmp_path, WHO, name="other")
    pid = find_pid(spare)
    assert run(job, spare, more=False).status == "done"
    assert read_log(job) != [str(pid)]


def test_one_that_died_is_replaced(tmp_path: Path, spare: Spare) -> None:
    run(make_job(tmp_path, WHO), spare, more=True)
    assert spare.kernel is not None
    spare.kernel.kill()
    spare.kernel.process.wait(60)
    assert run(make_job(tmp_path, WHO, name="other"), spare, more=False).status == "done"


def test_what_a_kernel_said_before_its_death_is_kept(tmp_path: Path, spare: Spare) -> None:
    run(make_job(tmp_path, WHO), spare, more=True)
    crash = cell("import os\nos.write(2, b'last words\\n')\nos.kill(os.getpid(), 11)")
    job = make_job(tmp_path, WHO, crash, name="crash")
    outcome = run(job, spare, more=False)
    assert outcome.failure is not None
    assert outcome.failure.cause == "kernel died"
    assert "last words" in outcome.failure.traceback
    assert "last words" in Path(job.folder, "kernel.txt").read_text()


def test_a_users_startup_code_sees_its_own_moment(
    tmp_path: Path, spare: Spare, monkeypatch: pytest.MonkeyPatch
) -> None:
    startup = tmp_path / "ipython" / "profile_default" / "startup"
    startup.mkdir(parents=True)
    (startup / "mine.py").write_text("import time; began = time.time()")
    monkeypatch.setenv("IPYTHONDIR", str(tmp_path / "ipython"))
    run(make_job(tmp_path, WHO), spare, more=True)
    assert spare.kernel is None


@pytest.fixture
def executor(monkeypatch: pytest.MonkeyPatch) -> Iterator[LocalExecutor]:
    """One that forks nothing, as on macOS and Windows."""
    monkeypatch.setattr(
        "nbflow.executors.local.forkserver.fork_obstacles.find_version", lambda _: "7.3.0"
    )  # not tried
    made = LocalExecutor(Setup())
    yield made
    made.close()


@pytest.mark.parametrize("how", ["closed", "killed"])
def test_a_spare_dies_with_its_worker(tmp_path: Path, executor: LocalExecutor, how: str) -> None:
    job = make_job(tmp_path, cell("import os\nprint(os.environ['JPY_PARENT_PID'])"))
    executor.prepare({find_kind(job): 1})
    outcome = executor.execute(job, lambda _: None, threading.Event())
    assert outcome.status == "done"
    worker = psutil.Process(int(read_log(job)[0]))
    kernels = [one for one in worker.children() if "ipykernel" in " ".join(one.cmdline())]
    assert len(kernels) == 1
    if how == "killed":
        worker.kill()
    else:
        executor.close()
    assert wait_for_end([kernels[0].pid, worker.pid]) == []


def test_each_job_behind_the_first_starts_sooner(tmp_path: Path, executor: LocalExecutor) -> None:
    jobs = [make_job(tmp_path, cell("import time; time.sleep(2)"), name=f"s{n}") for n in range(3)]
    spent = []
    for number, job in enumerate(jobs, 1):
        executor.prepare({find_kind(job): len(jobs) - number})
        spent.append(executor.execute(job, lambda _: None, threading.Event()).spent)
    assert min(one.start for one in spent[1:]) < spent[0].start
    assert all(one != Spent() for one in spent)


def test_a_kernelspec_of_its_own_keeps_its_interpreter_and_environment(
    tmp_path: Path, spare: Spare, monkeypatch: pytest.MonkeyPatch
) -> None:
    command = [sys.executable, "-Xutf8", "-m", "ipykernel_launcher", "-f", "{connection_file}"]
    spec = {"argv": command, "display_name": "", "language": "python", "env": {"OF_SPEC": "yes"}}
    write(tmp_path / "share" / "kernels" / "other" / "kernel.json", json.dumps(spec))
    monkeypatch.setenv("JUPYTER_PATH", str(tmp_path / "share"))
    says = cell("import os, sys\nprint(sys.flags.utf8_mode, os.environ['OF_SPEC'])")
    jobs = [make_job(tmp_path, WHO, says, name=name, kernel="other") for name in ("a", "b")]
    run(jobs[0], spare, more=True)
    pid = wait_for_start(spare)
    run(jobs[1], spare, more=False)
    assert read_log(jobs[0])[1:] == ["1 yes"]
    assert read_log(jobs[1]) == [str(pid), "1 yes"]
