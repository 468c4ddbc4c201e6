"""Folders for sockets."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from nbflow.zygote.folders import PREFIX, make_folder, sweep_folders


@pytest.fixture
def place(monkeypatch: pytest.MonkeyPatch) -> Path:
    short = Path("/tmp", f"nbt{os.getpid()}")
    short.mkdir()
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(short))
    yield short
    for folder in short.iterdir():
        folder.rmdir()
    short.rmdir()


def test_is_private_and_short(place: Path) -> None:
    folder = make_folder()
    assert folder.parent == place
    assert folder.stat().st_mode & 0o777 == 0o700


def test_a_long_place_is_not_taken(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    long = tmp_path / ("x" * 90)
    long.mkdir()
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(long))
    folder = make_folder()
    folder.rmdir()
    assert not folder.is_relative_to(long)


def test_sweeps_what_the_dead_left_and_nothing_else(place: Path) -> None:
    gone = subprocess.Popen([sys.executable, "-c", ""])
    gone.wait()
    names = [f"{PREFIX}{gone.pid}-a", f"{PREFIX}{os.getpid()}-b", f"{PREFIX}x-c", "other"]
    for name in names:
        (place / name).mkdir()
    sweep_folders()
    assert sorted(folder.name for folder in place.iterdir()) == sorted(names[1:])
