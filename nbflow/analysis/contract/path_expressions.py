"""Evaluates an expression for a path without running it: literals, parameters, constants."""

from __future__ import annotations

import ast
import string
from typing import TYPE_CHECKING, Any

from nbflow.analysis.parameters.annotations import resolve
from nbflow.analysis.parameters.literals import NotLiteralError, evaluate

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from nbflow.analysis.code.bindings import Names, Position

Parts = tuple[str, ...]  # in the form of `str.format`, `{month}` a parameter; to be joined as paths
_JOINING = {"os.path.join", "pathlib.Path", "pathlib.PurePath"}
_SAME = {"builtins.str", "os.fspath", "os.path.expanduser"}
_KINDS = {
    **dict.fromkeys(("pathlib.Path", "pathlib.PurePath"), "Path"),
    **dict.fromkeys(("builtins.str", "os.fspath", "os.path.expanduser", "os.path.join"), "str"),
}
_DEEPEST = 20  # names that stand for expressions with names


class UnknownPathError(Exception):
    """Planning cannot know the path; `why` is one of those that `present` knows."""

    def __init__(self, why: str, name: str = "", cell: int | None = None) -> None:
        super().__init__(why)
        self.facts = {"why": why, "name": name, "cell": cell}


def find_parts(node: ast.expr | None, names: Names, at: Position) -> Parts:
    """Return the parts of a path, for an expression that stands at a line of a cell.

    Raises UnknownPathError.
    """
    parts = _find(node, names, at, _DEEPEST) if node is not None else ()
    if not any(parts):
        raise UnknownPathError("nothing")
    return parts


def is_path(node: ast.expr, names: Names) -> bool:
    """Tell whether an expression is certainly a pathlib.Path."""
    return _has_kind(node, "Path", names)


def _find(node: ast.expr, names: Names, at: Position, depth: int) -> Parts:
    def inner(one: ast.expr) -> Parts:
        return _find(one, names, at, depth)

    match node:
        case ast.Constant(value=str(text)):
            return (escape(text),)
        case ast.Name(id=name):
            return _find_name(name, names, at, depth)
        case ast.JoinedStr(values=pieces):
            return _concatenate(_find_piece(piece, names, at, depth) for piece in pieces)
        case ast.BinOp(left=left, op=ast.Add(), right=right) if _has_kind(node, "str", names):
            return _concatenate([inner(left), inner(right)])
        case ast.BinOp(left=left, op=ast.Div(), right=right) if _has_kind(node, "Path", names):
            return (*inner(left), *inner(right))
        case ast.Call():
            return _find_call(node, names, at, inner)
    return _find_value(node, names, at)


def _has_kind(node: ast.expr, kind: str, names: Names, depth: int = _DEEPEST) -> bool:
    """Tell whether an expression is certainly a "str", or a "Path".

    Of numbers `+` and `/` mean something else.
    """
    match node:
        case ast.Constant(value=str()) | ast.JoinedStr():
            return kind == "str"
        case ast.Name(id=name) if name in names.parameters:
            return names.parameters[name].without_none.name == kind
        case ast.Name(id=name) if name in names.settings and depth:
            return _has_kind(names.settings[name].value, kind, names, depth - 1)
        case ast.BinOp(left=left, op=ast.Add() | ast.Div(), right=right):
            return isinstance(node.op, ast.Add) == (kind == "str") and (
                _has_kind(left, kind, names, depth) or _has_kind(right, kind, names, depth)
            )
        case ast.Call(func=ast.Attribute(attr="joinpath")):
            return kind == "Path"
        case ast.Call(func=ast.Attribute(attr="format")):
            return kind == "str"
        case ast.Call(func=func):
            return _KINDS.get(resolve(func, names.aliases)) == kind
    return False


def _find_name(name: str, names: Names, at: Position, depth: int) -> Parts:
    if name in names.parameters:
        again = next((place for place in names.stores.get(name, ()) if place < at), None)
        if again is not None:
            raise UnknownPathError("set-again", name, again[0])
        return (f"{{{name}}}",)
    places, setting = names.stores.get(name, ()), names.settings.get(name)
    if not places:
        raise UnknownPathError("no-parameter", name)
    if len(places) > 1 or setting is None or setting.at >= at or depth == 0:
        raise UnknownPathError("not-once", name)
    return _find(setting.value, names, setting.at, depth - 1)


def _find_piece(piece: ast.expr, names: Names, at: Position, depth: int) -> Parts:
    """Return what a piece of an f-string stands for; of a parameter with its format."""
    if not isinstance(piece, ast.FormattedValue):
        return _find(piece, names, at, depth)
    form = _find_format(piece)
    return _format_value(piece.value, form, names, at, depth)


def _find_format(piece: ast.FormattedValue) -> str:
    """Return the format of a piece as it follows the name: `!s`, `:02d`."""
    conversion = f"!{chr(piece.conversion)}" if piece.conversion >= 0 else ""
    if piece.format_spec is None:
        return conversion
    match piece.format_spec:
        case ast.JoinedStr(values=[ast.Constant(value=str(spec))]):
            return f"{conversion}:{spec}"
    raise UnknownPathError("format")


def _format_value(node: ast.expr, form: str, names: Names, at: Position, depth: int) -> Parts:
    if not form:
        return _find(node, names, at, depth)
    if isinstance(node, ast.Name) and node.id in names.parameters:
        (plain,) = _find_name(node.id, names, at, depth)
        return (f"{plain[:-1]}{form}}}",)
    value = _evaluate(node, names, at)
    return (escape(f"{{{form}}}".format(value)),)


def _find_call(
    node: ast.Call, names: Names, at: Position, inner: Callable[[ast.expr], Parts]
) -> Parts:
    called = resolve(node.func, names.aliases)
    if called in _JOINING and node.args and not node.keywords:
        return tuple(part for one in node.args for part in inner(one))
    if called in _SAME and len(node.args) == 1 and not node.keywords:
        return inner(node.args[0])
    match node.func:
        case ast.Attribute(value=above, attr="joinpath") if not node.keywords:
            return (*inner(above), *(part for one in node.args for part in inner(one)))
        case ast.Attribute(value=ast.Constant(value=str(text)), attr="format"):
            return _find_formatted(text, node, names, at)
    return _find_value(node, names, at)


def _find_formatted(text: str, node: ast.Call, names: Names, at: Position) -> Parts:
    """Return what `"{}/{name}.csv".format(…)` stands for."""
    given: dict[str, ast.expr] = {str(number): one for number, one in enumerate(node.args)}
    given |= {one.arg: one.value for one in node.keywords if one.arg is not None}
    made: list[Parts] = []
    count = 0
    for literal, field, spec, conversion in string.Formatter().parse(text):
        made.append((escape(literal),))
        if field is None:
            continue
        key, count = (field, count) if field else (str(count), count + 1)
        if key not in given or "{" in (spec or ""):
            raise UnknownPathError("field", field)
        form = (f"!{conversion}" if conversion else "") + (f":{spec}" if spec else "")
        made.append(_format_value(given[key], form, names, at, _DEEPEST))
    return _concatenate(made)


def _find_value(node: ast.expr, names: Names, at: Position) -> Parts:
    value = _evaluate(node, names, at)
    return (escape(str(value)),)


def _evaluate(node: ast.expr, names: Names, at: Position) -> Any:
    """Return the value of an expression of constants alone."""
    known: dict[str, Any] = {}
    for one in ast.walk(node):
        if isinstance(one, ast.Name) and one.id in names.stores:
            setting = names.settings.get(one.id)
            if one.id not in names.parameters and setting is not None and setting.at < at:
                known[one.id] = _evaluate(setting.value, names, setting.at)
        elif isinstance(one, ast.Name) and one.id in names.parameters:
            raise UnknownPathError("made-of", one.id)
    try:
        return evaluate(node, known, names.aliases)
    except NotLiteralError as error:
        raise UnknownPathError("not-literal") from error


def _concatenate(pieces: Iterable[Parts]) -> Parts:
    """Return the texts concatenated; only the first may be a joined path."""
    made: Parts = ("",)
    for piece in pieces:
        if len(piece) > 1 and made != ("",):
            raise UnknownPathError("joined")
        made = (*made[:-1], made[-1] + piece[0]) if len(piece) == 1 else piece
    return made


def escape(text: str) -> str:
    """Return a text as it stands in a pattern, where braces are parameters."""
    return text.replace("{", "{{").replace("}", "}}")


def say_parts(parts: Sequence[str]) -> str:
    """Return the parts as one pattern, for people."""
    *above, last = parts
    return "/".join([*(part.rstrip("/") for part in above if part), last])
