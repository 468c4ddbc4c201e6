"""Starts a run as a process that outlives its starter, and says where it writes."""

from __future__ import annotations

import contextlib
import os
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

import msgspec

from nbflow.base.ids import make_next_id
from nbflow.errors import NbflowError, RunError
from nbflow.execution.start_error import unpack
from nbflow.model import Frozen, Request
from nbflow.runs.history import has_begun
from nbflow.workspace.pipeline_folder import PipelineFolder

_POLL = 0.02  # seconds
_PROGRAM = "nbflow.app.run_process"  # of a room above: it also writes the report
_EXPECTED = {0, 1, 130}  # how a run ends that has told all in its own log
_INLINE = "module://matplotlib_inline.backend_inline"
# What ipykernel sets for its own kernel: a terminal with colours, its session and parent.
_KERNELS = ("JPY_PARENT_PID", "JPY_SESSION_NAME", "CLICOLOR", "CLICOLOR_FORCE", "FORCE_COLOR")
_processes: dict[str, subprocess.Popen[bytes]] = {}  # those that have not ended, by run


class Started(Frozen, frozen=True):
    """A process that was asked to make the run `run_id`.

    `log` holds what it prints, `refusal` the error with which it refused to begin.
    """

    run_id: str
    pid: int
    log: Path
    refusal: Path


def start(pipeline: PipelineFolder, request: Request) -> Started:
    """Start a run in a session of its own and return at once.

    Neither an interrupt nor the end of this process reaches it. The run's id is known before
    its log is there; `wait_for_log` waits for that, `_find_refusal` says why it never came.
    """
    run_id = make_next_id(pipeline.runs)
    folder = Path(tempfile.mkdtemp(prefix=f"nbflow-{run_id}-"))
    log, refusal = folder / "log.txt", folder / "refusal.json"
    with log.open("wb") as stderr, refusal.open("wb") as stdout, tempfile.TemporaryFile() as stdin:
        stdin.write(msgspec.json.encode(request))
        stdin.seek(0)
        process = subprocess.Popen(
            # -P: no module of this folder's
            [sys.executable, "-P", "-m", _PROGRAM, str(pipeline.folder), run_id],
            stdin=stdin,
            stdout=stdout,
            stderr=stderr,
            env=_make_environment(os.environ),
            start_new_session=True,
        )
    started = Started(run_id, process.pid, log, refusal)
    _processes[run_id] = process
    threading.Thread(target=_reap, args=(pipeline, started, process), daemon=True).start()
    return started


def _find_refusal(pipeline: PipelineFolder, started: Started) -> NbflowError | None:
    """Return why a process has ended without a run; None while it may still start one."""
    process = _processes.get(started.run_id)
    over = process is None or process.poll() is not None
    if not over or has_log(pipeline, started.run_id):
        return None
    if (refused := unpack(_read(started.refusal))) is not None:
        shutil.rmtree(started.log.parent, ignore_errors=True)
        return refused
    said = _read(started.log).decode(errors="replace").strip()
    return RunError(said or "The run did not start, and its process said nothing.")


def wait_for_log(pipeline: PipelineFolder, started: Started, seconds: float = 60.0) -> None:
    """Wait until the run has begun its log; raise the error with which it refused to begin."""
    end = time.monotonic() + seconds
    while not has_log(pipeline, started.run_id):
        if (refusal := _find_refusal(pipeline, started)) is not None:
            raise refusal
        if time.monotonic() > end:
            raise RunError(
                f"The run {started.run_id} has not begun after {seconds:.0f} s. Its process "
                f"{started.pid} prints to {started.log}."
            )
        time.sleep(_POLL)


def wait_for_end(run_id: str) -> None:
    """Wait until the process of a run that was started here has ended, with all that it writes."""
    if (process := _processes.get(run_id)) is not None:
        process.wait()


def has_log(pipeline: PipelineFolder, run_id: str) -> bool:
    """Say whether a run has written its first event."""
    return has_begun(pipeline.runs, run_id)


def _read(path: Path) -> bytes:
    with contextlib.suppress(OSError):
        return path.read_bytes()
    return b""


def _make_environment(inherited: os._Environ[str]) -> dict[str, str]:
    """Return the environment without the variables that a Jupyter kernel sets for itself."""
    kept = {name: value for name, value in inherited.items() if name not in _KERNELS}
    if kept.get("MPLBACKEND") == _INLINE:
        del kept["MPLBACKEND"]
    return kept


def _reap(pipeline: PipelineFolder, started: Started, process: subprocess.Popen[bytes]) -> None:
    """Wait for the process, then remove its output if the run's log says everything."""
    code = process.wait()
    _processes.pop(started.run_id, None)
    if code in _EXPECTED and has_log(pipeline, started.run_id):
        shutil.rmtree(started.log.parent, ignore_errors=True)
