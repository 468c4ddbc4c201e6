"""Signals, exits, and what must not outlive what."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import duckdb
import pytest

from nbflow.executors.local.forkserver.forked_process import is_readable
from nbflow.executors.local.forkserver.messages import Request
from nbflow.executors.local.forkserver.owner import Owner, ask, fork
from nbflow.executors.local.forkserver.server import PATTERNS
from tests.forkserver.kernels import environment, is_alive, kernel, wait_until

pytestmark = [pytest.mark.kernel, pytest.mark.usefixtures("owner")]
SLEEPER = "import subprocess; child = subprocess.Popen(['sleep', '300'])"


@pytest.mark.parametrize(
    ("sleep", "error"),
    [
        ("import time\ntime.sleep(300)", "KeyboardInterrupt"),
        ("import asyncio\nawait asyncio.sleep(300)", "CancelledError"),
    ],
    ids=["sync", "async"],
)
def test_interrupt_stops_the_cell_and_nothing_else(sleep: str, error: str) -> None:
    with kernel() as one:
        one.run("kept = 1")
        request = one.client.execute(f"print('in it', flush=True)\n{sleep}", stop_on_error=False)
        heard = ""
        while "in it" not in heard:
            message = one.client.get_iopub_msg(timeout=30)
            heard = str(message["content"].get("text"))
        one.manager.interrupt_kernel()
        reply = one.client.get_shell_msg(timeout=30)
        assert (reply["parent_header"]["msg_id"], reply["content"]["ename"]) == (
            request,
            error,
        )
        assert one.get("kept") == 1


def test_an_interrupt_while_output_is_handed_over_silences_nothing() -> None:
    """It strikes where the output thread is woken."""
    struck = """
import sys, time
thread = sys.stdout.pub_thread
while thread._events or thread._busy or thread._woken == thread._round:  # until it sleeps
    time.sleep(0.01)
loop = thread.io_loop.asyncio_loop
def interrupt(*_):
    del loop.call_soon_threadsafe
    raise KeyboardInterrupt
loop.call_soon_threadsafe = interrupt
try:
    print("before", flush=True)
except KeyboardInterrupt:
    print("after")
"""
    with kernel() as one:
        assert one.run(struck) == "beforeafter\n"
        assert one.run("print('next', flush=True)") == "next\n"


def test_interrupts_between_cells_change_nothing() -> None:
    with kernel() as one:
        for _ in range(20):
            one.run("1")
            one.manager.interrupt_kernel()
        assert one.get("1 + 1") == 2


@pytest.mark.parametrize(
    ("number", "code"),
    [(signal.SIGTERM, -15), (signal.SIGKILL, -9), (signal.SIGSEGV, -11)],
    ids=str,
)
def test_a_signal_by_pid_ends_it(number: int, code: int) -> None:
    with kernel() as one:
        os.kill(one.get("__import__('os').getpid()"), number)
        assert one.process.wait(60) == code


@pytest.mark.parametrize(
    ("cell", "code"),
    [("exit()", 0), ("import os; os._exit(3)", 3), ("import ctypes; ctypes.string_at(0)", -11)],
    ids=["exit", "os._exit", "a crash"],
)
def test_its_exit_code_is_told(cell: str, code: int) -> None:
    with kernel() as one:
        one.client.execute(cell)
        assert one.process.wait(60) == code


def test_each_request_gets_one_kernel_and_its_own_end(owner: Owner) -> None:
    """A spare that had taken its request at once was thought dead, and another one forked."""
    request = Request(("--HistoryManager.hist_file=:memory:",), "/", environment())
    before, codes = ask(owner.address), []
    for number in range(40):
        process, _ = fork(owner.address, request, 1, 2)
        time.sleep(0.01 * (number % 4))
        process.terminate()
        codes.append(process.wait(60))
    assert codes == [-signal.SIGTERM] * 40
    after = ask(owner.address)
    spares = min(len(before.spares) + 1, PATTERNS)
    assert (after.kernels, len(after.spares)) == (before.kernels, spares)


def test_its_end_is_told_at_once() -> None:
    took = []
    for _ in range(5):
        with kernel() as one:
            process = one.process
            os.kill(process.pid, signal.SIGKILL)
            began = time.monotonic()
            process.wait(60)
            took.append(time.monotonic() - began)
    assert min(took) < 0.1


def test_exit_handlers_run_and_files_are_written(tmp_path: Path) -> None:
    with kernel(cwd=str(tmp_path)) as one:
        one.run("import atexit; atexit.register(lambda: open('handled', 'w').write('yes'))")
        one.run(
            "import threading, time; threading.Thread(target=lambda: (time.sleep(0.3), open('late', 'w').write('yes'))).start()"
        )
        one.run(
            "import duckdb; c = duckdb.connect('kept.db'); c.sql('create table t as select 42 as x')"
        )
    assert (tmp_path / "handled").read_text() == "yes"
    assert (tmp_path / "late").read_text() == "yes"
    assert duckdb.connect(str(tmp_path / "kept.db")).sql("from t").fetchall() == [(42,)]


def test_the_next_connects_to_the_same_clients(owner: Owner) -> None:
    """A restart keeps the connection, as Jupyter's front ends expect."""
    with kernel() as one:
        one.run("kept = 1")
        pid = one.process.pid
        one.manager.restart_kernel()
        one.client.wait_for_ready(timeout=60)
        assert one.get("'kept' in globals()") is False
        assert one.process.pid != pid
        assert one.process.pid in ask(owner.address).kernels


def test_what_a_notebook_started_ends_with_it() -> None:
    with kernel() as one:
        one.run(SLEEPER)
        child = one.get("child.pid")
        one.run(
            "import multiprocessing as mp, time\nmp.get_context('fork').Process(target=time.sleep, args=(300,), daemon=True).start()"
        )
        assert is_alive(child)
        began = time.monotonic()
    assert time.monotonic() - began < 15  # they would live for 300
    wait_until(lambda: not is_alive(child))


def test_killed_children_of_a_killed_kernel() -> None:
    with kernel() as one:
        one.run(SLEEPER)
        child = one.get("child.pid")
        os.kill(one.process.pid, signal.SIGKILL)
        wait_until(lambda: not is_alive(child))


OWNER = """
import json, os, sys, time
from nbflow.executors.local.forkserver import ADDRESS, start
from nbflow.executors.local.forkserver.owner import ask
from tests.forkserver.kernels import kernel
if len(sys.argv) > 1:
    os.environ[ADDRESS] = sys.argv[1]
else:
    owner = start(["msgspec"])
    os.environ[ADDRESS] = owner.address
with kernel(env=dict(os.environ)) as one:
    one.run("import subprocess; child = subprocess.Popen(['sleep', '300'])")
    state = ask(os.environ[ADDRESS])
    pids = [one.process.pid, one.get("child.pid")]
    print(json.dumps({"forkserver": state.pid, "kernel": pids, "spares": state.spares, "address": os.environ[ADDRESS]}), flush=True)
    time.sleep(300)
"""


def test_all_go_with_a_killed_owner() -> None:
    process, told = run_owner()
    process.kill()
    process.wait(60)
    pids = [told["forkserver"], *told["kernel"], *told["spares"]]
    wait_until(lambda: not any(is_alive(pid) for pid in pids))
    wait_until(lambda: not Path(told["address"]).parent.exists())


def test_all_go_with_a_killed_fork_server() -> None:
    process, told = run_owner()
    os.kill(told["forkserver"], signal.SIGKILL)
    wait_until(lambda: not is_alive(told["kernel"][0]) and not any(map(is_alive, told["spares"])))
    process.kill()
    process.wait(60)


def test_a_killed_peer_takes_its_kernels_and_no_others(owner: Owner) -> None:
    with kernel() as mine:
        process, told = run_owner(owner.address)
        process.kill()
        process.wait(60)
        wait_until(lambda: not any(is_alive(pid) for pid in told["kernel"]))
        assert mine.get("1 + 1") == 2
    assert is_alive(told["forkserver"])


def run_owner(*arguments: str) -> tuple[subprocess.Popen[str], dict[str, object]]:
    process = subprocess.Popen(
        [sys.executable, "-c", OWNER, *arguments],
        stdout=subprocess.PIPE,
        text=True,
        env=environment(),
    )
    return process, json.loads(process.stdout.readline())


def test_no_folder_and_no_process_is_left(owner: Owner) -> None:
    with kernel() as one:
        folder = Path(one.manager.ip).parent
        assert folder.exists()
        assert folder.stat().st_mode & 0o777 == 0o700
        assert owner.folder.stat().st_mode & 0o777 == 0o700
        file = Path(one.manager.connection_file)
    assert not folder.exists()
    assert not file.exists()


def test_a_kernel_and_its_owner_may_go_at_once(owner: Owner) -> None:
    """The fork server hears of both in one go; it had died of the second."""
    request = Request(("--HistoryManager.hist_file=:memory:",), "/", environment())
    server = ask(owner.address).pid
    process, ready = fork(owner.address, request, 1, 2)
    os.kill(server, signal.SIGSTOP)
    os.kill(ready.pid, signal.SIGKILL)
    assert is_readable(process._pidfd, 30)
    process._close()
    os.kill(server, signal.SIGCONT)
    state = ask(owner.address)
    assert (state.pid, ready.pid in state.kernels) == (server, False)
