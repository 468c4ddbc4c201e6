"""`python -m nbflow.run FOLDER`: one run as a process; its request is JSON on standard input."""

from __future__ import annotations

import os
import signal
import sys
import threading

import msgspec

from nbflow.events import Line, RunStarted
from nbflow.model import Request
from nbflow.notebook.scan import read_folder
from nbflow.plan import make_plan
from nbflow.project import find_project
from nbflow.run import execute


def main(folder: str) -> int:
    """Run, and print the run's id as soon as it has one; then nobody need be there any more."""
    request = msgspec.json.decode(sys.stdin.buffer.read(), type=Request)
    project = find_project(folder)
    plan = make_plan(project, read_folder(project), request)
    stop = threading.Event()
    signal.signal(signal.SIGTERM, lambda *_: stop.set())
    run = execute(plan, observe=_say_id, stop=stop)
    return 0 if run.status == "done" else 1


def _say_id(line: Line) -> None:
    if isinstance(line.event, RunStarted):
        print(line.event.run, flush=True)  # noqa: T201 - its reader waits for it
        quiet = os.open(os.devnull, os.O_WRONLY)
        os.dup2(quiet, 1)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
