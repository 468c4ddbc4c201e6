"""What is wrong in `[parameters]` of the settings: a run would stop there."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from msgspec.structs import replace

from nbflow.analysis.parameters import check_value
from nbflow.base.nearest import find_nearest
from nbflow.errors import ParameterError
from nbflow.model import Edit, Parameter, Problem, Step
from nbflow.model.refs import make_parameter_ref

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping

    from nbflow.workspace.settings import Settings


def find_wrong_parameters(
    settings: Settings, steps: Mapping[str, Step], broken: Collection[str]
) -> Iterator[Problem]:
    """Find values for what no step declares, and those that do not fit.

    A name is a parameter's of all steps, or as "STEP.NAME" of one. What the `broken` notebooks
    declare is not known.
    """
    for name, value in settings.parameters.items():
        only, short = make_parameter_ref(name)
        if only in broken or (broken and not only):
            continue
        asked = [only] if only else [*steps]
        known = [one for step in asked if step in steps for one in steps[step].parameters]
        declared = [one for one in known if one.name == short]
        if declared:
            yield from _find_misfits(settings.file, value, declared)
        else:
            yield _make_unknown_setting(settings.file, name, value, steps)


def _find_misfits(file: str, value: Any, declared: list[Parameter]) -> Iterator[Problem]:
    for parameter in declared:
        try:
            check_value(parameter, value)
        except ParameterError as error:
            for one in error.problems:
                yield replace(one, place=None, facts={**one.facts, "file": file})


def make_unknown(name: str, steps: Mapping[str, Step]) -> Problem:
    """Return the problem of a parameter that no step declares, with the nearest that one does."""
    only, short = make_parameter_ref(name)
    pairs = [(step.name, one.name) for step in steps.values() for one in step.parameters]
    own = sorted({known for step, known in pairs if step == only or not only})
    facts = {"parameter": name, "step": only, "step_known": only in steps, "declared": own}
    near = find_nearest(short, own)
    meant = f"{only}.{near}" if only and near else near
    if not near and only not in steps:
        meant = find_nearest(name, sorted(f"{step}.{known}" for step, known in pairs))
    return Problem("unknown-parameter", None, facts, Edit(meant) if meant else None)


def _make_unknown_setting(file: str, name: str, value: Any, steps: Mapping[str, Step]) -> Problem:
    problem = make_unknown(name, steps)
    nested = next(iter(value), "") if isinstance(value, dict) and name in steps else ""
    remedy = Edit(f'"{name}.{nested}" = …') if nested else problem.remedy
    if isinstance(remedy, Edit) and not nested:
        remedy = Edit(_quote(remedy.text))
    facts = problem.facts | {"file": file, "nested": bool(nested)}
    return replace(problem, facts=facts, remedy=remedy)


def _quote(name: str) -> str:
    """Return a name as TOML has it: a dot would begin a table."""
    return f'"{name}"' if "." in name else name
