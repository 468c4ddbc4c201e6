"""From a job's outcome to a result that can be reused."""

from __future__ import annotations

import contextlib
import os
import shutil
import time
from pathlib import Path

import msgspec

from nbflow.errors import NbflowError
from nbflow.model import Job, Outcome, Parts, Result, Taken
from nbflow.notebook.files import read_files
from nbflow.notebook.modules import hash_module, read_modules
from nbflow.plan import Plan, Prepared, make_key, read_recalled
from nbflow.project import Project
from nbflow.store import results
from nbflow.store.ids import make_next_id
from nbflow.store.outputs import read_written


def keep_outcome(plan: Plan, ready: Prepared, job: Job, outcome: Outcome, started: float) -> Result:
    """Keep what a job made; it is pending until the disk has it.

    Where another run made the same meanwhile, that result is adopted instead.
    Raises StoreError where it cannot be kept.
    """
    project = plan.project
    inputs = {ref: one.hash for ref, one in job.inputs.items()}
    parts = msgspec.structs.replace(ready.parts, inputs=inputs)
    key = make_key(job.step, parts)
    making = Path(job.folder) / "result"
    free = not ready.force and not ready.never
    if free and (twin := _find_twin(plan, job.step, key, started)):
        shutil.rmtree(making)
        return twin
    seen = _find_seen(project, parts, outcome)
    moved = _find_moved(plan, ready, seen, started)
    result = Result(
        id=make_next_id(project.results / job.step),
        step=job.step,
        run=job.run,
        key=key,
        parts=parts,
        outputs=outcome.outputs,
        created=time.time(),
        seconds=outcome.seconds,
        seen_modules=seen,
        reusable=not ready.never and not moved,
        warnings=(*outcome.warnings, *moved, *_undeclared(plan, ready, outcome)),
        inputs={ref: Taken(one.result, one.hash) for ref, one in job.inputs.items()},
        files=read_written(making).files,
    )
    _protect(making / "notebook.ipynb")
    results.keep_result(project, making, result)
    return result


def _protect(executed: Path) -> None:
    """Let no editor save over an executed notebook: runs show it by hard links."""
    if executed.exists():
        executed.chmod(0o444)


def _find_twin(plan: Plan, step: str, key: str, started: float) -> Result | None:
    recalled = read_recalled(plan.project, step, key)
    if recalled is None or recalled.whys or recalled.result.created < started:
        return None
    return recalled.result


def _find_moved(
    plan: Plan, ready: Prepared, seen: dict[str, str], started: float
) -> tuple[str, ...]:
    """Say which modules and files changed while the step ran: its result is not reused."""
    step, project = ready.step, plan.project
    folder = (project.root / step.path).parent
    try:
        values = ready.parts.parameters
        files = read_files(step.files, values, folder, project.root, step.parameters)
    except NbflowError as error:
        return (str(error),)
    modules = read_modules(step.imports, folder, ready.path, project.root)
    before = ready.parts.files | ready.parts.modules
    after = files | modules
    changed = {name for name in before | after if before.get(name) != after.get(name)}
    changed |= {path for path in seen if not _is_older(project.root / path, started)}
    return tuple(
        f"{name} changed while {step.name} ran: its result serves this run and is not reused"
        for name in sorted(changed)
    )


def _is_older(path: Path, started: float) -> bool:
    try:
        return path.stat().st_mtime < started
    except OSError:
        return False


def _find_seen(project: Project, parts: Parts, outcome: Outcome) -> dict[str, str]:
    """Return the modules that only running showed, each with the hash of what counts in it."""
    seen = {path: one for path, one in outcome.modules.items() if path not in parts.modules}
    for path in seen:
        with contextlib.suppress(OSError):  # gone since: what was seen of it counts
            seen[path] = hash_module(project.root / path)
    return seen


def _undeclared(plan: Plan, ready: Prepared, outcome: Outcome) -> list[str]:
    known = ready.parts.files.keys() | ready.parts.modules.keys() | outcome.modules.keys()
    folder = (plan.project.root / ready.step.path).parent
    return [
        f"{path} was opened but not declared, so a change of it goes unseen; add to the inputs "
        f'cell: nbflow.file("{_from_folder(plan.project.root / path, folder)}")'
        for path in outcome.opened
        if path not in known
    ]


def _from_folder(path: Path, folder: Path) -> str:
    return Path(os.path.relpath(path, folder)).as_posix()
