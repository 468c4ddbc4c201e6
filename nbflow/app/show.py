"""One run, or one step of it."""

from __future__ import annotations

from msgspec.structs import replace

from nbflow.app.answers import ShownRun, ShownStep
from nbflow.base.nearest import find_nearest
from nbflow.errors import RemovedError, UnknownNameError
from nbflow.runs.fold import Run
from nbflow.runs.history import find_run, find_run_id, find_run_with
from nbflow.storage.results.outputs import read_outputs
from nbflow.workspace.pipeline_folder import PipelineFolder


def show(
    pipeline: PipelineFolder, run: str = "last", step: str | None = None, *, profile: bool = False
) -> ShownRun | ShownStep:
    """Return a run, or one step of it; a single word may be a step of the newest run that has it.

    Raises UnknownNameError.
    """
    found, step = _find_run_or_step(pipeline, run, step)
    if step:
        return replace(show_step(pipeline, found, step), profile=profile)
    return ShownRun(pipeline, found, profile)


def show_step(pipeline: PipelineFolder, run: Run, step: str) -> ShownStep:
    """Return a step's outputs too, where it was reused or failed."""
    state = run.steps[step]
    try:
        folder = run.find_folder(step)
    except RemovedError as error:
        return ShownStep(pipeline, run, replace(state, warnings=(*state.warnings, *error.problems)))
    except UnknownNameError:
        return ShownStep(pipeline, run, state)
    outputs = tuple(read_outputs(folder).values())
    return ShownStep(pipeline, run, state, outputs, str(folder))


def _find_run_or_step(
    pipeline: PipelineFolder, run: str, step: str | None
) -> tuple[Run, str | None]:
    """Return the run; a single word may also be a step, of the newest run that has it."""
    last = find_run(pipeline, "last")
    if step is None and run in last.steps:
        return last, run
    if step is None and (older := _find_older(pipeline, run)):
        return older, run
    near = find_nearest(run, last.steps)
    if step is None and near and run != "last" and not _is_run(pipeline, run):
        raise UnknownNameError(
            f"{run!r} is no run, and no step of the last one. Did you mean {near}?"
        )
    found = last if run == "last" else find_run(pipeline, run)
    if step is not None and step not in found.steps:
        names = ", ".join(found.steps)
        raise UnknownNameError(f"Run {found.id} has no step {step!r}. It has: {names}.")
    return found, step


def _find_older(pipeline: PipelineFolder, text: str) -> Run | None:
    """Return the newest run with a step of this name, where no run is meant."""
    return None if _is_run(pipeline, text) else find_run_with(pipeline, text)


def _is_run(pipeline: PipelineFolder, text: str) -> bool:
    try:
        find_run_id(pipeline, text)
    except UnknownNameError:
        return False
    return True
