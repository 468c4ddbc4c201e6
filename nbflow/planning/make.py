"""Make a plan: select, assign parameters, prepare keys, decide each step in order."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import msgspec

from nbflow.analysis.code.imports import hash_module
from nbflow.analysis.contract.file_inputs import refuse
from nbflow.analysis.contract.makers import read_sides
from nbflow.base.ids import find_name_fault
from nbflow.errors import NbflowError, ParameterError, PipelineError
from nbflow.model import (
    Command,
    Frozen,
    Input,
    Output,
    Parts,
    Planned,
    Problem,
    Reason,
    Request,
    Result,
    Scan,
    Step,
    graph,
)
from nbflow.planning.decide import CacheHit, Prepared, decide, find_nearest, make_parts, use_newest
from nbflow.planning.file_edges import Edges, connect
from nbflow.planning.file_flow import Latest, Traffic
from nbflow.planning.parameter_values import assign, make_effective, refuse_missing
from nbflow.planning.prepare import preparing
from nbflow.planning.selection import select
from nbflow.planning.undeclared_files import advise
from nbflow.runs.liveness import take_snapshot
from nbflow.storage.results.result_index import Snapshot
from nbflow.storage.results.store import read_names
from nbflow.workspace.pipeline_folder import PipelineFolder

ReadHash = Callable[[Path], str]


class Plan(Frozen, frozen=True):
    """What a run will do: `steps` in execution order, what is not selected left out."""

    pipeline: PipelineFolder
    scan: Scan
    request: Request
    steps: dict[str, Planned]
    prepared: dict[str, Prepared]
    traffic: Traffic  # the files that go from step to step
    outside: dict[str, Planned] = {}  # not selected, but read: their newest results are used
    reused: dict[str, Result] = {}  # what `steps` and `outside` found

    @property
    def parents(self) -> dict[str, set[str]]:
        return {
            name: above
            for name, above in graph.make_parents(self.scan.steps).items()
            if name in self.steps
        }

    def __str__(self) -> str:
        return "\n".join(map(str, (*self.outside.values(), *self.steps.values())))

    @property
    def expected(self) -> float | None:
        """Seconds of work, by the steps' last durations; None if none is known."""
        known = [p.expected for p in self.steps.values() if p.action != "reuse" and p.expected]
        return sum(known) if known else None


def make_plan(pipeline: PipelineFolder, scan: Scan, request: Request) -> Plan:
    """Plan a run without running anything.

    Raises PipelineError with all problems, ParameterError, UnknownNameError.
    """
    refuse_wrong(pipeline, scan)
    _refuse_name(pipeline, request.name)
    plan, problems = draft(pipeline, scan, request)
    refuse(problems)
    _refuse_missing_inputs(plan)
    return plan


def draft(
    pipeline: PipelineFolder, scan: Scan, request: Request, *, lenient: bool = False
) -> tuple[Plan, list[Problem]]:
    """Return a plan, and what is wrong with the files of its steps.

    With `lenient`, as for `nbflow check`, parameters may be without a value, and steps whose kernel
    or modules cannot be read are planned to run.
    """
    early = select(graph.make_parents(scan.steps), request)
    overrides = assign(scan.steps, pipeline.project.settings.parameters, request, early)
    with preparing(pipeline) as reading:
        snapshot = take_snapshot(pipeline, reading.read_hash)
        values = {name: make_effective(step, overrides[name]) for name, step in scan.steps.items()}
        sides = read_sides(pipeline.project.root, scan.steps, values)
        traffic = Traffic(pipeline, scan.steps, sides, snapshot, reading)
        edges = connect(traffic, values)
        traffic.steps.update(edges.steps)
        scan = msgspec.structs.replace(scan, steps=edges.steps)
        parents = graph.make_parents(scan.steps)
        selected = select(parents, request)
        if not lenient:
            refuse_missing({name: scan.steps[name] for name in selected}, overrides)
        drafting = _Drafting(
            Plan(pipeline, scan, request, {}, {}, traffic), edges, snapshot, selected
        )
        needed = graph.ancestors(parents, selected)
        paths = {name: step.path for name, step in scan.steps.items()}
        for name in (name for name in graph.order(parents, paths) if name in needed):
            forced = _is_forced(name, request, selected)
            try:
                ready = reading.prepare(scan.steps[name], overrides[name], force=forced)
            except NbflowError as error:
                if name in selected and not lenient:
                    raise
                ready = _make_unread(scan.steps[name], overrides[name], error)
            drafting.add(ready, reading.hash_module)
    return drafting.plan, drafting.problems


class _Drafting:
    """Decides step by step, each behind all that it needs."""

    def __init__(self, plan: Plan, edges: Edges, snapshot: Snapshot, selected: set[str]) -> None:
        self.plan, self._edges, self._snapshot = plan, edges, snapshot
        self._selected = selected
        self._latest: dict[str, Result | None] = {}
        self.problems = [one for name, one in edges.problems if name in selected]

    def add(self, ready: Prepared, hash_module: ReadHash) -> None:
        plan, name = self.plan, ready.step.name
        ready = self._with_files(ready)
        planned = decide_now(plan, self._snapshot, ready, self._latest, hash_module)
        if name in self._selected:
            plan.steps[name], plan.prepared[name] = planned, ready
        else:
            newest = self._snapshot.find_sound(name)
            parts = make_parts(ready, find_inputs(ready.step, self._latest))
            planned = plan.outside[name] = use_newest(planned, newest, parts, time.time())
        self._latest[name] = result = _find_reused(self._snapshot, planned)
        if result is not None:
            plan.reused[name] = result

    def _with_files(self, ready: Prepared) -> Prepared:
        """Return a step with its files as they are before anything runs, and note what is wrong."""
        step, traffic = ready.step, self.plan.traffic
        name, waits = step.name, make_waits(step)
        ready = msgspec.structs.replace(
            ready, advice=(*self._edges.warnings.get(name, ()), *advise(traffic, name))
        )
        if not step.files and not waits:
            return ready
        found = traffic.find(name, self._latest)
        pending = {one for one in waits if self._is_pending(one)}
        if name in self._selected:
            self.problems += found.wrong
            if not _lacks_value(ready):
                self.problems += traffic.sides.wrong.get(name, ())
            self.problems += traffic.find_foreign(name, self._latest)
            open_ = pending or any(self._is_pending(read.step) for read in step.inputs)
            self.problems += [] if open_ else explain_missing(step, found.missing)
        return msgspec.structs.replace(
            ready,
            parts=msgspec.structs.replace(ready.parts, files=found.hashes),
            waits=tuple(sorted(pending)),
        )

    def _is_pending(self, name: str) -> bool:
        planned = self.plan.steps.get(name)
        return planned is not None and planned.action != "reuse"


def _make_unread(step: Step, overrides: dict[str, Any], error: NbflowError) -> Prepared:
    """Return a step whose key cannot be told."""
    parts = Parts(code=step.cells, parameters=make_effective(step, overrides))
    return Prepared(step, parts, overrides=overrides, never=Reason("unread", after=str(error)))


def _lacks_value(ready: Prepared) -> bool:
    return any(one.required and one.name not in ready.overrides for one in ready.step.parameters)


def make_waits(step: Step) -> set[str]:
    """Return the steps that one waits for, besides those that it reads."""
    return set(step.options.after) | set(step.makers)


def explain_missing(step: Step, missing: Iterable[Problem]) -> list[Problem]:
    """Return the problems of missing files with what to do about them."""
    remedy = Command("run", ("--to", step.name)) if step.makers else None
    return [
        msgspec.structs.replace(one, facts=one.facts | {"makers": list(step.makers)}, remedy=remedy)
        for one in missing
    ]


def decide_now(
    plan: Plan,
    snapshot: Snapshot,
    ready: Prepared,
    latest: Latest,
    read_hash: ReadHash = hash_module,
) -> Planned:
    """Decide with what the disk says now; `latest` has the results of the steps above."""
    name, inputs = ready.step.name, find_inputs(ready.step, latest)

    def recall(key: str) -> CacheHit | None:
        return _find_hit(plan, snapshot, (name, key), latest, read_hash)

    def find_last() -> Result | None:
        return find_nearest(snapshot.read_all(name), make_parts(ready, inputs))

    return decide(ready, inputs, recall, find_last, time.time())


def find_inputs(step: Step, latest: Latest) -> dict[str, Output | None]:
    """Return what a step reads, None for what does not exist yet."""
    found = {}
    for read in step.inputs:
        result = latest.get(read.step)
        found[read.ref] = result.outputs.get(read.name) if result else None
    return found


def find_reusable(plan: Plan, step: str, key: str) -> Result | None:
    """Return the result that a key leads to by now, if nothing speaks against it."""
    hit = _find_hit(plan, take_snapshot(plan.pipeline), (step, key), {}, hash_module)
    return hit.result if hit and not hit.against else None


def _find_hit(
    plan: Plan, found: Snapshot, at: tuple[str, str], latest: Latest, read_hash: ReadHash
) -> CacheHit | None:
    """Return the result that a key leads to, and why it may not be reused."""
    result = found.find_by_key(*at)
    if result is None or found.is_damaged(at[0], result.id):
        return _find_damaged(found, *at)
    root, traffic = plan.pipeline.project.root, plan.traffic
    changed = (
        path
        for path, digest in result.seen_modules.items()
        if not (root / path).is_file() or read_hash(root / path) != digest
    )
    against = (
        *(Reason("module-changed", path) for path in changed),
        *(Reason("input-damaged", ref) for ref in found.find_doubtful(result)),
        *traffic.find_opened_changes(result, latest),
        *traffic.find_unlike(result),
    )
    return CacheHit(result, against)


def _find_damaged(found: Snapshot, step: str, key: str) -> CacheHit | None:
    """Return why a key has no result any more: that result was found damaged."""
    known = (one for (of, _), one in found.notes.items() if of == step and one.key == key)
    damage = next(known, None)
    if damage is None:
        return None
    return CacheHit(None, (Reason("damaged", damage.result, damage.file, damage.why),))


def refuse_wrong(pipeline: PipelineFolder, scan: Scan) -> None:
    """Raise PipelineError with all that is wrong with the notebooks, or where there is no step."""
    errors = tuple(problem for problem in scan.problems if problem.severity == "error")
    if errors:
        count = "1 problem" if len(errors) == 1 else f"{len(errors)} problems"
        raise PipelineError(f"{pipeline.folder.name} has {count}.", problems=errors)


def _refuse_name(pipeline: PipelineFolder, name: str) -> None:
    fault = find_name_fault(name, read_names(str(pipeline.runs))) if name else ""
    if fault:
        facts = {"name": name, "why": fault}
        raise ParameterError(problems=[Problem("unusable-run-name", None, facts)])


def _is_forced(name: str, request: Request, selected: set[str]) -> bool:
    return name in selected and (request.force or name in request.force_steps)


def _find_reused(snapshot: Snapshot, planned: Planned) -> Result | None:
    if planned.action != "reuse":
        return None
    return snapshot.find_result(planned.step, planned.result)


def _refuse_missing_inputs(plan: Plan) -> None:
    for name in plan.steps:
        for read in plan.scan.steps[name].inputs:
            result = plan.reused.get(read.step)
            if read.step in plan.steps or (result and read.name in result.outputs):
                continue
            refuse([_make_missing_input(name, read, has_result=result is not None)])


def _make_missing_input(step: str, read: Input, *, has_result: bool) -> Problem:
    facts = {"step": step, "ref": read.ref, "writer": read.step, "name": read.name}
    remedy = Command("run", ("--to", step))
    return Problem("missing-input", read.place, facts | {"has_result": has_result}, remedy)
