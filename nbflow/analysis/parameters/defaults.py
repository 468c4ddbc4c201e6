"""A parameter from its definition: type, default, help and what is doubtful in it."""

from __future__ import annotations

import ast
import enum
import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from msgspec.structs import replace

from nbflow.analysis.parameters.annotations import (
    SCALARS,
    make_union,
    parse_annotation,
    parse_expression,
    resolve,
)
from nbflow.analysis.parameters.bounds import find_bounds
from nbflow.analysis.parameters.constants import find_environment, read_constants
from nbflow.analysis.parameters.definitions import (
    Definition,
    find_comments,
    find_definitions,
    parse_cell,
)
from nbflow.analysis.parameters.json_encoding import TAGGED, to_form, to_object
from nbflow.analysis.parameters.literals import NotLiteralError, evaluate, is_repeatable
from nbflow.analysis.parameters.scalars import MisfitError
from nbflow.analysis.parameters.scope import Scope, read_scope
from nbflow.base.stat_cache import Trail
from nbflow.model import Parameter, Place, Problem
from nbflow.model.types import ANY, NONE, Type

_NOISE = re.compile(r"\s*#?\s*(noqa\b|type:\s*ignore|pylint:|pragma:|fmt:|nosec\b).*$")
_MAKERS = {"combine", "cwd", "fromisoformat", "fromtimestamp", "home", "now", "strptime", "today"}
_MAKERS |= {"from_float", "utcnow"}
_TYPED = re.compile(r"type:\s*")


class _Outside(NamedTuple):
    """What a default may rest on besides its own cell: names set above, and the environment.

    `asked` are the names with those that the environment gives.
    """

    constants: Mapping[str, Any]
    asked: Mapping[str, Any]
    environment: Mapping[str, str] | None


def read_parameters(
    cells: Sequence[tuple[int, str]],
    notebook: str,
    folder: Path,
    others: Sequence[tuple[int, str]] = (),
    trail: Trail | None = None,
) -> tuple[list[Parameter], list[Problem]]:
    """Return the parameters set in these cells; a later definition of a name wins."""
    outer = [node for _, source in others for node in parse_cell(source)]
    scope = read_scope(outer, folder, None, trail)
    last = max((number for number, _ in cells), default=0)
    above = sorted(one for one in (*cells, *others) if one[0] <= last)
    environment = find_environment([source for _, source in above])
    first = min((number for number, _ in cells), default=0)
    constants = read_constants(others, first, scope.aliases, None)
    asked = read_constants(others, first, scope.aliases, environment)
    found: dict[str, Parameter] = {}
    problems: list[Problem] = []
    for number, source in cells:
        body = parse_cell(source)
        here = read_scope(body, folder, number, trail)
        scope = Scope(scope.aliases | here.aliases, scope.enums | here.enums)
        place = Place(notebook, number)
        outside = _Outside(constants, asked, environment)
        for parameter, problem in _read_cell(source, body, scope, place, outside):
            found[parameter.name] = _merge(found.get(parameter.name), parameter)
            problems += [problem] if problem else []
    return list(found.values()), problems


def _read_cell(
    source: str, body: list[ast.stmt], scope: Scope, place: Place, outside: _Outside
) -> Iterator[tuple[Parameter, Problem | None]]:
    comments = find_comments(source)
    lines = (line.strip() for line in source.splitlines())
    first_line = next((line for line in lines if line and not line.startswith("#")), "")
    # Parameters of an earlier cell do not count: what is injected between them may replace them.
    values = {**scope.members, **outside.constants}
    asked = {**scope.members, **outside.asked}
    for one in find_definitions(body):
        at = Place(place.notebook, place.cell, one.node.lineno, first_line)
        comment = comments.get(one.node.end_lineno or one.node.lineno, "")
        known, value = _evaluate(one, scope, values, None)
        told, answer = _evaluate(one, scope, asked, outside.environment)
        values |= {one.name: value} if known else {}
        asked |= {one.name: answer} if told else {}
        if one.value is None:
            yield _make_required(one, scope, at, comment), None
        elif known:
            yield _make_literal(one, value, scope, at, comment)
        elif told:
            made, problem = _make_literal(one, answer, scope, at, comment)
            yield replace(made, value=None, asked=made.value), problem
        else:
            repeats = one.known and is_repeatable(one.value, values, scope.aliases)
            yield _make_open(one, scope, at, comment, literal=repeats), None


def _evaluate(
    one: Definition, scope: Scope, values: dict[str, Any], environment: Mapping[str, str] | None
) -> tuple[bool, Any]:
    """Return whether the default is literal, and its value, which later ones may use."""
    before = values.pop(one.name, None)
    if isinstance(one.node, ast.AugAssign) and before is not None:
        values = values | {one.name: before}
    if one.value is None or not one.known:
        return False, None
    try:
        value = evaluate(one.value, values, scope.aliases, environment)
    except NotLiteralError:
        return False, None
    return True, value


def _make_required(one: Definition, scope: Scope, place: Place, comment: str) -> Parameter:
    """Return a parameter that is annotated only: `month: int`."""
    kind, text, note = _read_type(one, scope, comment)
    return _make_parameter(one, kind or ANY, text, place, note, required=True)


def _make_literal(
    one: Definition, value: Any, scope: Scope, place: Place, comment: str
) -> tuple[Parameter, Problem | None]:
    declared, text, note = _read_type(one, scope, comment)
    kind = infer(value, scope) if declared is None else declared
    if value is None and kind not in (ANY, NONE):
        kind = make_union([kind, NONE])  # `day: date = None`, as people write it
    form, is_right = _make_form(kind, value)
    problem = None if is_right else _warn(one, kind, value, place)
    form = _make_form(ANY, value)[0] if form is None else form
    literal = form is not None or value is None
    made = _make_parameter(one, kind, text, place, note, value=form, literal=literal)
    return made, problem


def _make_form(kind: Type, value: Any) -> tuple[Any, bool]:
    """Return a default's form, None where there is none, and whether it is of the declared type.

    `"2013-01-01"` for a date is not: it stays text.
    """
    try:
        made = to_object(kind, value)
    except MisfitError:
        return None, value is None
    same = bool(made == value or value != value)  # noqa: PLR0124 - nan
    return to_form(kind, made), same or bool(kind.enums)


def _warn(one: Definition, kind: Type, value: Any, place: Place) -> Problem:
    facts = {"parameter": one.name, "type": str(kind), "default": repr(value)}
    return Problem("default-misfit", place, facts, severity="warning")


def _make_open(
    one: Definition, scope: Scope, place: Place, comment: str, *, literal: bool
) -> Parameter:
    """Return a parameter whose default only running the notebook would tell."""
    kind, text, note = _read_type(one, scope, comment)
    kind = kind or (infer_call(one.value, scope.aliases) if one.known else ANY)
    return _make_parameter(one, kind, text, place, note, literal=literal)


def _make_parameter(
    one: Definition, kind: Type, text: str, place: Place, note: str, **more: Any
) -> Parameter:
    if kind == ANY:
        kind = replace(kind, source=text)
    elif bounds := find_bounds(one.annotation, kind.name, note):
        kind = replace(kind, bounds=bounds)
    default = ast.unparse(one.value) if one.value is not None else ""
    return Parameter(name=one.name, place=place, type=kind, default=default, help=note, **more)


def _read_type(one: Definition, scope: Scope, comment: str) -> tuple[Type | None, str, str]:
    """Return the declared type, its source, and the help: `# type: int  which month`."""
    comment = _NOISE.sub("", comment)
    annotation, note = one.annotation, comment
    if match := _TYPED.match(comment):
        text, note = _split_type(comment[match.end() :])
        annotation = annotation or parse_expression(text)
    if annotation is None:
        return None, "", note
    return parse_annotation(annotation, scope.aliases, scope.enums), ast.unparse(annotation), note


def _split_type(text: str) -> tuple[str, str]:
    """Split `dict[str, int] help` behind the type: at the first blank outside of brackets."""
    depth = 0
    for at, letter in enumerate(text):
        depth += (letter in "[(") - (letter in "])")
        if (
            letter.isspace()
            and depth == 0
            and not re.match(r"\s*\|", text[at:])
            and text[at - 1] != "|"
        ):
            return text[:at], text[at:].strip()
    return text, ""


def infer(value: Any, scope: Scope) -> Type:
    """Return the type of a literal default; elements count if they are all of one type."""
    if isinstance(value, enum.Enum):
        return Type("enum", enum=scope.enums[type(value).__qualname__])
    kinds = {bool: "bool", int: "int", float: "float", str: "str", **{TAGGED[k]: k for k in TAGGED}}
    kinds |= {list: "list"}
    name = next((kinds[base] for base in type(value).__mro__ if base in kinds), "")
    if name in ("list", "set", "frozenset", "tuple"):
        return Type(name, _one_type(value, scope), variadic=True)
    if name == "dict":
        sides = (_one_type(value.keys(), scope), _one_type(value.values(), scope))
        return Type("dict", sides[0] + sides[1] if all(sides) else (), variadic=True)
    return Type(name) if name and name != "range" else ANY


def _one_type(values: Any, scope: Scope) -> tuple[Type, ...]:
    kinds = [infer(value, scope) for value in values]
    same = kinds and kinds[0] != ANY and all(kind == kinds[0] for kind in kinds)
    return (kinds[0],) if same else ()


def infer_call(node: ast.expr | None, aliases: Mapping[str, str]) -> Type:
    """Return the type of `date.today()` or `float(…)`; ANY for other calls."""
    if not isinstance(node, ast.Call):
        return ANY
    dotted = resolve(node.func, aliases)
    for name in (dotted, dotted.rpartition(".")[0]):
        if name in SCALARS and (name == dotted or dotted.rpartition(".")[2] in _MAKERS):
            return Type(SCALARS[name])
    return ANY


def _merge(earlier: Parameter | None, later: Parameter) -> Parameter:
    """Return the later definition; `month: int  # help` before it has said type and help."""
    if earlier is None or not earlier.required or later.required:
        return later
    kind = later.type if earlier.type == ANY else earlier.type
    return replace(later, help=later.help or earlier.help, type=kind)
