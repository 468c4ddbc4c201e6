"""What a pipeline needs of this machine and does not find: files, kernels."""

from __future__ import annotations

from collections.abc import Iterator

from msgspec.structs import replace

from nbflow.errors import KernelError, NbflowError
from nbflow.model import Place, Problem, Request, Scan, Step
from nbflow.planning.make import draft
from nbflow.planning.prepare import Asked, ask_kernel, look_up
from nbflow.workspace.project import Project


def find_absent(project: Project, scan: Scan) -> Iterator[Problem]:
    """Find the declared files and the kernels that are not here.

    A kernel without which a plan is refused is an error; one that nbflow's own interpreter stands
    in for is a warning. A pattern with a parameter is looked for with the value that it has by
    default.
    """
    yield from _find_files(project, scan)
    yield from _find_kernels(project, scan)


def _find_kernels(project: Project, scan: Scan) -> Iterator[Problem]:
    """Find the kernels that are not installed or do not work, as a plan finds them."""
    asked: dict[Asked, list[Step]] = {}
    for step in scan.steps.values():
        asked.setdefault(ask_kernel(step), []).append(step)
    for kernel, steps in asked.items():
        place, names = Place(steps[0].path), [step.name for step in steps]
        try:
            warning = look_up(project, kernel)[0].warning
        except KernelError as error:
            for one in error.problems:
                yield replace(one, place=place, facts=one.facts | {"steps": names})
            continue
        if warning:
            yield replace(warning, place=place, facts=warning.facts | {"steps": names})


def _find_files(project: Project, scan: Scan) -> Iterator[Problem]:
    """Find what a plan says of files: what is wrong, and what should be said of them."""
    try:
        plan, problems = draft(project, scan, Request(), lenient=True)
    except NbflowError:  # parameters that disagree: the scan has a problem that says so
        return
    yield from problems
    for ready in plan.prepared.values():
        yield from (replace(one, place=Place(ready.step.path)) for one in ready.advice)
