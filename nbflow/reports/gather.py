"""Gathers a report of a run from its log, its executed notebooks and what it wrote."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from msgspec.structs import replace

from nbflow.base.nearest import say_nearest
from nbflow.errors import UnknownNameError
from nbflow.reports.conclusions import read_conclusions
from nbflow.reports.decisive_chain import find_chain
from nbflow.reports.facts import Options, Report, ReportCell, ReportStep, Setting, Story
from nbflow.reports.outside_steps import make_lineage, make_parents, read_outside
from nbflow.reports.redaction import redact
from nbflow.reports.run_log import RunLog, read_run_log
from nbflow.reports.settings import make_settings
from nbflow.reports.steps import Gathered, read_previews, read_steps
from nbflow.runs.fold import Run
from nbflow.runs.next_commands import find_after_run
from nbflow.workspace.pipeline_folder import PipelineFolder

_NO_OPTIONS = Options()


class _Shared(NamedTuple):
    """What concerns all steps of a report."""

    chain: tuple[str, ...]
    environment: dict[str, str]
    parents: dict[str, set[str]]
    order: tuple[str, ...]
    options: Options


def make_report(pipeline: PipelineFolder, run_id: str, options: Options = _NO_OPTIONS) -> Report:
    """Return the report of a run, whatever its state; the same run gives the same report.

    Secrets, people and hosts are taken out of it, see `redact`.
    `run_id` is the whole id, see `runs.history.find_run_id`. Raises UnknownNameError where there is
    no such run or step, or where the run's log cannot be read.
    """
    log = read_run_log(pipeline, run_id)
    gathered = read_steps(pipeline, log, _choose_steps(log.run, options.steps))
    outside = read_outside(pipeline, log, gathered)
    shared = _find_shared(log, [*outside, *gathered], options)
    said = read_conclusions(pipeline, log.run, gathered)
    made = Report(
        run=log.run,
        title=options.title or said.title,
        numbers=said.numbers,
        story=said.story if options.code else tuple(map(_leave_out_codes, said.story)),
        story_from=said.run,
        settings=_make_settings(gathered, log.run),
        steps=_order(_finish(pipeline, one, shared) for one in gathered),
        outside=tuple(_finish(pipeline, one, shared) for one in outside),
        chain=shared.chain,
        environment=shared.environment,
        next=tuple(find_after_run(log.run, named=True)),
        options=options,
    )
    return redact(made)


def _choose_steps(run: Run, chosen: Sequence[str]) -> list[str]:
    """Return the tasks of a run, or those of the chosen steps."""
    known = [state.name for state in run.steps.values()]
    for name in chosen:
        if name not in known:
            said = say_nearest(name, known)
            raise UnknownNameError(f"Run {run.id} has no step {name!r}. {said}")
    return [task for task, state in run.steps.items() if not chosen or state.name in chosen]


def _find_shared(log: RunLog, gathered: Sequence[Gathered], options: Options) -> _Shared:
    """Return what concerns all steps: these are in an order in which they could be executed."""
    return _Shared(
        find_chain(log.intervals, log.run.parents),
        _find_versions(one.environment for one in gathered),
        make_parents((one.step for one in gathered), log.run.parents),
        tuple(dict.fromkeys([*(one.step.state.name for one in gathered), *log.run.parents])),
        options,
    )


def _find_versions(environments: Iterable[Mapping[str, str]]) -> dict[str, str]:
    """Return the versions on which all steps agree that have them."""
    values: dict[str, set[str]] = {}
    for one in environments:
        for name, value in one.items():
            values.setdefault(name, set()).add(value)
    return {name: found.pop() for name, found in sorted(values.items()) if len(found) == 1}


def _make_settings(gathered: Iterable[Gathered], run: Run) -> tuple[Setting, ...]:
    """Return the parameters of all steps; one that no step has used yet has only its value."""
    settings = make_settings(one for step in gathered for one in step.declared)
    known = {one.name for one in settings}
    known |= {f"{step}.{one.name.rpartition('.')[2]}" for one in settings for step in one.steps}
    given = (
        Setting(name, value, differs=True)
        for name, value in sorted(run.parameters.items())
        if name not in known
    )
    return (*settings, *given)


def _finish(pipeline: PipelineFolder, one: Gathered, shared: _Shared) -> ReportStep:
    """Return the step with previews of its outputs, and what only a look at all steps tells."""
    state, versions = one.step.state, one.environment.items()
    cells = one.step.cells
    return replace(
        one.step,
        decides=str(state.task) in shared.chain,
        environment={name: said for name, said in versions if shared.environment.get(name) != said},
        outputs=read_previews(pipeline, one),
        lineage=make_lineage(state.name, shared.parents, shared.order),
        cells=cells if shared.options.code else tuple(map(_leave_out_code, cells)),
    )


def _leave_out_codes(story: Story) -> Story:
    return replace(story, cells=tuple(map(_leave_out_code, story.cells)))


def _leave_out_code(cell: ReportCell) -> ReportCell:
    return replace(cell, source="") if cell.kind == "code" else cell


def _order(steps: Iterable[ReportStep]) -> tuple[ReportStep, ...]:
    """Return the steps in order of start: reused ones first, then those that never began."""
    return tuple(sorted(steps, key=_find_start))


def _find_start(step: ReportStep) -> float:
    if step.begin is not None:
        return step.begin
    return 0.0 if step.state.status == "reused" else float("inf")
