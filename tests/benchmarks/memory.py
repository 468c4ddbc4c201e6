"""What memory kernels take: proportional set size, while all of them wait at the same place."""

from __future__ import annotations

import os
import signal
import subprocess
import time
from collections.abc import Sequence
from pathlib import Path

from tests.benchmarks.lab import SCRIPTS, Lab
from tests.benchmarks.measure import MeasureError, end_orphans
from tests.benchmarks.row import Row, Target
from tests.notebooks import cell, write_pipeline

WORK = """import duckdb
import pandas as pd
frame = pd.DataFrame({"x": range(1000)})
duckdb.sql("select sum(x) from frame").fetchall()"""
# Each says that it is there, and waits until all have been looked at.
WAIT = """import os, pathlib, time
at = pathlib.Path({folder!r})
(at / f"{{os.getpid()}}.pid").touch()
while not (at / "go").exists():
    time.sleep(0.05)"""
_LIMIT = 180
_SETTLE = 1.0  # seconds after the last kernel is there

ORDINARY = "ordinary kernels"


def measure(lab: Lab) -> list[Row]:
    """Row 6: so many kernels at once with pandas and duckdb, in megabytes."""
    count = lab.sizes.kernels
    forked, ordinary, whole = [], [], []
    for _ in range(lab.rounds):
        kernels, tree = measure_nbflow(lab, count)
        forked.append(kernels)
        whole.append(tree)
        ordinary.append(measure_ordinary(lab, count))
    return [
        Row(
            f"memory of {count} kernels at once with pandas and duckdb",
            must=Target(0.6),
            wish=Target(1 / 3),
            nbflow=tuple(forked),
            other={ORDINARY: tuple(ordinary)},
            unit="MB",
            notes=("proportional set size; spare kernels and the fork server are included",),
        ),
        Row(
            f"memory of {count} kernels at once, with the run and its workers",
            nbflow=tuple(whole),
            other={ORDINARY: tuple(ordinary)},
            unit="MB",
            notes=("the ordinary kernels are counted alone, without what would run them",),
        ),
    ]


def measure_nbflow(lab: Lab, count: int) -> tuple[float, float]:
    """Return the megabytes of kernels, spares and fork server, and of the whole tree of processes."""
    with lab.fresh() as folder:
        cells = [
            cell("number = 0", "parameters"),
            cell(WORK),
            cell(WAIT.format(folder=str(folder))),
        ]
        made = write_pipeline(folder, **{f"s{number}": cells for number in range(count)})
        words = ("nbflow", "run", str(made.folder), "-j", str(count))
        run = _start(lab, "nbflow", words, folder)
        kernels = _wait_for(folder, count, run)
        servers = {_read_parent(pid) for pid in kernels}
        forked = servers.union(*map(_find_descendants, servers))
        tree = {run.pid, *_find_descendants(run.pid)} | forked
        if len(servers) > 1:  # no fork server: each kernel is its worker's child
            forked = set(kernels)
        found = _read_memory(forked), _read_memory(tree)
        _finish(folder, run)
        return found


def measure_ordinary(lab: Lab, count: int) -> float:
    """Return the megabytes of kernels that jupyter_client started."""
    with lab.fresh() as folder:
        (folder / "work.py").write_text(WORK + "\n", encoding="utf-8")
        (folder / "wait.py").write_text(WAIT.format(folder=str(folder)) + "\n", encoding="utf-8")
        words = ("python", str(SCRIPTS / "open_kernels.py"), str(count))
        run = _start(lab, "papermill", words, folder)
        kernels = _wait_for(folder, count, run)
        found = _read_memory(kernels)
        _finish(folder, run)
        return found


def _start(lab: Lab, peer: str, words: Sequence[str], folder: Path) -> subprocess.Popen[bytes]:
    environment = lab.find_environment(peer)
    said = (folder / ".said").open("wb")
    with said:
        return subprocess.Popen(words, cwd=folder, env=environment, stdout=said, stderr=said)


def _wait_for(folder: Path, count: int, run: subprocess.Popen[bytes]) -> set[int]:
    """Return the kernels' pids, once all are there and at rest."""
    limit = time.monotonic() + _LIMIT
    while len(found := list(folder.glob("*.pid"))) < count:
        if run.poll() is not None or time.monotonic() > limit:
            run.kill()
            end_orphans()
            said = (folder / ".said").read_text(encoding="utf-8", errors="replace")
            raise MeasureError(f"{len(found)} of {count} kernels came:\n{said[-2000:]}")
        time.sleep(0.05)
    time.sleep(_SETTLE)
    return {int(path.stem) for path in found}


def _finish(folder: Path, run: subprocess.Popen[bytes]) -> None:
    (folder / "go").touch()
    try:
        run.wait(_LIMIT)
    except subprocess.TimeoutExpired:
        os.kill(run.pid, signal.SIGKILL)
        raise
    finally:
        end_orphans()


def _read_memory(pids: set[int]) -> float:
    """Return the proportional set size in megabytes (of 1,000,000 bytes)."""
    return sum(map(_read_pss, pids)) * 1024 / 1e6


def _read_pss(pid: int) -> int:
    for line in Path(f"/proc/{pid}/smaps_rollup").read_text(encoding="ascii").splitlines():
        if line.startswith("Pss:"):
            return int(line.split()[1])
    raise MeasureError(f"no Pss for {pid}")


def _read_parent(pid: int) -> int:
    return int(Path(f"/proc/{pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()[1])


def _find_descendants(pid: int) -> set[int]:
    children = {
        int(child)
        for listed in Path(f"/proc/{pid}/task").glob("*/children")
        for child in listed.read_text(encoding="ascii").split()
    }
    return children.union(*map(_find_descendants, children))
