"""A right value for a parameter, as one would type it after `-p NAME`."""

from __future__ import annotations

import json
import shlex
from typing import Any

from nbflow.analysis.parameters.types import NONE, Type
from nbflow.model import Parameter

_EXAMPLES = {
    "int": "1", "float": "0.5", "bool": "true", "str": "text", "bytes": "text",
    "date": "2013-01-31", "datetime": "2013-01-31T06:00", "time": "06:00", "timedelta": "1d 6h",
    "Decimal": "1.50", "Path": "data/file.csv", "none": "none", "any": "value",
}  # fmt: skip


def make_example(parameter: Parameter, kind: Type) -> str:
    """Return the default where it is literal and simple, else an example for the type."""
    value = parameter.value
    if parameter.literal and isinstance(value, str | int | float) and value != "":
        text = str(value).lower() if isinstance(value, bool) else str(value)
    else:
        text = _example(kind)
    return shlex.quote(text)


def _example(kind: Type) -> str:
    if kind.kind == "union":
        return _example(next(one for one in kind.args if one != NONE))
    if kind.kind == "literal":
        return str(kind.choices[0])
    if kind.enum is not None:
        return next(iter(kind.enum.members), "NAME")
    if kind.kind in _EXAMPLES:
        return _EXAMPLES[kind.kind]
    return _container(kind)


def _container(kind: Type) -> str:
    parts = [_example(one) for one in kind.args] or ["a", "b"]
    if kind.kind == "dict":
        return f"{parts[0]}={parts[-1]}"
    nested = any(one.args for one in kind.args)
    if nested:
        return json.dumps([_json_example(one) for one in kind.args])
    return ",".join(parts * 2 if kind.variadic and len(parts) == 1 else parts)


def _json_example(kind: Type) -> Any:
    if kind.kind == "dict":
        key, item = kind.args or (Type("str"), Type("int"))
        return {_example(key): _json_example(item)}
    if kind.kind in ("list", "tuple", "set", "frozenset"):
        return [_json_example(one) for one in kind.args]
    plain = kind.kind in ("int", "float", "bool")
    return json.loads(_EXAMPLES[kind.kind]) if plain else _example(kind)
