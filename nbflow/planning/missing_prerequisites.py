"""Finds the declared files and the kernels that this machine lacks."""

from __future__ import annotations

from collections.abc import Iterator

from msgspec.structs import replace

from nbflow.errors import KernelError, NbflowError
from nbflow.model import Place, Problem, Request, Scan, Step
from nbflow.planning.make import draft
from nbflow.planning.prepare import Asked, ask_kernel, look_up
from nbflow.workspace.pipeline_folder import PipelineFolder


def find_absent(pipeline: PipelineFolder, scan: Scan) -> Iterator[Problem]:
    """Find the declared files and the kernels that are not here.

    A missing kernel is an error, or a warning where nbflow's own interpreter replaces it. Patterns
    with parameters are filled with the default values.
    """
    yield from _find_files(pipeline, scan)
    yield from _find_kernels(pipeline, scan)


def _find_kernels(pipeline: PipelineFolder, scan: Scan) -> Iterator[Problem]:
    """Find the kernels that are not installed or do not work."""
    asked: dict[Asked, list[Step]] = {}
    for step in scan.steps.values():
        asked.setdefault(ask_kernel(step), []).append(step)
    for kernel, steps in asked.items():
        place, names = Place(steps[0].path), [step.name for step in steps]
        try:
            warning = look_up(pipeline, kernel)[0].warning
        except KernelError as error:
            for one in error.problems:
                yield replace(one, place=place, facts=one.facts | {"steps": names})
            continue
        if warning:
            yield replace(warning, place=place, facts=warning.facts | {"steps": names})


def _find_files(pipeline: PipelineFolder, scan: Scan) -> Iterator[Problem]:
    """Find the problems of declared files, and the warnings of undeclared ones."""
    try:
        plan, problems = draft(pipeline, scan, Request(), lenient=True)
    except NbflowError:  # parameters that disagree: the scan has a problem that says so
        return
    yield from problems
    for ready in plan.prepared.values():
        yield from (replace(one, place=Place(ready.step.path)) for one in ready.advice)
