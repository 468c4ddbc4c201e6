"""Python source that makes the parameters' objects again, for papermill's injected cell."""

from __future__ import annotations

import datetime as dt
import enum
import math
from collections.abc import Callable, Mapping
from decimal import Decimal
from pathlib import PurePath
from typing import Any

from nbflow.model import Injection

# Aliases, since `import datetime` would replace a notebook's `from datetime import datetime`.
_MODULES = {module: f"_{module}" for module in ("datetime", "decimal", "pathlib", "zoneinfo")}


def make_injection(objects: Mapping[str, Any], guards: Mapping[str, str]) -> Injection:
    """Return one assignment for each object, and the imports that the assignments need.

    `guards` maps a parameter to an Enum class that only a later cell defines.
    """
    lines = {name: f"{name} = {_to_source(value)}" for name, value in objects.items()}
    for name, guard in guards.items():
        if name in lines:
            lines[name] = f"if {guard!r} in globals():\n    {lines[name]}"
    used = "\n".join(lines.values())
    needed = (one for one in _MODULES.items() if f"{one[1]}." in used)
    return Injection(tuple(f"import {name} as {alias}" for name, alias in needed), lines)


def _to_source(value: Any) -> str:
    """Return the Python expression that makes an equal object of the same type."""
    for python, make in _SOURCES:
        if isinstance(value, python):
            return make(value)
    raise TypeError(type(value).__name__)


def _enum_source(value: enum.Enum) -> str:
    return f"{type(value).__qualname__}[{value.name!r}]"


def _float_source(value: float) -> str:
    return repr(value) if math.isfinite(value) else f'float("{value}")'


def _datetime_source(value: dt.datetime) -> str:
    zone, bare = value.tzinfo, repr(value.replace(tzinfo=None))
    if zone is None:
        return f"_{bare}"
    if key := getattr(zone, "key", None):
        source = f'_zoneinfo.ZoneInfo("{key}")'
    else:
        source = (
            "_datetime.timezone.utc"
            if zone == dt.UTC
            else f"_datetime.timezone(_{value.utcoffset()!r})"
        )
    return f"_{bare[:-1]}, tzinfo={source})"


def _aliased(value: object) -> str:
    return f"_{'decimal.' if isinstance(value, Decimal) else ''}{value!r}"


def _tuple_source(value: tuple[Any, ...]) -> str:
    return f"({_join(value)},)" if len(value) == 1 else f"({_join(value)})"


def _set_source(value: set[Any] | frozenset[Any]) -> str:
    name = type(value).__name__
    inner = f"{{{', '.join(sorted(map(_to_source, value)))}}}" if value else ""
    return inner if inner and name == "set" else f"{name}({inner})"


def _dict_source(value: dict[Any, Any]) -> str:
    pairs = (f"{_to_source(key)}: {_to_source(one)}" for key, one in value.items())
    return f"{{{', '.join(pairs)}}}"


def _join(values: Any) -> str:
    return ", ".join(_to_source(one) for one in values)


_SOURCES: tuple[tuple[Any, Callable[[Any], str]], ...] = (
    (enum.Enum, _enum_source),  # before int and str, which a member may be, too
    ((bool, int, str, bytes, range, type(None)), repr),
    (float, _float_source),
    (dt.datetime, _datetime_source),
    ((dt.date, dt.time, dt.timedelta, Decimal), _aliased),
    (PurePath, lambda value: f"_pathlib.Path({value.as_posix()!r})"),
    (list, lambda value: f"[{_join(value)}]"),
    (tuple, _tuple_source),
    ((set, frozenset), _set_source),
    (dict, _dict_source),
)
