"""Kernels are forked while a fork server still imports what later kernels need."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from nbflow.errors import KernelError
from nbflow.executors.local.forkserver import Owner, Request, start
from nbflow.executors.local.forkserver.forked_process import Process
from nbflow.executors.local.forkserver.owner import ask, fork
from nbflow.executors.local.forkservers import ForkServers
from nbflow.model import make_warning
from tests.forkserver.kernels import is_alive, wait_until
from tests.notebooks import cell, write_pipeline

pytestmark = pytest.mark.kernel

SLOW = """
import pathlib, time
pathlib.Path({here!r}, "begun").touch()
while not pathlib.Path({here!r}, "go").exists():
    time.sleep(0.01)
"""
THREAD = (
    "import threading, time; threading.Thread(target=time.sleep, args=(300,), daemon=True).start()"
)
WHY = "leaves 1 threads running"


@pytest.fixture
def joblib(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A library on the list of safe ones, for a test to write; first it imports until told to go."""
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    file = tmp_path / "joblib.py"
    file.write_text(SLOW.format(here=str(tmp_path)))
    return file


def ask_for(owner: Owner, *needs: str, more: bool = False) -> Process:
    request = Request((), "/", dict(os.environ), needs=needs, more=more)
    return fork(owner.address, request, 1, 2)[0]


def start_slowly(folder: Path) -> tuple[Owner, Process]:
    """Return a fork server that imports right now, and a kernel that it has forked before."""
    owner = start(["msgspec", "joblib"])
    process = ask_for(owner, "msgspec")
    wait_until((folder / "begun").exists)
    return owner, process


@pytest.mark.usefixtures("joblib")
def test_a_kernel_waits_for_its_own_libraries_and_no_others(tmp_path: Path) -> None:
    owner, process = start_slowly(tmp_path)
    assert is_alive(process.pid)
    (tmp_path / "go").touch()
    ask_for(owner, "joblib").kill()
    assert ask(owner.address).imported[-2:] == ("msgspec", "joblib")
    owner.close()


@pytest.mark.usefixtures("joblib")
def test_an_exit_code_is_told_while_a_library_is_imported(tmp_path: Path) -> None:
    owner, process = start_slowly(tmp_path)
    os.kill(process.pid, signal.SIGTERM)
    assert process.wait(10) == -signal.SIGTERM
    assert not (tmp_path / "go").exists()
    owner.close()


@pytest.mark.usefixtures("joblib")
def test_one_that_still_imports_is_handed_over(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path))
    owner, process = start_slowly(tmp_path)
    process.kill()
    owner.leave(60)
    (tmp_path / "go").touch()
    next_owner = start(["msgspec", "joblib"])
    assert next_owner.address == owner.address
    assert ask(next_owner.address).imported[-2:] == ("msgspec", "joblib")
    next_owner.close()


def test_a_library_that_proves_unsafe_leaves_the_kernels_alone(joblib: Path) -> None:
    joblib.write_text(joblib.read_text() + THREAD)
    servers = ForkServers(["msgspec", "joblib"])
    servers.start("python", "python3")
    owner = servers.owners["kernel"]
    process = ask_for(owner)
    (joblib.parent / "go").touch()
    with pytest.raises(KernelError, match=f"joblib {WHY}"):
        ask_for(owner, "joblib")

    assert list(servers.bury()) == [
        make_warning("forks-unsafe", role="kernel", libraries={"joblib": WHY})
    ]

    servers.start("python", "python3")
    again = ask(servers.address("kernel"))
    assert (again.left_out, again.threads) == ({"joblib": WHY}, 1)
    assert is_alive(process.pid)
    servers.close(60)
    wait_until(lambda: not is_alive(process.pid))


def test_a_spare_is_made_where_another_kernel_is_due() -> None:
    owner = start(["msgspec"])
    spares = []
    for more in (False, True):
        ask_for(owner, more=more).kill()
        spares.append(len(ask(owner.address).spares))
    owner.close()
    assert spares == [0, 1]


LIBRARIES = "import sys; print(sorted({'duckdb', 'numpy', 'pandas', 'pyarrow'} & set(sys.modules)))"


def test_a_step_alone_gets_no_library_of_others(tmp_path: Path) -> None:
    first = [cell("x = 1", "parameters"), cell("import pandas, nbflow; nbflow.write('x', 1)")]
    made = write_pipeline(
        tmp_path, first=first, second=[cell("y = 1", "parameters"), cell(LIBRARIES)]
    )
    done = subprocess.run(
        [sys.executable, "-m", "nbflow", "run", str(made.folder), "--only", "second", "--log"],
        env=os.environ | {"NBFLOW_WARM": "0"},
        capture_output=True,
        text=True,
        check=True,
        timeout=100,
    )
    assert "[]" in done.stdout
