"""Under a run: the kernel's job says what is read, what may be written, and where to."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from nbflow.errors import CallError
from nbflow.model import Job
from nbflow.notebook_api import session
from nbflow.notebook_api.messages import say
from nbflow.notebook_api.ref_names import Source, make_hint
from nbflow.runs.folder import find_attempt

if TYPE_CHECKING:
    from collections.abc import Iterable


def locate(job: Job, step: str, name: str) -> Source:
    """Return where the run put one of the step's inputs."""
    ref = f"{step}.{name}"
    found = job.inputs.get(ref)
    if found is None:
        raise CallError(
            f"{job.step} reads {ref}, but its inputs are: {_list(job.inputs)}."
            f"{make_hint(ref, job.inputs)} Inputs are found before anything runs: put "
            f'nbflow.read("{ref}") into a cell tagged `inputs` of {Path(job.source).name}.'
        )
    return Source(folder=Path(found.folder), name=found.name)


def write(job: Job, name: str, value: Any) -> None:
    """Keep an output in the result that the run is making."""
    from nbflow.storage import output_io  # noqa: PLC0415 - importing nbflow must not load duckdb

    folder = find_attempt(job).making
    _check_declared(job, name)
    under_way = session.current.writing
    # Not held while writing: what is streamed may itself read inputs, in another thread.
    with session.current.lock:
        if name in under_way or name in output_io.read_outputs(folder):
            raise CallError(
                f"{job.step} writes {name} twice in one run. Give the second one its own name, "
                f'or write once, when it is complete: nbflow.write("{name}", …).'
            )
        under_way.add(name)
    try:
        output = output_io.write(folder, name, value)
    finally:
        under_way.discard(name)
    if output.unkept:
        say(name, output.note)


def read_folder(job: Job) -> Path:
    """Return the author's notebook's folder: relative paths start there."""
    return Path(job.source).parent


def _check_declared(job: Job, name: str) -> None:
    if job.declared and name not in job.writes:
        raise CallError(
            f"{job.step} writes {name}, but what it declares to write is: {_list(job.writes)}."
            f'{make_hint(name, job.writes)} Say nbflow.write("{name}", …) with the name as a '
            f"literal in a cell of {Path(job.source).name}, or name it in the step's option "
            f'`writes`: [steps.{job.step}] writes = ["{name}"] in nbflow.toml.'
        )


def _list(names: Iterable[str]) -> str:
    return ", ".join(sorted(names)) or "none"
