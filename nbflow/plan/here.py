"""What a pipeline needs of this machine and does not find: files, kernels."""

from __future__ import annotations

from collections.abc import Iterator

from msgspec.structs import replace

from nbflow import kernels
from nbflow.errors import KernelError, ParameterError
from nbflow.model import Place, Problem, Request, Scan, Step
from nbflow.notebook.files import find_files, make_patterns
from nbflow.plan.values import assign, make_effective
from nbflow.project import Project

_NAMED = 3


def find_absent(project: Project, scan: Scan) -> Iterator[Problem]:
    """Find the declared files and the kernels that are not here.

    Warnings: the notebooks are right, and another machine, or a later day, may have them.
    A pattern with a parameter is looked for with the value that it has by default.
    """
    yield from _find_files(project, scan)
    asked: dict[tuple[str, str, str], list[Step]] = {}
    for step in scan.steps.values():
        asked.setdefault((step.language, step.kernel, step.options.kernel), []).append(step)
    for (language, name, strict), steps in asked.items():
        try:
            why = kernels.find_kernel(language, name, strict).note
            hint = "Install it, or choose another in the notebook or by the step's option kernel."
        except KernelError as error:
            why, _, hint = str(error).partition(". ")
        if why:
            yield Problem(f"{why}.{_name_all(steps)}", Place(steps[0].path), hint, "warning")


def _find_files(project: Project, scan: Scan) -> Iterator[Problem]:
    try:
        overrides = assign(scan.steps, project.settings.parameters, Request())
    except ParameterError:  # the scan has a problem that says so
        overrides = {name: {} for name in scan.steps}
    for name, step in scan.steps.items():
        folder = (project.root / step.path).parent
        values = make_effective(step, overrides[name])
        patterns, _ = make_patterns(step.files, values, folder, step.parameters)
        found = find_files(patterns, project.root, read_hash=lambda _: "")
        for problem in (*found.missing, *found.wrong):
            yield replace(problem, severity="warning")


def _name_all(steps: list[Step]) -> str:
    names = [step.name for step in steps[:_NAMED]]
    more = f" and {len(steps) - _NAMED} more" if len(steps) > _NAMED else ""
    return f" Steps: {', '.join(names)}{more}." if len(steps) > 1 else ""
