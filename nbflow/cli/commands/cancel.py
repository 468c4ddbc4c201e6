"""`nbflow cancel`: stop a run that is under way."""

from __future__ import annotations

import time

import click

from nbflow.cli import complete, options
from nbflow.cli.answers import Told
from nbflow.cli.command import Command
from nbflow.errors import RunError
from nbflow.project import Project
from nbflow.runs.cancel import cancel
from nbflow.runs.fold import Run
from nbflow.runs.history import find_run, read_run, read_run_ids
from nbflow.runs.liveness import is_alive

_POLL = 0.1  # seconds
EXAMPLES = """
nbflow cancel             the run that is under way
nbflow cancel baseline    the run called baseline
nbflow cancel --wait 0    ask, and do not wait until it has stopped
"""


@click.command("cancel", cls=Command, examples=EXAMPLES)
@click.argument("run", required=False, shell_complete=complete.runs)
@options.in_folder
@click.option(
    "--wait", type=float, default=30.0, show_default=True, metavar="SECONDS", help="At the most."
)
@options.as_json
def command(*, run: str | None, folder: str | None, wait: float, as_json: bool) -> Told:
    """Stop a run that is under way.

    Its kernels are stopped, what is finished is kept, and the run is marked cancelled. RUN is by
    default the newest that is under way.
    """
    del as_json
    project = options.find_folder(folder)
    found = find_run(project, run) if run else _find_live(project)
    cancel(project, found)
    return _tell(project, _wait(project, found, wait))


def _find_live(project: Project) -> Run:
    for run_id in read_run_ids(project):
        if is_alive(project, run_id):
            return read_run(project, run_id)
    raise RunError(f"No run of {project.folder} is under way. `nbflow runs` lists them.")


def _wait(project: Project, run: Run, seconds: float) -> Run:
    """Return the run when it is over, or as it is after so long."""
    end = time.monotonic() + seconds
    while run.status == "running" and time.monotonic() < end:
        time.sleep(_POLL)
        run = read_run(project, run.id)
    return run


def _tell(project: Project, run: Run) -> Told:
    from nbflow.cli.render.parts import say_where  # noqa: PLC0415 - rich only to show

    where = say_where(project)
    value = {"run": run.id, "status": run.status}
    again = ((f"nbflow rerun{where}", "go on; what is finished is reused"),)
    if run.status == "running":
        text = f"Run {run.id} was asked to stop and has not stopped yet."
        return Told(text, value, ((f"nbflow cancel{where}", "ask and wait again"),), failed=True)
    if run.status == "cancelled":
        return Told(f"Run {run.id} is cancelled.", value, again)
    return Told(f"Run {run.id} was over before it could be cancelled: {run.status}.", value)
