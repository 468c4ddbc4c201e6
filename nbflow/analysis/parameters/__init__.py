"""The parameters of a notebook: found without running it, checked, and handed over."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from nbflow.analysis.parameters.defaults import read_parameters
from nbflow.analysis.parameters.examples import make_example
from nbflow.analysis.parameters.injected import make_injection
from nbflow.analysis.parameters.json_encoding import to_form, to_object
from nbflow.analysis.parameters.scalars import MisfitError
from nbflow.analysis.parameters.text_input import read_text
from nbflow.base.stat_cache import Trail
from nbflow.errors import ParameterError
from nbflow.model import Injection, Parameter, Problem, Step
from nbflow.model.types import ANY, Type

_WIDTH = 60  # of a value in a message
_DEEPEST = 60  # lists within lists: Python refuses code with 200 open brackets


def find_parameters(
    cells: Sequence[tuple[int, str]],
    notebook: str,
    modules_folder: Path,
    others: Sequence[tuple[int, str]] = (),
    trail: Trail | None = None,
) -> tuple[list[Parameter], list[Problem]]:
    """Return the parameters set in the cells tagged `parameters`, and what is doubtful in them.

    `cells` are (number, source) with IPython syntax neutralised; a later definition of a name
    wins. `others` are the notebook's other code cells, for their imports and Enum classes.
    Parameters are names assigned at the top level, also by `a = b = 1` and `a, b = 1, 2`, and
    within `if`, `try` and `with`, where their default is not literal. Private names (`_x`),
    loop variables, imports, functions and classes are none. `trail` notes the modules looked for.
    """
    return read_parameters(cells, notebook, modules_folder, others, trail)


def parse_text(parameter: Parameter, text: str) -> Any:
    """Return the JSON form of a text from the command line; raises ParameterError."""
    try:
        return _make_form(read_text, parameter.type, text)
    except MisfitError as error:
        raise _refuse(parameter, text, error) from error


def check_value(parameter: Parameter, value: Any) -> Any:
    """Return the JSON form of a Python, JSON, YAML or TOML value; raises ParameterError.

    A JSON form is its own JSON form.
    """
    try:
        return _make_form(to_object, parameter.type, value)
    except MisfitError as error:
        is_text = _is_meant_text(parameter.type, value)
        raise _refuse(parameter, value, error, is_text=is_text) from error


def make_objects(parameters: Iterable[Parameter], values: Mapping[str, Any]) -> dict[str, Any]:
    """Return the Python objects for JSON forms; an Enum member is one of a class of that name.

    A default that is not of its declared type stays as the notebook has it.
    """
    types = {one.name: one.type for one in parameters}
    return {name: _make_object(types[name], form) for name, form in values.items()}


def make_injected(step: Step, values: Mapping[str, Any]) -> Injection:
    """Return papermill's `injected-parameters` cell for these JSON forms."""
    return make_injection(make_objects(step.parameters, values), _find_guards(step.parameters))


def _make_object(kind: Type, form: Any) -> Any:
    try:
        return to_object(kind, form)
    except MisfitError:
        return to_object(ANY, form)


def _make_form(convert: Callable[[Type, Any], Any], kind: Type, value: Any) -> Any:
    """Return the form of what a value is converted to, no deeper than Python code may be."""
    try:
        form = to_form(kind, convert(kind, value))
    except RecursionError:
        raise MisfitError("it is nested too deep, or holds itself") from None
    if _is_deeper(form, _DEEPEST):
        raise MisfitError(f"it is nested more than {_DEEPEST} deep")
    return form


def _is_deeper(form: Any, levels: int) -> bool:
    if not isinstance(form, list | dict):
        return False
    parts = form.values() if isinstance(form, dict) else form
    return levels == 0 or any(_is_deeper(part, levels - 1) for part in parts)


def _show(value: Any) -> str:
    try:
        shown = repr(value)
    except (RecursionError, ValueError):  # deep lists, integers of thousands of digits
        return f"this {type(value).__name__}"
    return shown if len(shown) <= _WIDTH else shown[: _WIDTH - 1] + "…"


def _find_guards(parameters: Iterable[Parameter]) -> dict[str, str]:
    """Return the parameters whose Enum class a later cell defines than the first one.

    The injected cell stands behind the first; it runs again, unseen, behind the later ones.
    """
    known = list(parameters)
    first = min((one.place.cell or 0 for one in known), default=0)
    late = (
        (one.name, enum) for one in known for enum in one.type.enums if (enum.cell or 0) > first
    )
    return {name: enum.name.partition(".")[0] for name, enum in late}


def _is_meant_text(kind: Type, value: Any) -> bool:
    """Tell whether a text does not fit that `-p` would read as the type says."""
    if not isinstance(value, str):
        return False
    try:
        read_text(kind, value)
    except MisfitError:
        return False
    return True


def _refuse(
    parameter: Parameter, value: Any, error: MisfitError, *, is_text: bool = False
) -> ParameterError:
    facts = {
        "parameter": parameter.name,
        "notebook": parameter.place.notebook,
        "cell": parameter.place.cell,
        "given": _show(value),
        "type": str(parameter.type),
        "choices": list(parameter.type.choices),
        "bounds": parameter.type.bounds and list(parameter.type.bounds),
        "why": str(error),
        "is_text": is_text,
        "example": make_example(parameter),
    }
    return ParameterError(problems=[Problem("parameter-misfit", parameter.place, facts)])
