"""What a pipeline needs of this machine and does not find: files, kernels."""

from __future__ import annotations

from collections.abc import Iterator

from nbflow.errors import KernelError, NbflowError
from nbflow.model import Place, Problem, Request, Scan, Step
from nbflow.plan.make import draft
from nbflow.plan.prepare import Asked, ask_kernel, look_up
from nbflow.project import Project

_NAMED = 3


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
        place = Place(steps[0].path)
        try:
            note = look_up(project, kernel)[0].note
        except KernelError as error:
            why, _, hint = str(error).partition(". ")
            yield Problem(f"{why}.{_name_all(steps)}", place, hint)
            continue
        if note:
            hint = "Install it, or choose another in the notebook or by the step's option kernel."
            yield Problem(f"{note}.{_name_all(steps)}", place, hint, "warning")


def _find_files(project: Project, scan: Scan) -> Iterator[Problem]:
    """Find what a plan says of files: what is wrong, and what should be said of them."""
    try:
        plan, problems = draft(project, scan, Request(), lenient=True)
    except NbflowError:  # parameters that disagree: the scan has a problem that says so
        return
    yield from problems
    for name, ready in plan.prepared.items():
        for said in ready.advice:
            yield Problem(f"{name}: {said}", Place(ready.step.path), "", "warning")


def _name_all(steps: list[Step]) -> str:
    names = [step.name for step in steps[:_NAMED]]
    more = f" and {len(steps) - _NAMED} more" if len(steps) > _NAMED else ""
    return f" Steps: {', '.join(names)}{more}." if len(steps) > 1 else ""
