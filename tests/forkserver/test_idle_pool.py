"""A fork server that outlives its owner for a while: who finds it, and how it ends."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import pytest

from nbflow.base.private_folders import sweep_folders
from nbflow.executors.local.forkserver import Request, start
from nbflow.executors.local.forkserver.owner import Owner, ask, fork
from tests.notebooks import cell, write_pipeline
from tests.worker.jobs import wait_for_end

pytestmark = pytest.mark.kernel
NAMES = ["msgspec"]
MINUTE = 60.0


@pytest.fixture(autouse=True)
def place(monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Nobody else's fork servers; what is left there ends with the test."""
    short = Path("/tmp", f"nbw{os.getpid()}")
    short.mkdir()
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(short))
    yield short
    for folder in short.glob("nbflow-z*"):
        pid = folder / "pid"
        if pid.exists():
            psutil.Process(int(pid.read_text().partition(".")[0])).kill()
    subprocess.run(["rm", "-rf", str(short)], check=True)


def leave(seconds: float = MINUTE) -> int:
    """Start a fork server and leave it; return its pid."""
    owner = start(NAMES)
    pid = ask(owner.address).pid
    owner.leave(seconds)
    return pid


def close(owner: Owner) -> int:
    pid = ask(owner.address).pid
    owner.close()
    assert not wait_for_end([pid])
    return pid


def test_the_next_owner_has_it_at_once_and_alone(tmp_path: Path) -> None:
    pid = leave()
    sweep_folders()
    first, second = start(NAMES), start(NAMES)
    process, _ = fork(first.address, Request((), str(tmp_path), dict(os.environ)), 1, 2)
    process.kill()
    assert process.wait(10) == -9
    assert (close(first), close(second) == pid) == (pid, False)


def test_it_may_be_left_again_and_ends_with_its_last_owner() -> None:
    pid = leave()
    again = start(NAMES)
    again.leave(MINUTE)
    assert close(start(NAMES)) == pid


def test_it_ends_by_itself(place: Path) -> None:
    pid = leave(0.2)
    assert not wait_for_end([pid])
    assert not [folder for folder in place.glob("nbflow-z*") if folder.exists()]
    assert close(start(NAMES)) != pid


def test_the_oldest_end_where_many_were_left(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("nbflow.executors.local.forkserver.owner.MOST", 2)
    pids = []
    for number in range(3):
        monkeypatch.setenv("OMP_NUM_THREADS", str(number + 1))  # another one each time
        pids.append(leave())
    assert not wait_for_end(pids[:1])
    for number in (1, 2):
        monkeypatch.setenv("OMP_NUM_THREADS", str(number + 1))
        assert close(start(NAMES)) == pids[number]


def test_who_wants_or_inherits_something_else_gets_another(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    pid = leave()
    assert close(start(["msgspec", "xxhash"])) != pid
    with monkeypatch.context() as patch:
        patch.setenv("OMP_NUM_THREADS", "1")
        assert close(start(NAMES)) != pid
    mask = os.umask(0o007)
    try:
        assert close(start(NAMES)) != pid
    finally:
        os.umask(mask)
    assert close(start(NAMES)) == pid


def test_it_is_not_offered_where_others_could_put_theirs(place: Path) -> None:
    shared = place / f"nbflow-warm-{os.getuid()}"
    shared.mkdir(mode=0o777)
    shared.chmod(0o777)
    pid = leave()
    assert list(shared.iterdir()) == []
    assert not wait_for_end([pid])  # for nobody would find it


def make_file(place: Path) -> None:
    place.touch()


def make_link(place: Path) -> None:
    place.symlink_to(place.parent)


def make_full(place: Path) -> None:
    """Leave no place for the file that would tell: a folder has its name."""
    place.mkdir(mode=0o700)
    (place / start_key() / "in the way").mkdir(parents=True)


def start_key() -> str:
    owner = start(NAMES)
    owner.close()
    return owner.key


@pytest.mark.parametrize("make", [make_file, make_link, make_full])
def test_one_that_cannot_be_offered_ends(place: Path, make: Callable[[Path], None]) -> None:
    make(place / f"nbflow-warm-{os.getuid()}")
    assert not wait_for_end([leave() for _ in range(2)])


def test_of_two_that_are_the_same_only_one_stays() -> None:
    first, second = start(NAMES), start(NAMES)
    pids = [ask(first.address).pid, ask(second.address).pid]
    first.leave(MINUTE)
    second.leave(MINUTE)
    assert not wait_for_end(pids[:1])
    assert close(start(NAMES)) == pids[1]


def test_who_leaves_nothing_makes_no_folder(place: Path) -> None:
    close(start(NAMES))
    assert not list(place.glob("nbflow-warm-*"))


def test_a_run_leaves_its_fork_servers_to_the_next_and_holds_up_nobody(tmp_path: Path) -> None:
    cells = [cell("x = 1", "parameters"), cell("import os; print('forked by', os.getppid(), '.')")]
    made = write_pipeline(tmp_path, one=cells)
    first, second = run(made.folder), run(made.folder)
    assert first == second
    assert psutil.pid_exists(first)


def run(folder: Path) -> int:
    """Run by force, and return the pid that the kernel's cell printed."""
    said = subprocess.run(
        [sys.executable, "-m", "nbflow", "run", str(folder), "--force", "--log"],
        env=os.environ | {"NBFLOW_WARM": "1"},
        capture_output=True,  # until everybody has closed it
        text=True,
        check=True,
        timeout=60,
    )
    return int(re.search(r"forked by (\d+)", said.stdout)[1])
