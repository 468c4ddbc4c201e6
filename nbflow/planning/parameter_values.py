"""Which value each parameter of each step gets."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Any

import msgspec

from nbflow.analysis.contract.project_parameters import make_unknown
from nbflow.analysis.parameters import check_value, parse_text
from nbflow.base.hashing import hash_bytes
from nbflow.errors import NbflowError, ParameterError
from nbflow.model import Edit, Parameter, Problem, Request, Step
from nbflow.model.refs import make_parameter_ref

Parse = Callable[[Parameter, Any], Any]


def assign(
    steps: Mapping[str, Step],
    settings: Mapping[str, Any],
    request: Request,
    selected: Collection[str] = (),
) -> dict[str, dict[str, Any]]:
    """Return each step's overrides, in JSON forms.

    The request wins over the project's settings, and `STEP.NAME` over `NAME`. A value for all steps
    must fit each of the `selected` steps that declare the parameter; if none of them does, each
    other step that does. Raises ParameterError with all problems.
    """
    overrides: dict[str, dict[str, Any]] = {name: {} for name in steps}
    sources = [(settings, check_value), (request.parameters, check_value)]
    for name, forms in _convert(steps, sources, selected):
        for step, form in forms.items():
            overrides[step][make_parameter_ref(name).name] = form
    return overrides


def make_forms(
    steps: Mapping[str, Step],
    values: Mapping[str, Any],
    texts: Mapping[str, str],
    selected: Collection[str] = (),
) -> dict[str, Any]:
    """Return the JSON forms of values, and of texts that are read as each parameter's type says.

    A text wins over a value of the same name. What has different forms in different steps, as it
    has for `x: float` and for `x` without a type, is given for each step. Raises ParameterError
    with all that is wrong.
    """
    values = {name: value for name, value in values.items() if name not in texts}
    found = _convert(steps, [(values, check_value), (texts, parse_text)], selected)
    own = {str(make_parameter_ref(name)) for name, _ in found if "." in name}
    forms: dict[str, Any] = {}
    for name, by_step in found:
        named = {f"{step}.{make_parameter_ref(name).name}": form for step, form in by_step.items()}
        if len({repr(form) for form in named.values()}) == 1:
            forms[name] = next(iter(named.values()))
        else:
            forms |= {at: form for at, form in named.items() if "." in name or at not in own}
    return forms


def _convert(
    steps: Mapping[str, Step],
    sources: Sequence[tuple[Mapping[str, Any], Parse]],
    selected: Collection[str],
) -> list[tuple[str, dict[str, Any]]]:
    """Return each name with its value's form by step, in the order in which they apply."""
    found: list[tuple[str, dict[str, Any]]] = []
    problems: list[Problem] = []
    for values, name, parse in _order(sources):
        try:
            targets = _find_targets(steps, name)
        except NbflowError as error:
            problems += error.problems
            continue
        counting = [step for step, _ in targets if step in selected]
        forms: dict[str, Any] = {}
        for step, parameter in targets:
            try:
                forms[step] = parse(parameter, values[name])
            except NbflowError as error:
                if step in counting or not counting:
                    problems += error.problems
        found.append((name, forms))
    if problems:
        unique = [one for at, one in enumerate(problems) if one not in problems[:at]]
        raise ParameterError(problems=unique)
    return found


def make_effective(step: Step, overrides: Mapping[str, Any]) -> dict[str, Any]:
    """Return all of a step's parameters with the values that count for its key."""
    return {
        parameter.name: overrides.get(parameter.name, _default(parameter))
        for parameter in step.parameters
    }


def find_open_defaults(step: Step, overrides: Mapping[str, Any]) -> list[Parameter]:
    """Return the parameters whose values are not known before the notebook runs."""
    return [
        one
        for one in step.parameters
        if not one.literal and not one.required and one.name not in overrides
    ]


def refuse_missing(steps: Mapping[str, Step], overrides: Mapping[str, Mapping[str, Any]]) -> None:
    missing = [
        _make_missing(name, one)
        for name, step in steps.items()
        for one in step.parameters
        if one.required and one.name not in overrides[name]
    ]
    if missing:
        raise ParameterError(problems=missing)


def _make_missing(step: str, parameter: Parameter) -> Problem:
    """Return the problem of a parameter without a value.

    Its remedy is what was meant by `full: False`, which annotates and sets nothing.
    """
    name, kind, place = parameter.name, parameter.type.source, parameter.place
    meant = re.fullmatch(r"True|False|-?[0-9.]+", kind)
    facts = {"step": step, "parameter": name, "notebook": place.notebook, "cell": place.cell}
    return Problem("missing-value", None, facts, Edit(f"{name} = {kind}", place) if meant else None)


def _order(
    sources: Sequence[tuple[Mapping[str, Any], Parse]],
) -> list[tuple[Mapping[str, Any], str, Parse]]:
    """Return the values in the order in which they apply: for all steps, then for one."""
    named = [(values, name, parse) for values, parse in sources for name in values]
    return sorted(named, key=lambda one: "." in one[1])


def _find_targets(steps: Mapping[str, Step], name: str) -> list[tuple[str, Parameter]]:
    """Return the steps that declare a parameter, each with it; ParameterError for none."""
    only, short = make_parameter_ref(name)
    asked = (steps[step] for step in ([only] if only else steps) if step in steps)
    found = [(step.name, one) for step in asked for one in step.parameters if one.name == short]
    if not found:
        raise ParameterError(problems=[make_unknown(name, steps)])
    return found


def _default(parameter: Parameter) -> Any:
    if parameter.asked is not None:
        digest = hash_bytes(msgspec.json.encode(parameter.asked, order="deterministic"))
        return {"source": parameter.default, "hash": digest}
    return parameter.value if parameter.literal else {"source": parameter.default}
