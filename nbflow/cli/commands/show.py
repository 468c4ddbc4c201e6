"""`nbflow show`: one run, or one step of it."""

from __future__ import annotations

import difflib

import click
from msgspec.structs import replace

from nbflow.cli import complete, options
from nbflow.cli.answers import Answer, ShownRun, ShownStep
from nbflow.cli.command import Command
from nbflow.errors import RemovedError, UnknownNameError
from nbflow.project import Project
from nbflow.runs.fold import Run
from nbflow.runs.history import find_run, find_run_with
from nbflow.store.outputs import read_outputs

EXAMPLES = """
nbflow show                       the last run
nbflow show 20261123              the run whose id begins so
nbflow show clean_flights         a step of the newest run: its tables, its error
nbflow show baseline report       a step of the run called baseline
nbflow show --profile             where each step's time went
"""


@click.command("show", cls=Command, examples=EXAMPLES)
@click.argument("run", required=False, default="last", shell_complete=complete.runs_and_steps)
@click.argument("step", required=False, shell_complete=complete.steps)
@options.in_folder
@options.profile
@options.as_json
def command(
    *, run: str, step: str | None, folder: str | None, profile: bool, as_json: bool
) -> Answer:
    """Show a run, or one step of it.

    RUN is an id, the start of one, a name or `last`, which is the default; a STEP alone is that
    of the newest run that has it.
    """
    del as_json
    project = options.find_folder(folder)
    found, step = find_run_or_step(project, run, step)
    if step:
        return replace(show_step(project, found, step), profile=profile)
    return ShownRun(project, found, profile)


def find_run_or_step(project: Project, run: str, step: str | None) -> tuple[Run, str | None]:
    """Return the run; a single word may also be a step, of the newest run that has it."""
    last = find_run(project, "last")
    if step is None and run in last.steps:
        return last, run
    if step is None and (older := _find_older(project, run)):
        return older, run
    near = difflib.get_close_matches(run, last.steps, 1)
    if step is None and near and run != "last" and not _is_run(project, run):
        raise UnknownNameError(
            f"{run!r} is no run, and no step of the last one. Did you mean {near[0]}?"
        )
    found = last if run == "last" else find_run(project, run)
    if step is not None and step not in found.steps:
        names = ", ".join(found.steps)
        raise UnknownNameError(f"Run {found.id} has no step {step!r}. It has: {names}.")
    return found, step


def _find_older(project: Project, text: str) -> Run | None:
    """Return the newest run with a step of this name, where no run is meant."""
    return None if _is_run(project, text) else find_run_with(project, text)


def _is_run(project: Project, text: str) -> bool:
    try:
        find_run(project, text)
    except UnknownNameError:
        return False
    return True


def show_step(project: Project, run: Run, step: str) -> ShownStep:
    """Return a step's outputs too, where it was reused or failed."""
    state = run.steps[step]
    try:
        folder = run.find_folder(step)
    except RemovedError as error:
        return ShownStep(project, run, replace(state, warnings=(*state.warnings, str(error))))
    except UnknownNameError:
        return ShownStep(project, run, state)
    outputs = tuple(read_outputs(folder).values())
    return ShownStep(project, run, state, outputs, str(folder))
