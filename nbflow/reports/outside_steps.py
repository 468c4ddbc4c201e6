"""Finds the steps that a run did not have, and whose results it was made from."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from msgspec.structs import replace

from nbflow.model.graph import ancestors
from nbflow.model.refs import make_ref
from nbflow.reports.facts import ReportStep
from nbflow.reports.run_log import RunLog
from nbflow.reports.steps import Gathered, read_steps
from nbflow.runs.fold import StepRun
from nbflow.workspace.pipeline_folder import PipelineFolder


def read_outside(
    pipeline: PipelineFolder, log: RunLog, gathered: Iterable[Gathered]
) -> list[Gathered]:
    """Return these steps, each behind all that it was made from.

    Of a step with several results that served, the one is returned that was read last.
    """
    found: dict[str, Gathered] = {}
    new = list(gathered)
    while new:
        missing = dict(_find_missing(new, {*log.run.steps, *found}))
        new = _read(pipeline, log, missing)
        found |= {one.step.state.name: one for one in new}
    return list(reversed(found.values()))


def make_parents(
    steps: Iterable[ReportStep], known: Mapping[str, Iterable[str]]
) -> dict[str, set[str]]:
    """Return for each step those that it reads; `known` are the parents that a run has."""
    parents = {name: {*above} for name, above in known.items()}
    for step in steps:
        read = {make_ref(one.name).step for one in step.sources if one.kind == "table"}
        parents.setdefault(step.state.name, set()).update(read)
    return parents


def make_lineage(
    step: str, parents: Mapping[str, set[str]], order: Iterable[str]
) -> tuple[str, ...]:
    """Return the steps that a step is made from, in this order."""
    above = ancestors(parents, [step])
    return tuple(name for name in order if name in above and name != step)


def _find_missing(gathered: Iterable[Gathered], known: set[str]) -> Iterator[tuple[str, str]]:
    """Yield step and result of what was read of steps that are not known."""
    for one in gathered:
        for source in one.step.sources:
            step = make_ref(source.name).step
            if source.kind == "table" and source.result and step not in known:
                yield step, source.result


def _read(pipeline: PipelineFolder, log: RunLog, missing: Mapping[str, str]) -> list[Gathered]:
    steps = {
        name: StepRun(name=name, status="reused", result=result) for name, result in missing.items()
    }
    run = replace(log.run, steps={**log.run.steps, **steps})
    return read_steps(pipeline, replace(log, run=run), steps)
