"""Names that the cells above the parameters set to values that cannot change any more."""

from __future__ import annotations

import ast
import datetime as dt
import decimal
import enum
import os
import pathlib
import re
from collections.abc import Mapping, Sequence
from typing import Any

from nbflow.analysis.code.bindings import find_settings, find_stores
from nbflow.analysis.parameters.definitions import parse_cell
from nbflow.analysis.parameters.literals import NotLiteralError, evaluate

_FIXED = (
    *(bool, bytes, decimal.Decimal, dt.date, dt.time, dt.timedelta, enum.Enum, float, int, str),
    *(pathlib.PurePath, type(None)),
)
# What may change the environment before it is asked: then only running tells what it holds.
_CHANGING = re.compile(
    r"dotenv|putenv|set_env|['\"]env['\"]"
    r"|environ\s*(?:\[[^]]*\]\s*=(?!=)|\|=|\.\s*(?:update|setdefault|pop|clear)\b)"
)
ASKING = re.compile(r"\benviron\b|\bgetenv\b")


def read_constants(
    others: Sequence[tuple[int, str]],
    first: int,
    aliases: Mapping[str, str],
    environment: Mapping[str, str] | None,
) -> dict[str, Any]:
    """Return the values that names have when cell `first` begins, and keep.

    Those count that are set by a plain assignment to what cannot be changed in place, and are not
    set again below.
    """
    known: dict[str, Any] = {}
    for number, source in others:
        for statement in parse_cell(source):
            if number < first:
                _follow(statement, known, aliases, environment)
            else:
                _drop(statement, known)
    return known


def find_environment(sources: Sequence[str]) -> Mapping[str, str] | None:
    """Return the variables that a run will see in these cells; None where they may change them."""
    return None if any(map(_CHANGING.search, sources)) else os.environ


def _follow(
    statement: ast.stmt,
    known: dict[str, Any],
    aliases: Mapping[str, str],
    environment: Mapping[str, str] | None,
) -> None:
    """Note what a statement sets."""
    before = dict(known)
    _drop(statement, known)
    for name, value in find_settings(statement):
        try:
            made = evaluate(value, before, aliases, environment)
        except NotLiteralError:
            continue
        if _is_fixed(made):
            known[name] = made


def _drop(statement: ast.stmt, known: dict[str, Any]) -> None:
    """Forget the names that a statement sets, or may: `from settings import *`, `%run`."""
    for name, _ in find_stores(statement):
        known.pop(name, None)
    for node in ast.walk(statement):
        match node:
            case ast.alias(name="*") | ast.Constant(value="run") | ast.Name(id="exec" | "globals"):
                known.clear()
            case ast.alias(name=name, asname=other):
                known.pop(other or name.partition(".")[0], None)


def _is_fixed(value: Any) -> bool:
    if isinstance(value, tuple | frozenset):
        return all(map(_is_fixed, value))
    return isinstance(value, _FIXED)
