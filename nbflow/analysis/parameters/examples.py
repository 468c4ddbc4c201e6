"""A right value for a parameter, as one would type it after `-p NAME`."""

from __future__ import annotations

import json
import shlex
from typing import Any

from nbflow.model import Parameter
from nbflow.model.types import NONE, Type

_EXAMPLES: dict[str, Any] = {
    "int": 1, "float": 0.5, "bool": True, "str": "text", "bytes": "text",
    "date": "2013-01-31", "datetime": "2013-01-31T06:00", "time": "06:00", "timedelta": "1d 6h",
    "Decimal": "1.50", "Path": "data/file.csv", "none": "none", "any": "value",
}  # fmt: skip


def make_example(parameter: Parameter) -> str:
    """Return the default where it is literal and simple, else an example for the type."""
    value = parameter.value
    if not parameter.literal or not isinstance(value, str | int | float) or value == "":
        value = _make_value(parameter.type)
    if isinstance(value, list) and parameter.type.variadic and not _is_nested(value):
        value = (value * 2)[:2]
    return shlex.quote(_spell(value))


def _make_value(kind: Type) -> Any:
    """Return a value of this type as YAML has it."""
    match kind.name:
        case "union":
            return _make_value(next(one for one in kind.args if one != NONE))
        case "literal" | "enum":
            return next(iter(kind.choices), "NAME")
        case "dict":
            key, item = map(_make_value, kind.args) if kind.args else ("a", "b")
            return {_spell(key): item}
        case "list" | "tuple" | "set" | "frozenset":
            return [_make_value(one) for one in kind.args] or ["a", "b"]
    return _EXAMPLES[kind.name]


def _spell(value: Any) -> str:
    """Return a value as one types it: nested lists and dicts as JSON, others by commas."""
    if _is_nested(value):
        return json.dumps(value)
    if isinstance(value, dict):
        return ",".join(f"{key}={_spell(one)}" for key, one in value.items())
    if isinstance(value, list):
        return ",".join(map(_spell, value))
    return str(value).lower() if isinstance(value, bool) else str(value)


def _is_nested(value: Any) -> bool:
    parts = value.values() if isinstance(value, dict) else value
    return isinstance(value, list | dict) and any(isinstance(one, list | dict) for one in parts)
