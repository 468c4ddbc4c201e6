"""The fields of a form. A parameter that several steps share has one field."""

from __future__ import annotations

import contextlib
from collections.abc import Iterable, Mapping
from typing import Any

import msgspec

from nbflow.errors import NbflowError
from nbflow.model import Frozen, Parameter, Request, Step
from nbflow.panel.form_inputs import UNSET
from nbflow.planning.parameter_values import assign

SHARED = ""  # the group of what several steps share


class Field(Frozen, frozen=True):
    """One parameter to ask for; `key` is what a request calls it, `month` or `report.title`.

    `default` is the value (in its JSON form) if nothing is chosen; `steps` are those that take it.
    """

    key: str
    group: str  # the step, or SHARED
    parameter: Parameter
    default: Any
    steps: tuple[str, ...]


def make_fields(steps: Mapping[str, Step], settings: Mapping[str, Any]) -> list[Field]:
    """Return the fields in the order of the groups: what is shared first, then step by step."""
    overrides = read_overrides(steps, settings, Request())
    found: dict[str, list[Field]] = {}
    for step in steps.values():
        for one in step.parameters:
            default = overrides[step.name].get(one.name, _find_default(one))
            made = Field(f"{step.name}.{one.name}", step.name, one, default, (step.name,))
            found.setdefault(one.name, []).append(made)
    joined = [field for fields in found.values() for field in _join(fields)]
    at = {SHARED: -1} | {name: number for number, name in enumerate(steps)}
    return sorted(joined, key=lambda field: at[field.group])


def read_values(
    fields: Iterable[Field], steps: Mapping[str, Step], request: Request
) -> dict[str, Any]:
    """Return the forms that a request gives to the fields, by key."""
    overrides = read_overrides(steps, {}, request)
    values = {}
    for field in fields:
        given = [overrides[step].get(field.parameter.name, UNSET) for step in field.steps]
        if given[0] is not UNSET:
            values[field.key] = given[0]
    return values


def read_overrides(
    steps: Mapping[str, Step], settings: Mapping[str, Any], request: Request
) -> dict[str, dict[str, Any]]:
    """Return each step's values that fit; a plan reports those that do not."""
    with contextlib.suppress(NbflowError):
        return assign(steps, settings, request)
    found: dict[str, dict[str, Any]] = {name: {} for name in steps}
    parts = [
        *(Request(parameters={name: value}) for name, value in settings.items()),
        *(Request(parameters={name: value}) for name, value in request.parameters.items()),
    ]
    for part in parts:
        with contextlib.suppress(NbflowError):
            for step, forms in assign(steps, {}, part).items():
                found[step].update(forms)
    return found


def _join(fields: list[Field]) -> list[Field]:
    """Return one field for all parameters of a name if they are alike, else one for each."""
    if len(fields) == 1:
        return [msgspec.structs.replace(fields[0], key=fields[0].parameter.name)]
    if len({_identity(field) for field in fields}) > 1:
        return fields
    first = max(fields, key=lambda field: len(field.parameter.help))
    steps = tuple(step for field in fields for step in field.steps)
    return [Field(first.parameter.name, SHARED, first.parameter, first.default, steps)]


def _identity(field: Field) -> str:
    one = field.parameter
    return repr((one.type, one.required, field.default))


def _find_default(parameter: Parameter) -> Any:
    if parameter.required or not parameter.literal:
        return UNSET
    opened = parameter.value is None and parameter.default not in {"None", ""}
    return UNSET if opened else parameter.value
