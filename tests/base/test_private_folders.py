"""Private folders, for sockets and for spilled data."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from nbflow.base.private_folders import PREFIX, make_folder, sweep_folders


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


MAKES = "import time; from nbflow.base.private_folders import make_folder; print(make_folder(), flush=True); time.sleep(300)"
SWEEPS = "from nbflow.base.private_folders import sweep_folders; sweep_folders()"


def make_in_process(*prefix: str) -> tuple[subprocess.Popen[str], Path]:
    process = subprocess.Popen(
        [*prefix, sys.executable, "-c", MAKES], stdout=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    return process, Path(process.stdout.readline().strip())


@pytest.mark.usefixtures("place")
def test_a_process_that_took_over_the_number_of_a_dead_one_keeps_no_folder() -> None:
    process, folder = make_in_process()
    name = folder.name.split("-")
    began = name[1].rpartition(".")
    again = folder.with_name(f"{name[0]}-{began[0]}.{int(began[2], 16) - 1:x}-{name[2]}")
    folder.rename(again)
    sweep_folders()
    assert not again.exists()
    process.kill()
    process.wait()


NEW = ("unshare", "--pid", "--fork", "--mount-proc", "--kill-child")
CONTAINED = subprocess.run([*NEW, "true"], capture_output=True, check=False).returncode == 0


@pytest.mark.skipif(not CONTAINED, reason="only root may enter a new namespace of processes")
def test_another_container_sweeps_nothing_of_ours_nor_we_of_its(place: Path) -> None:
    ours, kept = make_in_process()
    theirs, also_kept = make_in_process(*NEW)
    gone, old = make_in_process(*NEW)
    for process in (gone,):
        process.kill()
        process.wait()
    os.utime(old, (1, 1))
    subprocess.run([*NEW, sys.executable, "-c", SWEEPS], check=True)
    sweep_folders()
    assert sorted(place.iterdir()) == sorted([kept, also_kept])  # and not what is old
    for process in (ours, theirs):
        process.kill()
        process.wait()
    sweep_folders()
    assert [*place.iterdir()] == [also_kept]
    also_kept.rmdir()


SPILLING = """
import os, pathlib
from nbflow.storage.duckdb.connections import connect
os.umask(0)
made = connect()
made.execute("SET memory_limit = '60MB'; SET threads = 1")
rows = made.execute("select i, random() r, 'secret' || i s from range(3000000) t(i) order by r")
rows.fetchone()
(folder,) = made.execute("select value from duckdb_settings() where name = 'temp_directory'").fetchone()
print(folder, len(list(pathlib.Path(folder).iterdir())), flush=True)
"""


def test_spilled_data_is_private_at_no_known_place_and_goes_with_its_process(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    command = [sys.executable, "-c", SPILLING + "input()"]
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        where, spilled = process.stdout.readline().split()
        folder = Path(where).parent
        assert int(spilled) >= 1
        assert folder.parent == tmp_path
        assert folder.stat().st_mode & 0o777 == 0o700
        assert len(folder.name) > len(f"{PREFIX}{process.pid}-") + 6
        process.communicate("\n")
    assert not folder.exists()


def test_what_a_killed_process_has_spilled_is_swept(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    monkeypatch.setattr("tempfile.tempdir", None)
    command = [sys.executable, "-c", SPILLING + "os.kill(os.getpid(), 9)"]
    ended = subprocess.run(command, capture_output=True, text=True, check=False)
    assert [*tmp_path.glob(f"{PREFIX}*/*/duckdb_temp*")], ended.stderr
    sweep_folders()
    assert [*tmp_path.iterdir()] == []
