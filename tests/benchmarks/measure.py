"""Runs a command and takes its wall and CPU time; all that it leaves behind is ended."""

from __future__ import annotations

import contextlib
import ctypes
import os
import signal
import subprocess
import tempfile
import threading
import time
from collections.abc import Callable, Mapping
from pathlib import Path

import msgspec

_PR_SET_CHILD_SUBREAPER = 36
_TAIL = 2000  # characters of what a failed command said
LIMIT = 900  # seconds for one command


class MeasureError(Exception):
    """A measured command failed."""


class Sample(msgspec.Struct, frozen=True):
    """What one command took; `began` is of `time.perf_counter`, which all processes share."""

    seconds: float
    cpu: float
    began: float = 0.0


def adopt_orphans() -> None:
    """Make processes that outlive their parents children of this one, to be found and ended."""
    ctypes.CDLL(None).prctl(_PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)


def time_command(
    command: list[str],
    folder: Path,
    environment: Mapping[str, str],
    *,
    expect: str = "",
    keep: bool = False,
) -> Sample:
    """Run a command; `keep` lets what it leaves behind live on, as a warm fork server.

    Raises MeasureError with the end of what it said, when it failed, took too long, or did not say
    what was to be expected.
    """
    with tempfile.TemporaryFile() as said:
        began = time.perf_counter()
        process = subprocess.Popen(
            command,
            cwd=folder,
            env=dict(environment),
            stdin=subprocess.DEVNULL,
            stdout=said,
            stderr=said,
            start_new_session=True,
        )
        with _limit(process):
            _, status, usage = os.wait4(process.pid, 0)
        seconds = time.perf_counter() - began
        process.returncode = os.waitstatus_to_exitcode(status)
        said.seek(0)
        text = said.read().decode(errors="replace")
    cpu = usage.ru_utime + usage.ru_stime + (0.0 if keep else end_orphans())
    shown = " ".join(command)
    if process.returncode:
        raise MeasureError(f"{shown}\nended with {process.returncode}:\n{text[-_TAIL:]}")
    if expect not in text:
        raise MeasureError(f"{shown}\ndid not say {expect!r}:\n{text[-_TAIL:]}")
    return Sample(seconds, cpu, began)


def end_orphans() -> float:
    """End every child of this process, those of dead children too; return their CPU seconds."""
    cpu = 0.0
    for pid in iter(_find_child, None):
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
        with contextlib.suppress(ChildProcessError):
            _, _, usage = os.wait4(pid, 0)
            cpu += usage.ru_utime + usage.ru_stime
    return cpu


def take_turns(
    measures: Mapping[str, Callable[[], Sample]], rounds: Mapping[str, int]
) -> dict[str, list[Sample]]:
    """Measure each in turn, A B A B; who has fewer rounds sits out the last ones."""
    samples: dict[str, list[Sample]] = {who: [] for who in measures}
    for turn in range(max(rounds.values())):
        for who, measure in measures.items():
            if turn < rounds[who]:
                samples[who].append(measure())
    return samples


def _find_child() -> int | None:
    for listed in Path("/proc/self/task").glob("*/children"):
        if pids := listed.read_text(encoding="ascii").split():
            return int(pids[0])
    return None


@contextlib.contextmanager
def _limit(process: subprocess.Popen[bytes]):
    timer = threading.Timer(LIMIT, lambda: os.killpg(process.pid, signal.SIGKILL))
    timer.start()
    try:
        yield
    finally:
        timer.cancel()
