"""From a planned step to a job that a worker can execute."""

from __future__ import annotations

import contextlib
import os
import shutil
import sys
from collections.abc import Collection, Mapping
from pathlib import Path
from typing import Any

import msgspec
from msgspec.structs import replace

from nbflow.analysis.contract.file_inputs import make_patterns, refuse
from nbflow.analysis.contract.scan import Reading, complete, read_step
from nbflow.analysis.parameters import make_injected
from nbflow.base.atomic_files import write_file
from nbflow.base.stat_cache import FileCache, keep_answers, read_stamp
from nbflow.errors import RunError
from nbflow.executors.protocol import STORE, KernelKind
from nbflow.model import FileInput, Job, JobInput, Place, Result, Step, TaskId
from nbflow.model.tasks import MAX_OUTPUT
from nbflow.planning import Plan, Prepared
from nbflow.runs.folder import RunFolder, find_attempt, find_folder
from nbflow.storage.results.store import open_store


def snapshot_sources(plan: Plan, folder: RunFolder, names: Collection[str]) -> None:
    """Copy the notebooks that may run: edits during the run have no effect on it.

    Raises RunError if a notebook has changed since the plan: its key would be wrong.
    """
    if not names:
        return
    with keep_answers(plan.pipeline, "notebooks", Reading, spare=sys.maxsize) as known:
        for name in names:
            _snapshot_source(plan, folder, name, known)


def _snapshot_source(plan: Plan, folder: RunFolder, name: str, known: FileCache[Reading]) -> None:
    source = plan.pipeline.project.root / plan.scan.steps[name].path
    copy = _find_copy(plan, folder, name)
    copy.parent.mkdir(parents=True, exist_ok=True)
    before = read_stamp(source)
    if before is not None:
        shutil.copy2(source, copy)
    reading = known.find(str(source)) or read_step(plan.pipeline, source)
    planned = replace(plan.scan.steps[name], makers=())
    if complete(reading, plan.scan.steps) != planned or read_stamp(source) != before:
        raise RunError(
            f"{plan.scan.steps[name].path} was {'changed' if before else 'removed'} while the run "
            "was planned. Run again: the plan is made anew."
        )


def _find_copy(plan: Plan, folder: RunFolder, name: str) -> Path:
    """Return the copy that all attempts of a step execute: it lies with the first."""
    return folder.attempt(TaskId(name)).source(Path(plan.scan.steps[name].path).suffix)


def find_kernel_kind(plan: Plan, name: str) -> KernelKind:
    """Return the kind of a step's kernel: kernels of one kind can stand in for each other."""
    step = plan.scan.steps[name]
    source = plan.pipeline.project.root / step.path
    return KernelKind(step.language, plan.prepared[name].kernel, str(source.parent))


def make_job(
    plan: Plan,
    run_id: str,
    ready: Prepared,
    latest: Mapping[str, Result | None],
    attempt: int = 1,
) -> Job:
    """Make a job and write it into the folder of its attempt. The inputs of the step must exist."""
    pipeline, step = plan.pipeline, ready.step
    source, run = pipeline.project.root / step.path, find_folder(pipeline, run_id)
    folder, copy = run.attempt(TaskId(step.name), attempt), _find_copy(plan, run, step.name)
    if not copy.exists():  # it was to be reused, but its result was removed since
        snapshot_sources(plan, run, (step.name,))
    job = Job(
        run=run_id,
        attempt=attempt,
        step=step.name,
        notebook=str(copy),
        source=str(source),
        folder=str(folder.path),
        root=str(pipeline.project.root),
        kernel=ready.kernel,
        language=step.language,
        parameters=ready.overrides,
        injected=make_injected(step, ready.overrides) if step.language == "python" else None,
        inputs={read.ref: _make_input(plan, latest[read.step], read.name) for read in step.inputs},
        writes=tuple(write.name for write in step.writes),
        declared=True,
        imports=find_imports(step),
        makes=_format_makes(step, ready.parts.parameters, source.parent),
        timeout=step.options.timeout,
        cell_timeout=step.options.cell_timeout,
        max_output=step.options.max_output or MAX_OUTPUT,
    )
    folder.making.mkdir(parents=True)
    write_file(folder.job, msgspec.json.encode(job), durable=False)
    return job


def find_imports(step: Step) -> tuple[str, ...]:
    """Return the top-level modules that a step's kernel imports; `Setup.imports` says more."""
    own = dict.fromkeys(one.partition(".")[0] for one in step.imports)
    return (*own, STORE) if step.inputs or step.writes else tuple(own)


def _format_makes(step: Step, values: Mapping[str, Any], folder: Path) -> tuple[str, ...]:
    listed = [FileInput(one, Place(step.path)) for one in step.options.makes]
    patterns, wrong = make_patterns(listed, values, folder, step.parameters)
    refuse(wrong)
    return tuple(one.text for one in patterns)


def _make_input(plan: Plan, result: Result | None, name: str) -> JobInput:
    assert result is not None  # noqa: S101 - a step is ready only when its inputs exist
    return JobInput(
        folder=str(open_store(plan.pipeline.home).fetch(result.step, result.id)),
        name=name,
        run=result.run,
        result=result.id,
        hash=result.outputs[name].hash,
    )


def find_executed(job: Job) -> Path | None:
    """Return the executed notebook that a failed job left."""
    path = find_attempt(job).notebook
    return path if path.exists() else None


def link_notebook(executed: Path, job: Job) -> None:
    """Show an executed notebook in its attempt's folder; nothing depends on its being there."""
    with contextlib.suppress(OSError):  # a full disk, or `clean` has removed the result since
        _link_or_copy(executed, find_attempt(job).executed)


def _link_or_copy(source: Path, target: Path) -> None:
    """Make `target` the same file by a hard link, or a copy where links do not work."""
    try:
        os.link(source, target)
    except OSError:
        shutil.copy2(source, target)
