"""Make a plan: select, assign parameters, prepare keys, decide each step in order."""

from __future__ import annotations

import functools
import time
from collections.abc import Callable, Mapping
from pathlib import Path

import msgspec

from nbflow import graph
from nbflow.errors import NbflowError, ParameterError, PipelineError
from nbflow.model import Frozen, Output, Parts, Planned, Problem, Request, Result, Scan, Step
from nbflow.notebook.modules import hash_module
from nbflow.plan.decide import (
    Prepared,
    Recalled,
    decide,
    find_nearest,
    find_reuse,
    make_parts,
)
from nbflow.plan.keys import find_changes, make_key
from nbflow.plan.prepare import preparing
from nbflow.plan.selection import select
from nbflow.plan.values import assign, refuse_missing, to_forms
from nbflow.project import Project
from nbflow.store import results
from nbflow.store.ids import find_name_fault

_STALE = "stale: "  # begins why the result of a step that is not selected would be made anew


class Plan(Frozen, frozen=True):
    """What a run will do: `steps` in execution order, what is not selected left out.

    The values in `request` are in their JSON forms: it may be written down and read again.
    """

    project: Project
    scan: Scan
    request: Request
    steps: dict[str, Planned]
    prepared: dict[str, Prepared]
    outside: dict[str, Planned] = {}  # not selected, but read: their newest results are used
    reused: dict[str, Result] = {}  # what `steps` and `outside` found

    @property
    def parents(self) -> dict[str, set[str]]:
        return {
            name: above
            for name, above in graph.make_parents(self.scan.steps).items()
            if name in self.steps
        }

    @property
    def stale(self) -> dict[str, list[str]]:
        """Steps outside whose results are read although they would run, each with why."""
        whys = {
            name: [why.removeprefix(_STALE) for why in planned.why if why.startswith(_STALE)]
            for name, planned in self.outside.items()
        }
        return {name: why for name, why in whys.items() if why}

    def __str__(self) -> str:
        return "\n".join(map(str, (*self.outside.values(), *self.steps.values())))

    @property
    def expected(self) -> float | None:
        """Seconds of work, by the steps' last durations; None if none is known."""
        known = [p.expected for p in self.steps.values() if p.action != "reuse" and p.expected]
        return sum(known) if known else None


def make_plan(project: Project, scan: Scan, request: Request) -> Plan:
    """Plan a run without running anything.

    Raises PipelineError with all problems, ParameterError, UnknownNameError.
    """
    _refuse(project, scan)
    _refuse_name(project, request.name)
    parents = graph.make_parents(scan.steps)
    selected = select(parents, request)
    overrides = assign(scan.steps, project.settings.parameters, request, selected)
    refuse_missing({name: scan.steps[name] for name in selected}, overrides)
    forms = to_forms(scan.steps, request, overrides)
    request = msgspec.structs.replace(request, parameters=forms)
    steps, outside, prepared = {}, {}, {}
    latest: dict[str, Result | None] = {}
    needed = graph.ancestors(parents, selected)
    with preparing(project) as reading:
        snapshot = results.Snapshot(project, reading.read_hash)
        for name in (name for name in graph.order(parents) if name in needed):
            forced = _is_forced(name, request, selected)
            try:
                ready = reading.prepare(scan.steps[name], overrides[name], force=forced)
            except NbflowError as error:
                if name in selected:
                    raise
                ready = Prepared(step=scan.steps[name], parts=Parts(), never=str(error))
            planned = decide_now(project, snapshot, ready, latest, reading.hash_module)
            if name in selected:
                steps[name], prepared[name] = planned, ready
            else:
                outside[name] = planned = _use_newest(snapshot, ready, planned, latest)
            latest[name] = _find_reused(snapshot, planned)
    _refuse_missing_inputs(scan, steps, latest, selected)
    reused = {name: result for name, result in latest.items() if result}
    return Plan(project, scan, request, steps, prepared, outside, reused)


def decide_now(
    project: Project,
    snapshot: results.Snapshot,
    ready: Prepared,
    latest: Mapping[str, Result | None],
    read_hash: Callable[[Path], str] = hash_module,
) -> Planned:
    """Decide with what the disk says now; `latest` has the results of the steps above."""
    name, inputs, now = ready.step.name, find_inputs(ready.step, latest), time.time()
    recall = functools.partial(_find_recalled, project, snapshot, name, read_hash=read_hash)
    if reused := find_reuse(ready, inputs, recall, now):
        return reused
    once = functools.cache(recall)  # asked twice, mostly about one key
    planned = decide(ready, inputs, once, snapshot.find_newest(name), now)
    if planned.action != "reuse" and planned.expected:
        nearest = find_nearest(snapshot.read_all(name), make_parts(ready, inputs))
        planned = decide(ready, inputs, once, nearest, now)
    return _explain_damage(snapshot, ready, inputs, planned)


def _explain_damage(
    snapshot: results.Snapshot,
    ready: Prepared,
    inputs: Mapping[str, Output | None],
    planned: Planned,
) -> Planned:
    """Say that the result for this key is damaged, where a step runs for no other reason."""
    step = planned.step
    known = [one for (of, _), one in snapshot.notes.items() if of == step]
    if not known or planned.action != "run" or ready.force or ready.never:
        return planned
    key = make_key(step, make_parts(ready, inputs))
    found = next((one for one in known if one.key == key), None)
    if found is None or snapshot.find_pointer(step, key):
        return planned
    return msgspec.structs.replace(planned, why=(f"its result is damaged ({found})",))


def find_inputs(step: Step, latest: Mapping[str, Result | None]) -> dict[str, Output | None]:
    """Return what a step reads, None for what does not exist yet."""
    found = {}
    for read in step.inputs:
        result = latest.get(read.step)
        found[read.ref] = result.outputs.get(read.name) if result else None
    return found


def read_recalled(project: Project, step: str, key: str) -> Recalled | None:
    """Return the result that a key leads to, with the modules that changed since it was made."""
    return _find_recalled(project, results.Snapshot(project), step, key, hash_module)


def _find_recalled(
    project: Project,
    snapshot: results.Snapshot,
    step: str,
    key: str,
    read_hash: Callable[[Path], str],
) -> Recalled | None:
    pointer = snapshot.find_pointer(step, key)
    result = snapshot.find_result(step, pointer.result) if pointer else None
    if pointer is None or result is None or snapshot.is_damaged(step, result.id):
        return None
    changed = [
        path
        for path, digest in pointer.seen_modules.items()
        if not (project.root / path).is_file() or read_hash(project.root / path) != digest
    ]
    doubtful = [
        ref
        for ref, taken in result.inputs.items()
        if snapshot.is_damaged(ref.partition(".")[0], taken.result)
    ]
    return Recalled(result, tuple(changed), tuple(doubtful))


def _refuse(project: Project, scan: Scan) -> None:
    errors = tuple(problem for problem in scan.problems if problem.severity == "error")
    if errors:
        count = "1 problem" if len(errors) == 1 else f"{len(errors)} problems"
        raise PipelineError(f"{project.folder.name} has {count}.", errors)
    if not scan.steps:
        hint = "Tag a cell `parameters` or `inputs` to make its notebook a step."
        seen = f"{len(scan.skipped)} notebooks were skipped (`nbflow steps` says why). "
        raise PipelineError(
            f"{project.folder} holds no step. {seen if scan.skipped else ''}{hint}",
            (Problem(what=f"{project.folder} holds no step.", hint=hint),),
        )


def _refuse_name(project: Project, name: str) -> None:
    fault = find_name_fault(name, results.read_names(str(project.runs))) if name else ""
    if fault:
        raise ParameterError(f"A run cannot be called {name!r}: {fault} Choose another name.")


def _is_forced(name: str, request: Request, selected: set[str]) -> bool:
    return name in selected and (request.force or name in request.force_steps)


def _use_newest(
    snapshot: results.Snapshot,
    ready: Prepared,
    planned: Planned,
    latest: Mapping[str, Result | None],
) -> Planned:
    """Take the newest result of a step that is not run, and say how it is stale."""
    newest = snapshot.find_sound(planned.step)
    if newest is None or planned.result == newest.id:
        return planned
    inputs = find_inputs(ready.step, latest)
    stale = find_changes(newest.parts, make_parts(ready, inputs)) or planned.why
    return msgspec.structs.replace(
        planned,
        action="reuse",
        result=newest.id,
        result_age=time.time() - newest.created,
        why=tuple(f"{_STALE}{why}" for why in stale),
    )


def _find_reused(snapshot: results.Snapshot, planned: Planned) -> Result | None:
    if planned.action != "reuse":
        return None
    return snapshot.find_result(planned.step, planned.result)


def _refuse_missing_inputs(
    scan: Scan,
    steps: Mapping[str, Planned],
    latest: Mapping[str, Result | None],
    selected: set[str],
) -> None:
    for name in steps:
        for read in scan.steps[name].inputs:
            result = latest.get(read.step)
            if read.step in selected or (result and read.name in result.outputs):
                continue
            has = f"its newest result has no {read.name}" if result else "has no result yet"
            raise PipelineError(
                f"{name} reads {read.ref}, but {read.step} is not selected and {has}. "
                f"`nbflow run --to {name}` makes it first."
            )
