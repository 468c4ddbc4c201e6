"""An executor's fork servers: one that died is started again with a word; one that is slow holds up no stop."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from pathlib import Path

import psutil
import pytest

from nbflow.executors.local.forkserver import find_platform_obstacle
from nbflow.executors.local.forkservers import MOST
from nbflow.executors.local.pool import LocalExecutor
from nbflow.executors.protocol import KernelKind, Setup
from nbflow.model import Outcome, Problem, make_warning
from nbflow.model.events import Event, RunWarned
from tests.notebooks import cell, write_pipeline
from tests.worker.jobs import lives, make_job, read_executed, texts, wait_for_end

pytestmark = [
    pytest.mark.kernel,
    pytest.mark.skipif(bool(find_platform_obstacle()), reason="nothing is forked here"),
]
PARENT = "import os; print(os.getppid())"
DUE = {KernelKind("python", "python3", "/"): 1}


@pytest.fixture
def executor() -> Iterator[LocalExecutor]:
    made = LocalExecutor(Setup(imports=("msgspec",)))
    yield made
    if not made._over.is_set():
        made.close()


def run(executor: LocalExecutor, root: Path, name: str) -> tuple[int, list[Problem]]:
    """Execute a job; return its kernel's parent, and what was warned of."""
    job = make_job(root, cell(PARENT), name=name)
    events: list[Event] = []
    outcome = executor.execute(job, events.append, threading.Event())
    assert (outcome.status, outcome.failure) == ("done", None)
    parent = int(texts(read_executed(job))[0][0])
    return parent, [event.warning for event in events if isinstance(event, RunWarned)]


def find_pid(executor: LocalExecutor, role: str) -> int:
    owner = executor._servers.owners[role]
    assert owner is not None
    return int(owner.process.pid)


def kill_fork_server(executor: LocalExecutor, role: str) -> int:
    """Return what its pid was."""
    process = executor._servers.owners[role].process
    process.kill()
    process.wait()
    return int(process.pid)


@pytest.mark.parametrize("role", ["kernel", "worker"])
def test_one_that_was_killed_is_started_again(
    tmp_path: Path, executor: LocalExecutor, role: str
) -> None:
    assert run(executor, tmp_path, "a") == (find_pid(executor, "kernel"), [])
    before = kill_fork_server(executor, role)
    parent, warned = run(executor, tmp_path, "b")
    killed = "signal 9, SIGKILL, often out of memory"
    assert warned == [make_warning("forks-ended", role=role, exit=killed)]
    assert find_pid(executor, role) != before
    assert parent == find_pid(executor, "kernel")
    assert run(executor, tmp_path, "c") == (parent, [])


def test_one_that_dies_each_time_is_given_up(tmp_path: Path, executor: LocalExecutor) -> None:
    warned = []
    for number in range(MOST):
        run(executor, tmp_path, f"step_{number}")
        kill_fork_server(executor, "kernel")
    parent, warned = run(executor, tmp_path, "last")
    assert len(warned) == 1
    assert [one.code for one in warned] == ["forks-given-up"]
    assert psutil.Process(os.getpid()).pid != parent
    assert executor._servers.owners["kernel"] is None
    assert run(executor, tmp_path, "after")[1] == []


def test_a_killed_kernel_costs_the_next_no_fork(tmp_path: Path, executor: LocalExecutor) -> None:
    run(executor, tmp_path, "a")
    server = find_pid(executor, "kernel")
    for number in range(3):
        job = make_job(tmp_path, cell("import os; os.kill(os.getpid(), 9)"), name=f"k{number}")
        outcome = executor.execute(job, lambda _: None, threading.Event())
        assert outcome.status == "failed"
        for child in psutil.Process(server).children():  # a spare
            with contextlib.suppress(psutil.NoSuchProcess):  # the killed kernel, buried by now
                child.kill()
        assert run(executor, tmp_path, f"n{number}") == (server, [])


@pytest.mark.parametrize("roles", [("worker", "kernel"), ("kernel",)])
def test_a_stop_waits_for_no_fork_server(
    tmp_path: Path, executor: LocalExecutor, roles: tuple[str, ...]
) -> None:
    """As if they imported for long."""
    executor.prepare(DUE)
    for role in roles:
        os.kill(find_pid(executor, role), signal.SIGSTOP)
    job, stop, ended = make_job(tmp_path, cell("1")), threading.Event(), Future[Outcome]()
    threading.Thread(
        target=lambda: ended.set_result(executor.execute(job, lambda _: None, stop))
    ).start()
    time.sleep(0.5)  # it waits by then
    assert not ended.done()
    began = time.monotonic()
    stop.set()
    assert ended.result(20).status == "cancelled"
    assert time.monotonic() - began < 20  # they answer never
    pids = [find_pid(executor, role) for role in ("kernel", "worker")]
    executor.close()
    assert time.monotonic() - began < 40
    assert wait_for_end(pids) == []


@pytest.mark.parametrize("times", [1, 2])
def test_an_interrupt_is_heard_while_the_fork_servers_start(tmp_path: Path, times: int) -> None:
    made = write_pipeline(tmp_path, step=[cell("n = 1", "parameters"), cell("n")])
    command = [sys.executable, "-m", "nbflow", "run", str(made.project.root / "notebooks")]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT) as process:
        found = wait_for(lambda: find_fork_servers(process.pid))
        for server in found:
            server.suspend()
        for _ in range(times):
            process.send_signal(signal.SIGINT)
            time.sleep(0.3)
        began = time.monotonic()
        process.wait(60)
        took = time.monotonic() - began
    assert process.returncode == 130
    assert took < 20  # they answer never
    assert [server.pid for server in found if lives(server.pid)] == []


def find_fork_servers(pid: int) -> list[psutil.Process]:
    """Return both of a run, once both are there."""
    children = psutil.Process(pid).children()
    found = [child for child in children if "nbflow.executors.local.forkserver" in child.cmdline()]
    return found if len(found) == 2 else []


def wait_for(find: Callable[[], list[psutil.Process]]) -> list[psutil.Process]:
    deadline = time.monotonic() + 60
    while not (found := find()):
        assert time.monotonic() < deadline, "it never happened"
        time.sleep(0.001)
    return found
