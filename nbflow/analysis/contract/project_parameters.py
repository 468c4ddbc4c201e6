"""What is wrong in `[parameters]` of the settings: a run would stop there."""

from __future__ import annotations

import difflib
from typing import TYPE_CHECKING, Any

from msgspec.structs import replace

from nbflow.analysis.parameters import check_value
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
            yield _make_unknown(settings.file, name, value, steps)


def _find_misfits(file: str, value: Any, declared: list[Parameter]) -> Iterator[Problem]:
    for parameter in declared:
        try:
            check_value(parameter, value)
        except ParameterError as error:
            for one in error.problems:
                yield replace(one, place=None, facts={**one.facts, "file": file})


def _make_unknown(file: str, name: str, value: Any, steps: Mapping[str, Step]) -> Problem:
    """Return the problem of a name that stands for nothing, with the nearest that does."""
    only, short = make_parameter_ref(name)
    pairs = [(step.name, one.name) for step in steps.values() for one in step.parameters]
    own = sorted({known for step, known in pairs if step == only or not only})
    nested = next(iter(value), "") if isinstance(value, dict) and name in steps else ""
    facts = {
        "file": file,
        "parameter": name,
        "step": only,
        "step_known": only in steps,
        "declared": own,
        "nested": bool(nested),
    }
    if nested:
        return Problem("unknown-parameter", None, facts, Edit(f'"{name}.{nested}" = …'))
    full = sorted(f"{step}.{known}" for step, known in pairs)
    if near := difflib.get_close_matches(short, own, 1):
        meant = f"{only}.{near[0]}" if only else near[0]
    else:
        near = difflib.get_close_matches(name, full, 1) if only not in steps else []
        meant = near[0] if near else ""
    return Problem("unknown-parameter", None, facts, Edit(_quote(meant)) if meant else None)


def _quote(name: str) -> str:
    """Return a name as TOML has it: a dot would begin a table."""
    return f'"{name}"' if "." in name else name
