"""Locks on files: who waits, who is told, and whom they hold against."""

from __future__ import annotations

import sys
import threading
from pathlib import Path

import filelock
import pytest

from nbflow.locks import hold


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
