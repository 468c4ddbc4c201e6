"""From a job's outcome to a result that can be reused."""

from __future__ import annotations

import contextlib
import shutil
import time
from collections.abc import Sequence
from pathlib import Path

from msgspec.structs import replace

from nbflow.analysis.code.imports import hash_module, read_modules
from nbflow.analysis.contract.file_inputs import find_files
from nbflow.base.hashing import is_stamp
from nbflow.model import Failure, Job, Outcome, Parts, Problem, Result, Taken, make_warning
from nbflow.model.events import StepFailed, StepFinished
from nbflow.planning import Plan, Prepared, find_reusable, make_key
from nbflow.planning.undeclared_files import advise, warn_of_write
from nbflow.runs.folder import find_attempt
from nbflow.storage.results import result_index
from nbflow.storage.results.left_files import Left, add_left
from nbflow.storage.results.outputs import make_all_marks
from nbflow.storage.results.store import open_store
from nbflow.workspace.pipeline_folder import PipelineFolder


def persist_result(
    plan: Plan,
    ready: Prepared,
    job: Job,
    outcome: Outcome,
    started: float,
    *,
    changed: Sequence[str] = (),
) -> Result:
    """Publish the result of a job. It is pending until it is flushed to disk.

    `changed` are the real paths of files that were seen to change while it ran. Where another run
    made the same meanwhile, that result is adopted instead. Raises StoreError where it cannot be
    kept.
    """
    traffic, making = plan.traffic, find_attempt(job).making
    traffic.look_again()
    inputs = {ref: one.hash for ref, one in job.inputs.items()}
    ready = replace(ready, parts=replace(ready.parts, inputs=inputs))
    made = {traffic.name_path(job.step, real): one for real, one in outcome.made.items()}
    wrote = outcome.wrote | traffic.mark(job.step, changed)
    free = not ready.force and not ready.never and not made and not wrote
    if free and (twin := _find_twin(plan, ready, started)):
        shutil.rmtree(making)
        return twin
    _protect(making / "notebook.ipynb")
    result = replace(_make_result(plan, ready, job, outcome, started), made=made, wrote=wrote)
    traffic.note(result)
    result = replace(result, warnings=(*result.warnings, *_advise(plan, result)))
    result_index.keep_result(plan.pipeline, making, result)
    note_left(plan, result)
    return result


def _make_result(plan: Plan, ready: Prepared, job: Job, outcome: Outcome, started: float) -> Result:
    """Return the result without the files of the project that the step made or wrote."""
    seen = _find_seen(plan.pipeline, ready.parts, outcome)
    opened = _find_opened(ready, outcome)
    moved = _find_moved(plan, ready, {**seen, **opened}, started)
    return Result(
        id=open_store(plan.pipeline.home).make_id(job.step),
        step=job.step,
        run=job.run,
        key=make_key(job.step, ready.parts),
        parts=ready.parts,
        outputs=outcome.outputs,
        created=time.time(),
        seconds=outcome.seconds,
        seen_modules=seen,
        reusable=not ready.never and not moved,
        warnings=(*outcome.warnings, *moved),
        opened=opened,
        inputs={ref: Taken(one.result, one.hash) for ref, one in job.inputs.items()},
        files=make_all_marks(find_attempt(job).making),
    )


def make_finished(
    job: Job, outcome: Outcome, result: Result, known: Sequence[Problem]
) -> StepFinished:
    """Return the event; `known` are the warnings that planning had."""
    return StepFinished(
        result=result.id,
        seconds=outcome.seconds,
        outputs=tuple(result.outputs.values()),
        warnings=(*known, *(one for one in result.warnings if one not in known)),
        spent=outcome.spent,
        **job.identity,
    )


def make_failed(job: Job, outcome: Outcome, failure: Failure, notebook: str) -> StepFailed:
    """Return the event; `notebook` is what was executed, relative to the root."""
    return StepFailed(
        failure=failure,
        seconds=outcome.seconds,
        notebook=notebook,
        spent=outcome.spent,
        **job.identity,
    )


def note_left(plan: Plan, result: Result) -> None:
    """Remember how a step left files that others use: they are not a user's own edits."""
    traffic, step = plan.traffic, result.step
    left = [Left(key, one.hash, made=True) for key, one in result.made.items()]
    for key, mark in result.wrote.items():
        known = key in result.made or traffic.find_users(traffic.find_real(step, key), step)
        if known and not is_stamp(mark):
            left.append(Left(key, mark))
    if left:
        add_left(plan.pipeline, step, left)
        traffic.note(result)


def note_failed(plan: Plan, step: str, changed: Sequence[str]) -> None:
    """Remember how a failed step left files: they are not a user's own edits."""
    plan.traffic.look_again()
    marks = plan.traffic.mark(step, changed)
    if marks:
        add_left(plan.pipeline, step, [Left(key, mark) for key, mark in marks.items()])
        plan.traffic.forget_left(step)


def _protect(executed: Path) -> None:
    """Make an executed notebook read-only: runs share it by hard links."""
    if executed.exists():
        executed.chmod(0o444)


def _find_twin(plan: Plan, ready: Prepared, started: float) -> Result | None:
    step = ready.step.name
    result = find_reusable(plan, step, make_key(step, ready.parts))
    return result if result and result.created >= started else None


def _find_moved(
    plan: Plan, ready: Prepared, seen: dict[str, str], started: float
) -> tuple[Problem, ...]:
    """Find the modules and files that changed while the step ran: its result is not reused."""
    step, pipeline, traffic = ready.step, plan.pipeline, plan.traffic
    folder = (pipeline.project.root / step.path).parent
    patterns = traffic.sides.declared.get(step.name, ())
    found = find_files(patterns, pipeline.project.root, read_hash=traffic.read_hash)
    if lost := (*found.missing, *found.wrong):
        return tuple(replace(one, severity="warning") for one in lost)
    modules = read_modules(step.imports, folder, ready.path, pipeline.project.root)
    before = ready.parts.files | ready.parts.modules
    after = found.hashes | modules
    changed = {name for name in before | after if before.get(name) != after.get(name)}
    changed |= {path for path in seen if not _is_older(pipeline.project.root / path, started)}
    return tuple(
        make_warning("changed-while-run", file=name, step=step.name) for name in sorted(changed)
    )


def _is_older(path: Path, started: float) -> bool:
    try:
        return path.stat().st_mtime < started
    except OSError:
        return False


def _find_seen(pipeline: PipelineFolder, parts: Parts, outcome: Outcome) -> dict[str, str]:
    """Return the modules that were only found at run time, each with the hash of its code."""
    seen = {path: one for path, one in outcome.modules.items() if path not in parts.modules}
    for path in seen:
        with contextlib.suppress(OSError):  # it was removed: the hash from the run counts
            seen[path] = hash_module(pipeline.project.root / path)
    return seen


def _find_opened(ready: Prepared, outcome: Outcome) -> dict[str, str]:
    known = ready.parts.files.keys() | ready.parts.modules.keys() | outcome.modules.keys()
    return {key: mark for key, mark in outcome.opened.items() if key not in known}


def _advise(plan: Plan, result: Result) -> tuple[Problem, ...]:
    """Return advice to declare files: to this step, and to steps that wrote what it opened."""
    traffic, step = plan.traffic, result.step
    writers = {
        (writer, real)
        for real in traffic.opened.get(step, ())
        for writer in traffic.written.get(real, set()) - {step}
        if not traffic.claims(writer, real)
    }
    return (
        *advise(traffic, step),
        *(warn_of_write(traffic, writer, real, [step]) for writer, real in sorted(writers)),
    )
