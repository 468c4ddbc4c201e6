"""Runs a pipeline, in this process or in one of its own."""

from __future__ import annotations

import contextlib
import os
import signal
import threading
from collections.abc import Callable

from nbflow.app.answers import Executed
from nbflow.model import Request
from nbflow.model.events import Line
from nbflow.planning import Plan
from nbflow.runs.follow import follow
from nbflow.workspace.pipeline_folder import PipelineFolder


def run(
    plan: Plan,
    *,
    observe: Callable[[Line], None] = lambda _: None,
    stop: threading.Event | None = None,
) -> Executed:
    """Execute a plan in this process; `observe` sees each event, setting `stop` cancels."""
    from nbflow.execution.run import execute  # noqa: PLC0415 - who starts a process needs none of it

    return Executed(plan.pipeline, execute(plan, observe=observe, stop=stop))


def start(pipeline: PipelineFolder, request: Request) -> str:
    """Start a run as a process that outlives this one, and return its id once it has begun.

    Raises what the process refuses, RunError where it fails; an interrupt ends the process.
    """
    from nbflow.execution import start as processes  # noqa: PLC0415 - not to look at a pipeline

    started = processes.start(pipeline, request)
    try:
        processes.wait_for_log(pipeline, started)
    except KeyboardInterrupt:
        with contextlib.suppress(ProcessLookupError):
            os.kill(started.pid, signal.SIGTERM)
        if processes.has_log(pipeline, started.run_id):
            for _ in follow(pipeline, started.run_id):
                pass
        raise
    return started.run_id
