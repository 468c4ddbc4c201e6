"""Starts a run from a cell as a process of its own, and shows it or waits for it."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from typing import Any, NoReturn

from IPython.display import display

from nbflow import app
from nbflow.app import answers
from nbflow.commands.run_request import StartRun
from nbflow.errors import RunError
from nbflow.magics import display as shown
from nbflow.magics.display import has_front_end, make_run_bundle
from nbflow.magics.run_view import RunView
from nbflow.model.events import OutputPrinted
from nbflow.present.pages.runs import make_outcome_page
from nbflow.runs.cancel import cancel
from nbflow.runs.fold import Run
from nbflow.runs.follow import follow, follow_lines
from nbflow.runs.history import read_run
from nbflow.runs.next_commands import find_after_run
from nbflow.terminal.console import make_console, show
from nbflow.terminal.live_table import make_log
from nbflow.terminal.render import render
from nbflow.terminal.run_views import watch
from nbflow.workspace.pipeline_folder import PipelineFolder

_PER_SECOND = 5  # updates of what is shown while a cell waits


def start(asked: StartRun, shell: Any, *, as_json: bool = False) -> RunView | None:
    """Start the run that was asked for, and show it live; wait for it where that was asked."""
    pipeline = asked.pipeline
    run_id = app.run.start(pipeline, asked.request)
    if as_json or not has_front_end(shell):
        watching = _watch_as_command_line(pipeline, run_id, as_json=as_json, log=asked.log)
        _wait(pipeline, run_id, watching)
        if as_json:
            return None
    elif asked.wait:
        _wait(pipeline, run_id, _watch_in_cell(pipeline, run_id, log=asked.log))
    else:
        show_controls(pipeline.folder, run_id)
    if asked.profile:
        _show_profile(pipeline, run_id)
    _say_report(asked, run_id)
    return RunView(pipeline, run_id, shell.execution_count)


def show_controls(folder: Path | str | None, run_id: str = "") -> None:
    """Show the panel of the pipeline."""
    display(import_module("nbflow.panel").controls(folder, run_id=run_id))


def _say_report(asked: StartRun, run_id: str) -> None:
    """Say where the run's report is, or will be when the run is over."""
    pipeline = asked.pipeline
    if (to := app.run.find_place(pipeline, asked.request)) is None:
        return
    place = app.report.find_report_target(pipeline, run_id, to).place
    if read_run(pipeline, run_id).status == "running":
        print(f"When the run is over, its report is {place}.")  # noqa: T201
    else:
        app.run.wait_for_report(pipeline, asked.request, run_id)
        print(f"report: {place}")  # noqa: T201


def _show_profile(pipeline: PipelineFolder, run_id: str) -> None:
    """Show where the time went, or how to ask for that when the run is over."""
    if (run := read_run(pipeline, run_id)).status == "running":
        later = f"%nbflow show {run_id} --profile"
        print(f"When it is over, `{later}` says where the time went.")  # noqa: T201
    else:
        shown.show(answers.ShownRun(pipeline, run, profile=True))


def _wait(pipeline: PipelineFolder, run_id: str, watching: Iterator[Run]) -> None:
    """Follow until the run is over; an interrupt cancels it, a second one stops waiting too."""
    try:
        for _ in watching:
            pass
    except KeyboardInterrupt:
        if (run := read_run(pipeline, run_id)).status == "running":
            cancel(pipeline, run)
        _wait_for_end(pipeline, run_id)


def _wait_for_end(pipeline: PipelineFolder, run_id: str) -> NoReturn:
    """Say that a run is being cancelled, follow it to its end, and raise how it ended."""
    print(f"Interrupted: run {run_id} is being cancelled.", file=sys.stderr)  # noqa: T201
    *_, run = follow(pipeline, run_id)
    raise RunError(f"Run {run_id} is {run.status}; what is finished is kept.") from None


def _watch_in_cell(pipeline: PipelineFolder, run_id: str, *, log: bool) -> Iterator[Run]:
    """Yield the run while a display of this cell is kept as it stands."""
    handle = display(
        make_run_bundle(pipeline, read_run(pipeline, run_id)), raw=True, display_id=True
    )
    drawn = 0.0
    try:
        for run, lines in follow_lines(pipeline, run_id):
            for line in lines if log else ():
                if isinstance(line.event, OutputPrinted):
                    print(make_log(line.event).plain)  # noqa: T201
            if time.monotonic() - drawn > 1 / _PER_SECOND:
                handle.update(make_run_bundle(pipeline, run), raw=True)
                drawn = time.monotonic()
            yield run
    finally:
        handle.update(make_run_bundle(pipeline, read_run(pipeline, run_id)), raw=True)


def _watch_as_command_line(
    pipeline: PipelineFolder, run_id: str, *, as_json: bool, log: bool
) -> Iterator[Run]:
    """Yield the run while it is shown as the command line shows it."""
    with watch(as_json=as_json, log=log) as view:
        for run, lines in follow_lines(pipeline, run_id):
            for line in lines:
                view.observe(line)
            yield run
    if not as_json:
        show(make_console(), render(make_outcome_page(run, find_after_run(run))))
