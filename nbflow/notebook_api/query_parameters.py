"""A notebook's variables as the parameters of a query."""

from __future__ import annotations

import enum
import sys
from collections.abc import Iterable, Mapping
from pathlib import PurePath
from typing import Any

from nbflow.base.nearest import find_nearest
from nbflow.errors import SqlError

_SHELLS = frozenset(
    {"In", "Out", "exit", "get_ipython", "open", "quit"}
)  # never meant as parameters


def bind(
    names: Iterable[str], variables: Mapping[str, Any], nearer: Mapping[str, Any]
) -> dict[str, Any]:
    """Return the values of `$name` parameters; SqlError for a name that has none."""
    return {name: _make_value(name, _find(name, variables, nearer)) for name in names}


def _find(name: str, variables: Mapping[str, Any], nearer: Mapping[str, Any]) -> Any:
    for known in (nearer, variables):
        if name in known:
            return known[name]
    if name.isdecimal():
        raise SqlError(
            "A parameter is called as the Python variable that holds it: write $month, not ? or $1."
        )
    mine = [one for one in (*nearer, *variables) if not one.startswith("_") and one not in _SHELLS]
    near = find_nearest(name, mine)
    hint = f"Did you mean ${near}?" if near else f"Set it above: {name} = …"
    raise SqlError(f"${name}: this notebook has no variable {name}. {hint}")


def _make_value(name: str, value: Any) -> Any:
    if isinstance(value, enum.Enum):
        return value.value
    if isinstance(value, PurePath):
        return str(value)
    if isinstance(value, set | frozenset | tuple | range):
        return [_make_value(name, one) for one in value]
    numpy = sys.modules.get("numpy")
    if numpy is not None and isinstance(value, numpy.generic | numpy.ndarray):
        return value.tolist()
    if type(value).__name__ in {"NAType", "NaTType"}:  # pandas'
        return None
    if hasattr(value, "columns"):
        raise SqlError(f"${name} is a table. Name it as one, without $: select … from {name}.")  # noqa: S608 - words
    return value
