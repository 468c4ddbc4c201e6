"""The value of a default that can be told without running it: `date(2013, 1, 1)`, `60 * 60`."""

from __future__ import annotations

import ast
import datetime as dt
import decimal
import math
import operator
import os
import pathlib
import zoneinfo
from collections.abc import Callable, Mapping
from typing import Any

from nbflow.analysis.parameters.annotations import resolve

_LONGEST = 100_000  # elements or characters; `"a" * 10**9` is left to the kernel
_LARGEST = 10**100

# Deterministic constructors; `datetime` as a bare name is the class, as a prefix the module.
_CALLS: dict[str, Callable[..., Any]] = {
    **{f"builtins.{kind.__name__}": kind for kind in (bool, dict, float, frozenset, int, list)},
    **{f"builtins.{kind.__name__}": kind for kind in (range, set, str, tuple)},
    **{f"builtins.{pure.__name__}": pure for pure in (abs, len, max, min, round, sorted, sum)},
    "datetime.date": dt.date,
    "datetime.date.fromisoformat": dt.date.fromisoformat,
    "datetime.datetime": dt.datetime,
    "datetime.datetime.fromisoformat": dt.datetime.fromisoformat,
    "datetime.time": dt.time,
    "datetime.timedelta": dt.timedelta,
    "datetime.timezone": dt.timezone,
    "decimal.Decimal": decimal.Decimal,
    "os.path.join": os.path.join,
    "pathlib.Path": pathlib.Path,
    "pathlib.PurePath": pathlib.PurePath,
    "zoneinfo.ZoneInfo": zoneinfo.ZoneInfo,
}
_CONSTANTS: dict[str, Any] = {
    "datetime.UTC": dt.UTC,
    "datetime.timezone.utc": dt.UTC,
    **{f"math.{name}": getattr(math, name) for name in ("e", "inf", "nan", "pi", "tau")},
    **{f"numpy.{name}": getattr(math, name) for name in ("e", "inf", "nan", "pi")},
}
_CONVERSIONS: dict[int, Callable[[Any], str]] = {ord("a"): ascii, ord("r"): repr, ord("s"): str}
_DISPLAYS: dict[type[ast.expr], Callable[..., Any]] = {
    ast.List: list,
    ast.Set: set,
    ast.Tuple: tuple,
}
_OPERATORS: dict[type[ast.operator | ast.unaryop], Callable[..., Any]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
    ast.FloorDiv: operator.floordiv,
    ast.Mod: operator.mod,
    ast.Pow: operator.pow,
    ast.BitOr: operator.or_,
    ast.USub: operator.neg,
    ast.UAdd: operator.pos,
    ast.Not: operator.not_,
    ast.Invert: operator.invert,
}
# Calls that make the same each time, of objects that have no JSON form.
_REPEATABLE = {
    *(f"numpy.{name}" for name in ("arange", "array", "datetime64", "linspace", "timedelta64")),
    *(f"pandas.{name}" for name in ("DateOffset", "Interval", "Period", "Timedelta", "Timestamp")),
    *(f"pandas.{name}" for name in ("date_range", "to_datetime", "to_timedelta")),
    *("fractions.Fraction", "re.compile", "uuid.UUID"),
}
_CLOCK = {"now", "today"}  # pd.Timestamp("today")


_ENVIRON = "os.environ"
_ASKING = {"os.getenv", "os.environ.get"}


class NotLiteralError(Exception):
    """Only running the notebook would tell."""


def evaluate(
    node: ast.expr,
    names: Mapping[str, Any],
    aliases: Mapping[str, str],
    environment: Mapping[str, str] | None = None,
) -> Any:
    """Return the expression's value; raises NotLiteralError.

    `names` are the values of variables set before it, with Enum members as `Color.RED`; `aliases`
    what imported names stand for, "" for names that mean something else here; `environment` the
    variables that `os.getenv` finds, None where that is not known.
    """
    try:
        value = _evaluate(node, names, aliases, environment)
    except NotLiteralError:
        raise
    except Exception as error:
        raise NotLiteralError(str(error)) from error
    if isinstance(value, (type, zoneinfo.ZoneInfo, dt.timezone)):
        raise NotLiteralError
    return value


def is_repeatable(node: ast.expr, names: Mapping[str, Any], aliases: Mapping[str, str]) -> bool:
    """Tell whether `pd.Timestamp("2013-01-01")` and its like have literal arguments."""
    if not isinstance(node, ast.Call) or resolve(node.func, aliases) not in _REPEATABLE:
        return False
    try:
        values = [evaluate(one, names, aliases) for one in node.args]
        values += [evaluate(one.value, names, aliases) for one in node.keywords]
    except NotLiteralError:
        return False
    return not any(isinstance(one, str) and one.lower() in _CLOCK for one in values)


def _evaluate(  # noqa: C901, PLR0911 - one line a kind
    node: ast.expr,
    names: Mapping[str, Any],
    aliases: Mapping[str, str],
    environment: Mapping[str, str] | None,
) -> Any:
    def inner(one: ast.expr) -> Any:
        return _evaluate(one, names, aliases, environment)

    match node:
        case ast.Constant(value=value) if value is not ...:
            return value
        case ast.Name() | ast.Attribute():
            return _find_name(node, names, aliases)
        case ast.List(elts=items) | ast.Tuple(elts=items) | ast.Set(elts=items):
            return _DISPLAYS[type(node)](part for item in items for part in _unpack(item, inner))
        case ast.Dict(keys=keys, values=values):
            return _make_dict(keys, values, inner)
        case ast.UnaryOp(op=op, operand=operand):
            return _OPERATORS[type(op)](inner(operand))
        case ast.BinOp(left=left, op=op, right=right):
            return _operate(op, inner(left), inner(right))
        case ast.Call():
            return _call(node, inner, aliases, environment)
        case ast.Subscript(value=value, slice=key) if environment is not None:
            if resolve(value, aliases) == _ENVIRON:
                return environment[inner(key)]
        case ast.BoolOp(op=ast.Or(), values=values):
            return next(filter(None, map(inner, values[:-1])), None) or inner(values[-1])
        case ast.JoinedStr(values=parts):
            return "".join(_format(part, inner) for part in parts)
    raise NotLiteralError


def _find_name(
    node: ast.Name | ast.Attribute, names: Mapping[str, Any], aliases: Mapping[str, str]
) -> Any:
    text = ast.unparse(node)
    if text in names:
        return names[text]
    dotted = resolve(node, aliases)
    if dotted not in _CONSTANTS:
        raise NotLiteralError
    return _CONSTANTS[dotted]


def _unpack(item: ast.expr, inner: Callable[[ast.expr], Any]) -> list[Any]:
    return list(inner(item.value)) if isinstance(item, ast.Starred) else [inner(item)]


def _make_dict(
    keys: list[ast.expr | None], values: list[ast.expr], inner: Callable[[ast.expr], Any]
) -> dict[Any, Any]:
    made: dict[Any, Any] = {}
    for key, value in zip(keys, values, strict=True):
        made |= inner(value) if key is None else {inner(key): inner(value)}
    return made


def _operate(op: ast.operator, left: Any, right: Any) -> Any:
    for one in (left, right):
        if isinstance(one, int | float) and abs(one) > _LARGEST:
            raise NotLiteralError
    if isinstance(op, ast.Pow) and (abs(right) > 100 or abs(left) > 10**9):  # noqa: PLR2004
        raise NotLiteralError
    if isinstance(op, ast.Mult) and (hasattr(left, "__len__") or hasattr(right, "__len__")):
        sized, times = (left, right) if hasattr(left, "__len__") else (right, left)
        if len(sized) * times > _LONGEST:
            raise NotLiteralError
    return _OPERATORS[type(op)](left, right)


def _call(
    node: ast.Call,
    inner: Callable[[ast.expr], Any],
    aliases: Mapping[str, str],
    environment: Mapping[str, str] | None,
) -> Any:
    called = resolve(node.func, aliases)
    kind = _CALLS.get(called)
    if called in _ASKING and environment is not None:
        kind = environment.get
    if kind is None or any(isinstance(one, ast.Starred) for one in node.args):
        raise NotLiteralError
    arguments = [inner(one) for one in node.args]
    named = {one.arg: inner(one.value) for one in node.keywords if one.arg is not None}
    if len(named) < len(node.keywords):
        raise NotLiteralError
    if any(isinstance(one, range) and len(one) > _LONGEST for one in arguments):
        raise NotLiteralError
    return kind(*arguments, **named)


def _format(part: ast.expr, inner: Callable[[ast.expr], Any]) -> str:
    if not isinstance(part, ast.FormattedValue):
        return str(inner(part))
    value = inner(part.value)
    if part.conversion in _CONVERSIONS:
        value = _CONVERSIONS[part.conversion](value)
    return format(value, inner(part.format_spec) if part.format_spec else "")
