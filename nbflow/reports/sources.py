"""Lists what a step used: tables and values of steps, files and modules, each with its hash."""

from __future__ import annotations

from collections.abc import Iterator

from nbflow.model import Job, Result
from nbflow.reports.facts import Source


def make_sources(result: Result) -> tuple[Source, ...]:
    """Return what a result was made from; what was opened without being declared is a file too."""
    return (*_make_inputs(result), *_make_files(result), *_make_modules(result))


def make_job_sources(job: Job) -> tuple[Source, ...]:
    """Return what an attempt was given to read, of a step that made no result."""
    return tuple(
        Source("table", ref, found.hash, found.result) for ref, found in sorted(job.inputs.items())
    )


def _make_inputs(result: Result) -> Iterator[Source]:
    for ref, digest in sorted(result.parts.inputs.items()):
        taken = result.inputs.get(ref)
        yield Source("table", ref, digest, taken.result if taken else "")


def _make_files(result: Result) -> Iterator[Source]:
    for name, digest in sorted({**result.opened, **result.parts.files}.items()):
        yield Source("file", name, digest)


def _make_modules(result: Result) -> Iterator[Source]:
    for name, digest in sorted({**result.seen_modules, **result.parts.modules}.items()):
        yield Source("module", name, digest)
