"""What is wrong in `[parameters]` of the settings: a run would stop there."""

from __future__ import annotations

import difflib
from typing import TYPE_CHECKING, Any

from nbflow.errors import ParameterError
from nbflow.model import Parameter, Problem, Step
from nbflow.notebook.parameters import check_value

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping

    from nbflow.settings import Settings


def find_wrong_parameters(
    settings: Settings, steps: Mapping[str, Step], broken: Collection[str]
) -> Iterator[Problem]:
    """Find values for what no step declares, and those that do not fit.

    A name is a parameter's of all steps, or as "STEP.NAME" of one. What the `broken` notebooks
    declare is not known.
    """
    for name, value in settings.parameters.items():
        only, _, short = name.rpartition(".")
        if only in broken or (broken and not only):
            continue
        asked = [only] if only else [*steps]
        known = [one for step in asked if step in steps for one in steps[step].parameters]
        declared = [one for one in known if one.name == short]
        if declared:
            yield from _find_misfits(settings.file, name, value, declared)
        else:
            yield _make_unknown(settings.file, name, value, steps)


def _find_misfits(file: str, name: str, value: Any, declared: list[Parameter]) -> Iterator[Problem]:
    for parameter in declared:
        try:
            check_value(parameter, value)
        except ParameterError as error:
            hint = f"Correct it in {file}."
            yield Problem(f"{file}, [parameters], {name}: {error}", None, hint)


def _make_unknown(file: str, name: str, value: Any, steps: Mapping[str, Step]) -> Problem:
    """Return the problem of a name that stands for nothing, with the nearest that does."""
    only = name.rpartition(".")[0]
    if only and only not in steps:
        why = f"there is no step {only}"
    else:
        why = f"{only or 'no step'} {'does not declare' if only else 'declares'} it"
    nested = next(iter(value), "") if isinstance(value, dict) and name in steps else ""
    hint = f'Write "{name}.{nested}" = …, in quotes.' if nested else _suggest(name, steps)
    return Problem(f"{file} sets the parameter {name}, but {why}.", None, hint)


def _suggest(name: str, steps: Mapping[str, Step]) -> str:
    only, _, short = name.rpartition(".")
    pairs = [(step.name, one.name) for step in steps.values() for one in step.parameters]
    own = sorted({known for step, known in pairs if step == only or not only})
    full = sorted(f"{step}.{known}" for step, known in pairs)
    if near := difflib.get_close_matches(short, own, 1):
        return f"Did you mean {_quote(f'{only}.{near[0]}' if only else near[0])}?"
    if only not in steps and (near := difflib.get_close_matches(name, full, 1)):
        return f"Did you mean {_quote(near[0])}?"
    if not own:
        return "Remove it."
    return f"{only or 'The steps'} {'declares' if only else 'declare'}: {', '.join(own)}."


def _quote(name: str) -> str:
    """Return a name as TOML has it: a dot would begin a table."""
    return f'"{name}"' if "." in name else name
