"""`python -m nbflow.app.run_process FOLDER RUN`: a run as a process.

Its request is JSON on the standard input. Where it refuses to begin, the standard output says why.
"""

from __future__ import annotations

import signal
import sys
import threading

import msgspec

from nbflow.analysis.contract.scan import read_folder
from nbflow.app.run import run
from nbflow.base.process import collect_seldom, leave
from nbflow.errors import NbflowError
from nbflow.execution.start_error import pack
from nbflow.model import Request
from nbflow.planning import make_plan
from nbflow.workspace.pipeline_folder import find_pipeline


def main(folder: str, run_id: str) -> int:
    """Run under the id that the starter chose; its log says the rest."""
    collect_seldom()
    request = msgspec.json.decode(sys.stdin.buffer.read(), type=Request)
    stop = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stop.set())
    try:
        pipeline = find_pipeline(folder)
        plan = make_plan(pipeline, read_folder(pipeline), request)
        executed = run(plan, stop=stop, run_id=run_id)
    except NbflowError as error:
        sys.stdout.buffer.write(pack(error))
        return 1
    if executed.report is not None and executed.report.failed:
        sys.stderr.write(f"{executed.report.text}\n")
    return 0 if executed.run.status == "done" else 1


if __name__ == "__main__":
    code = main(*sys.argv[1:])
    leave(code)
    sys.exit(code)
