"""Gathers what a report shows of each step of a run."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

import msgspec
from msgspec.structs import replace

from nbflow.errors import NbflowError, RemovedError, UnknownNameError
from nbflow.model import STATES, Frozen, Job, Output, Problem, Result, Step, make_warning
from nbflow.planning.parameter_values import make_effective
from nbflow.reports.begun_cells import read_begun
from nbflow.reports.current_prose import refresh_prose
from nbflow.reports.executed_cells import ExecutedNotebook, read_executed
from nbflow.reports.facts import OutputPreview, ReportCell, ReportStep, Source
from nbflow.reports.headings import find_title
from nbflow.reports.output_previews import make_output_preview
from nbflow.reports.run_log import RunLog
from nbflow.reports.settings import Declared, find_declared, find_parameters_of
from nbflow.reports.sources import make_job_sources, make_sources
from nbflow.runs.fold import Run, StepRun
from nbflow.runs.folder import AttemptFolder
from nbflow.storage.results.outputs import read_outputs
from nbflow.storage.results.removals import explain_removed
from nbflow.storage.results.result_index import Snapshot
from nbflow.workspace.pipeline_folder import PipelineFolder

_LOG = 100_000  # bytes of what a kernel printed outside cells


class Gathered(Frozen, frozen=True):
    """A step of the report without previews of its outputs, and what else was read of it."""

    step: ReportStep
    notebook: ExecutedNotebook
    outputs: tuple[Output, ...] = ()
    declared: tuple[Declared, ...] = ()
    environment: dict[str, str] = {}
    folder: Path | None = None  # of its result; of what it had written, where it failed
    is_report: bool = False  # its option `report`


def read_steps(pipeline: PipelineFolder, log: RunLog, names: Iterable[str]) -> list[Gathered]:
    """Return what is known of these tasks of a run, each named as it is written."""
    snapshot = Snapshot(pipeline)
    return [_read_step(pipeline, log, name, snapshot) for name in names]


def read_previews(pipeline: PipelineFolder, one: Gathered) -> tuple[OutputPreview, ...]:
    """Return the outputs of a step as they can be shown, or why they are gone."""
    state, folder, problems = one.step.state, one.folder, one.step.problems
    if folder is None:
        return tuple(OutputPreview(output, problem=_first(problems)) for output in one.outputs)
    home = pipeline.home if state.result else None  # what a failed step wrote may still change
    return tuple(make_output_preview(folder, state.name, output, home) for output in one.outputs)


def _first(problems: tuple[Problem, ...]) -> Problem | None:
    return problems[0] if problems else None


def _read_step(pipeline: PipelineFolder, log: RunLog, name: str, snapshot: Snapshot) -> Gathered:
    state, run = log.run.steps[name], log.run
    attempt = run.find_attempt(state)
    folder, problems = _find_folder(log, state)
    result = snapshot.find_result(state.name, state.result) if state.result else None
    notebook = _read_notebook(pipeline, run, state, folder)
    job = _read_job(attempt) if result is None else None
    declared = _read_declared(pipeline, state, notebook, result, job)
    made = ReportStep(
        state=state,
        description=_describe(pipeline, state, notebook),
        language=notebook.language,
        begin=_find_begin(log, name),
        parameters={one.name: one.value for one in declared},
        sources=_make_sources(result, job),
        cells=_mark_failure(notebook.cells, state),
        log=_read_log(attempt.kernel if notebook.cells else attempt.log),
        made_by=result.run if result and state.status == "reused" else "",
        problems=problems or tuple(_find_missing(run, state, result, notebook)),
    )
    environment = result.parts.environment if result else {}
    whole = bool(_find_option(pipeline, state, notebook, "report"))
    outputs = _read_outputs(state, folder)
    return Gathered(made, notebook, outputs, declared, environment, folder, whole)


def _find_folder(log: RunLog, state: StepRun) -> tuple[Path | None, tuple[Problem, ...]]:
    """Return where the outputs of a step lie, or why they are gone."""
    try:
        return log.run.find_folder(state.name), ()
    except RemovedError as error:
        return None, error.problems
    except UnknownNameError:  # it made nothing
        return None, ()


def _find_missing(
    run: Run, state: StepRun, result: Result | None, notebook: ExecutedNotebook
) -> Iterator[Problem]:
    """Yield what there should be of a step, and is not."""
    if state.result and result is None:  # it is there, and damaged
        yield explain_removed(Path(run.home), state.name, state.result, run.id)
    if not notebook.cells and (STATES[state.status].good or state.notebook):
        yield make_warning("no-executed-notebook", step=state.name, run=run.id)


def _read_notebook(
    pipeline: PipelineFolder, run: Run, state: StepRun, folder: Path | None
) -> ExecutedNotebook:
    """Return the executed notebook, wherever it is; else what has come of it so far."""
    attempt = run.find_attempt(state)
    kept = [] if folder is None else [folder / "notebook.ipynb"]
    own = [] if state.status == "reused" else [attempt.executed]
    executed = (read_executed(path) for path in (*own, *kept))
    begun = (read_begun(attempt, state.path) for _ in own)
    found = (one for one in itertools.chain(executed, begun) if one is not None)
    notebook = next(found, ExecutedNotebook())
    if state.status != "reused" or not state.path:
        return notebook
    return refresh_prose(notebook, pipeline.project.root / state.path, run.started)


def _read_job(attempt: AttemptFolder) -> Job | None:
    try:
        return msgspec.json.decode(attempt.job.read_bytes(), type=Job)
    except (OSError, ValueError):  # it never began
        return None


def _read_declared(
    pipeline: PipelineFolder,
    state: StepRun,
    notebook: ExecutedNotebook,
    result: Result | None,
    job: Job | None,
) -> tuple[Declared, ...]:
    folder = (pipeline.project.root / state.path).parent
    parameters = find_parameters_of(notebook.cells, folder, notebook.language)
    values: Mapping[str, Any] = {}
    if result is not None:
        values = result.parts.parameters
    elif job is not None:
        step = Step(state.name, state.path, parameters=tuple(parameters))
        values = make_effective(step, job.parameters)
    return find_declared(state.name, parameters, values)


def _describe(pipeline: PipelineFolder, state: StepRun, notebook: ExecutedNotebook) -> str:
    """Return the option `description`, else the notebook's first heading."""
    said = _find_option(pipeline, state, notebook, "description")
    return said if said and isinstance(said, str) else find_title(notebook.cells)


def _find_option(
    pipeline: PipelineFolder, state: StepRun, notebook: ExecutedNotebook, option: str
) -> Any:
    """Return an option as the notebook had it, else as the settings have it now."""
    settings = pipeline.project.settings
    places = (notebook.options, settings.steps.get(state.name, {}), settings.defaults)
    return next((one[option] for one in places if option in one), None)


def _find_begin(log: RunLog, name: str) -> float | None:
    """Return when the step's inputs were there, in seconds from the run's start."""
    if interval := log.intervals.get(name):
        return interval.ready
    started = log.run.steps[name].started
    return None if started is None else max(0.0, started - log.run.started)


def _make_sources(result: Result | None, job: Job | None) -> tuple[Source, ...]:
    if result is not None:
        return make_sources(result)
    return make_job_sources(job) if job is not None else ()


def _mark_failure(cells: tuple[ReportCell, ...], state: StepRun) -> tuple[ReportCell, ...]:
    failure = state.failure
    if failure is None or failure.cell is None:
        return cells
    at, line = failure.cell, failure.line
    return tuple(replace(one, failed=True, line=line) if one.number == at else one for one in cells)


def _read_outputs(state: StepRun, folder: Path | None) -> tuple[Output, ...]:
    if state.outputs or folder is None:
        return state.outputs
    try:
        return tuple(read_outputs(folder).values())
    except NbflowError:  # it is damaged; whoever reads it says so
        return ()


def _read_log(path: Path) -> str:
    """Return what was printed; of much, the end."""
    try:
        with path.open("rb") as file:
            file.seek(max(0, file.seek(0, 2) - _LOG))
            return file.read().decode("utf-8", "replace")
    except OSError:
        return ""
