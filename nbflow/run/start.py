"""Starts a run as a process that outlives its starter, and says where it writes."""

from __future__ import annotations

import contextlib
import os
import re
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Sequence
from pathlib import Path

import msgspec

from nbflow.errors import RunError
from nbflow.model import Frozen, Request
from nbflow.project import Project
from nbflow.runs.history import has_begun
from nbflow.store.ids import make_next_id

_POLL = 0.02  # seconds
_EXPECTED = {0, 1, 130}  # how a run ends that has told all in its own log
_INLINE = "module://matplotlib_inline.backend_inline"
# What ipykernel sets for its own kernel: a terminal with colours, its session and parent.
_KERNELS = ("JPY_PARENT_PID", "JPY_SESSION_NAME", "CLICOLOR", "CLICOLOR_FORCE", "FORCE_COLOR")
_processes: dict[str, subprocess.Popen[bytes]] = {}  # those that have not ended, by run


class Started(Frozen, frozen=True):
    """A process that was asked to make the run `run_id`; `log` holds what it prints."""

    run_id: str
    pid: int
    log: Path


def start_run(project: Project, arguments: Sequence[str] = (), *, command: str = "run") -> Started:
    """Start `nbflow run ARGUMENTS`, or `rerun`, in a session of its own and return at once.

    Neither an interrupt nor the end of this process reaches it. The run's id is known before
    its log is there; `wait_for_log` waits for that, `find_refusal` says why it never came.
    """
    run_id = make_next_id(project.runs)
    words = ["nbflow", command, "--run-id", run_id, "-C", str(project.folder), *arguments]
    return _start(project, run_id, words)


def start_request(project: Project, request: Request) -> Started:
    """Start a run of just this request, as `start_run` does; its values are JSON forms."""
    run_id = make_next_id(project.runs)
    words = ["nbflow.run", str(project.folder), run_id]
    return _start(project, run_id, words, msgspec.json.encode(request))


def find_refusal(project: Project, started: Started) -> str | None:
    """Return what the process said that ended without a run; None while it may still start one."""
    process = _processes.get(started.run_id)
    over = process is None or process.poll() is not None
    if not over or has_log(project, started.run_id):
        return None
    try:
        said = started.log.read_text(encoding="utf-8", errors="replace").strip()
    except OSError:
        said = ""
    return (
        re.sub(r"^Error: ", "", said, flags=re.MULTILINE)
        or "The run did not start, and its process said nothing."
    )


def wait_for_log(project: Project, started: Started, seconds: float = 60.0) -> None:
    """Return when the run has begun its log; raise RunError where it does not."""
    end = time.monotonic() + seconds
    while not has_log(project, started.run_id):
        if (refusal := find_refusal(project, started)) is not None:
            raise RunError(refusal)
        if time.monotonic() > end:
            raise RunError(
                f"The run {started.run_id} has not begun after {seconds:.0f} s. Its process "
                f"{started.pid} prints to {started.log}."
            )
        time.sleep(_POLL)


def has_log(project: Project, run_id: str) -> bool:
    """Say whether a run has written its first event."""
    return has_begun(project.runs, run_id)


def _start(project: Project, run_id: str, words: Sequence[str], given: bytes = b"") -> Started:
    """Start `python -m WORDS` with this on its standard input."""
    handle, name = tempfile.mkstemp(prefix=f"nbflow-{run_id}-", suffix=".log")
    with os.fdopen(handle, "wb") as log, tempfile.TemporaryFile() as stdin:
        stdin.write(given)
        stdin.seek(0)
        process = subprocess.Popen(
            [sys.executable, "-P", "-m", *words],  # -P: no module of this folder's
            stdin=stdin,
            stdout=log,
            stderr=subprocess.STDOUT,
            env=_make_environment(os.environ),
            start_new_session=True,
        )
    started = Started(run_id, process.pid, Path(name))
    _processes[run_id] = process
    threading.Thread(target=_reap, args=(project, started, process), daemon=True).start()
    return started


def _make_environment(inherited: os._Environ[str]) -> dict[str, str]:
    """Return the environment less what a kernel has set for itself alone."""
    kept = {name: value for name, value in inherited.items() if name not in _KERNELS}
    if kept.get("MPLBACKEND") == _INLINE:
        del kept["MPLBACKEND"]
    return kept


def _reap(project: Project, started: Started, process: subprocess.Popen[bytes]) -> None:
    """Wait for the process, so that none stays behind, and drop the text that nobody needs."""
    code = process.wait()
    _processes.pop(started.run_id, None)
    if code in _EXPECTED and has_log(project, started.run_id):
        with contextlib.suppress(OSError):
            started.log.unlink()
