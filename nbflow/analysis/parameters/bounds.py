"""The least and the greatest value of a number, as its annotation or its help text says."""

from __future__ import annotations

import ast
import re
from typing import Any

from nbflow.model.types import Bounds

_KEYS = {"ge": 0, "min": 0, "gt": 0, "le": 1, "max": 1, "lt": 1}
_OPEN = {"gt": 1, "lt": -1}  # the next whole number is the bound
_NUMBER = r"-?\d+(?:\.\d+)?"
_TOLD = re.compile(rf"(?<![\w.])({_NUMBER})\.\.({_NUMBER})(?![\w.])")


def find_bounds(annotation: ast.expr | None, kind: str, note: str) -> Bounds | None:
    """Return the bounds of a number, both included; None where there are none.

    `Annotated[int, Ge(1), Le(12)]`, `Annotated[int, Field(ge=1, le=12)]` and `range(1, 13)`
    tell them (the names of `annotated_types`, pydantic and msgspec), and so does `1..12` in the
    help text.
    """
    if kind not in {"int", "float"}:
        return None
    found: list[float | None] = [None, None]
    for item in _find_items(annotation):
        for name, value in _read_item(item):
            if name in _OPEN and kind == "float":
                continue
            found[_KEYS[name]] = value + _OPEN.get(name, 0)
    if found == [None, None] and (told := _TOLD.search(note)):
        found = [_parse(told[1]), _parse(told[2])]
    low, high = found
    if (low is None and high is None) or (low is not None and high is not None and low > high):
        return None
    return low, high


def _find_items(annotation: ast.expr | None) -> list[ast.expr]:
    """Return what `Annotated` says besides the type."""
    if not isinstance(annotation, ast.Subscript) or not isinstance(annotation.slice, ast.Tuple):
        return []
    named = ast.unparse(annotation.value).rpartition(".")[2] == "Annotated"
    return annotation.slice.elts[1:] if named else []


def _read_item(item: ast.expr) -> list[tuple[str, Any]]:
    if not isinstance(item, ast.Call):
        return []
    name = ast.unparse(item.func).rpartition(".")[2].lower()
    args = [_value(one) for one in item.args]
    if name == "range" and args and None not in args:
        low, high = args[:2] if len(args) > 1 else (0, args[0])
        return [("ge", low), ("lt", high)]
    if name in _KEYS and len(args) == 1 and args[0] is not None:
        return [(name, args[0])]
    known = [(one.arg, _value(one.value)) for one in item.keywords if one.arg in _KEYS]
    return [(key, value) for key, value in known if key is not None and value is not None]


def _value(node: ast.expr) -> Any:
    try:
        value = ast.literal_eval(node)
    except ValueError:
        return None
    return value if isinstance(value, int | float) and not isinstance(value, bool) else None


def _parse(text: str) -> float:
    return float(text) if "." in text else int(text)
