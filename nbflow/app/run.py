"""Runs a pipeline, in this process or in one of its own."""

from __future__ import annotations

import contextlib
import os
import signal
import threading
from collections.abc import Callable

from nbflow.analysis.discover.folder import REPORTS
from nbflow.app import report
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
    run_id: str = "",
) -> Executed:
    """Execute a plan in this process; `observe` sees each event, setting `stop` cancels.

    When the run is over, its report is written where the request or the setting asks for one,
    however it ended. One that cannot be written changes nothing else. `run_id` is by default a
    new one. Raises ReportError, before anything runs, for a place that cannot be meant.
    """
    from nbflow.execution.run import execute  # noqa: PLC0415 - who starts a process needs none of it

    to = find_place(plan.pipeline, plan.request)
    if to is not None:
        report.find_report_target(plan.pipeline, run_id, to)  # raises
    done = execute(plan, observe=observe, stop=stop, run_id=run_id)
    written = None if to is None else report.report_or_tell(plan.pipeline, done.id, to)
    return Executed(plan.pipeline, done, report=written)


def wait_for_report(pipeline: PipelineFolder, request: Request, run_id: str) -> str:
    """Return where the report of a run that was started here is, once it is; "" for none."""
    from nbflow.execution import start as processes  # noqa: PLC0415 - as above

    to = find_place(pipeline, request)
    if to is None:
        return ""
    processes.wait_for_end(run_id)
    return report.find_report_target(pipeline, run_id, to).place


def find_place(pipeline: PipelineFolder, request: Request) -> str | None:
    """Return where a report is asked for, None where none is.

    A path in the settings counts from the project's root.
    """
    if request.report is not None:
        return request.report
    project = pipeline.project
    said = project.settings.report
    if not said:
        return None
    name = f"{REPORTS}/" if said is True else said
    return name if "://" in name else f"{project.root}/{name}"


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
