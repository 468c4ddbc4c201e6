"""Locks on files: who waits, who is told, and whom they hold against."""

from __future__ import annotations

import os
import shutil
import sys
import tempfile
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import filelock
import pytest

from nbflow.base.locks import hold, is_held


@pytest.fixture(params=["flock", "filelock"])
def lock(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The path of a lock, where there is flock and where there is none."""
    if request.param == "filelock":
        monkeypatch.setitem(sys.modules, "fcntl", None)
        monkeypatch.setattr("filelock.FileLock", filelock.SoftFileLock)  # what needs no flock
    elif sys.platform == "win32":
        pytest.skip("there is no flock")
    return tmp_path / "lock"


def test_one_at_a_time(lock: Path) -> None:
    with hold(lock), pytest.raises(BlockingIOError), hold(lock, wait=False):
        pass
    with hold(lock, wait=False):
        pass


def test_who_asks_sees_who_holds_and_nobody_who_asks(lock: Path) -> None:
    with pytest.raises(FileNotFoundError):
        is_held(lock)
    with hold(lock):
        assert is_held(lock)
    lock.touch()
    if sys.modules.get("fcntl") is not None:  # SoftFileLock takes a file that is there as held
        assert not is_held(lock)


@pytest.mark.skipif(sys.platform == "win32", reason="there is no flock")
def test_many_may_ask_at_once(tmp_path: Path) -> None:
    lock = tmp_path / "lock"
    lock.touch()
    with ThreadPoolExecutor(8) as pool:
        assert not any(pool.map(lambda _: is_held(lock), range(2000)))


@pytest.mark.skipif(sys.platform == "win32", reason="there is no umask")
@pytest.mark.parametrize(("mask", "mode"), [(0o002, 0o664), (0o022, 0o644), (0o077, 0o600)])
def test_the_umask_says_who_may_hold_it(tmp_path: Path, mask: int, mode: int) -> None:
    before = os.umask(mask)
    try:
        with hold(tmp_path / "lock"):
            assert (tmp_path / "lock").stat().st_mode & 0o777 == mode
    finally:
        os.umask(before)


@pytest.mark.skipif(not hasattr(os, "getuid") or os.getuid() != 0, reason="needs a second user")
def test_one_that_another_user_made_can_be_held() -> None:
    folder = Path(tempfile.mkdtemp())
    try:
        folder.chmod(0o755)
        (folder / "lock").touch(0o644)
        child = os.fork()
        if child == 0:
            os.setgid(65534)
            os.setuid(65534)
            with hold(folder / "lock", wait=False):
                os._exit(7 if is_held(folder / "lock") else 8)
        assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 7
    finally:
        shutil.rmtree(folder)


def test_an_error_lets_it_go(lock: Path) -> None:
    with pytest.raises(ZeroDivisionError), hold(lock):
        raise ZeroDivisionError
    with hold(lock, wait=False):
        pass


def test_the_next_has_it_when_it_is_let_go(lock: Path) -> None:
    held: list[str] = []

    def wait() -> None:
        with hold(lock):
            held.append("second")

    with hold(lock):
        thread = threading.Thread(target=wait)
        thread.start()
        thread.join(0.1)
        held.append("first")
    thread.join(10)
    assert held == ["first", "second"]


@pytest.mark.skipif(sys.platform == "win32", reason="there is no flock")
def test_it_holds_against_filelock(tmp_path: Path) -> None:
    path = tmp_path / "lock"
    with hold(path), pytest.raises(filelock.Timeout):
        filelock.FileLock(path, timeout=0).acquire()
    with filelock.FileLock(path), pytest.raises(BlockingIOError), hold(path, wait=False):
        pass
