"""The names that a cell's source sets at its top level, in order."""

from __future__ import annotations

import ast
import io
import tokenize
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from nbflow.analysis.parameters.annotations import parse_expression


class Definition(NamedTuple):
    """A name that is set or annotated.

    `value` is None for an annotation alone; `known` is False where only running the notebook
    tells what is assigned: under `if`, by `x, y = f()`.
    """

    name: str
    node: ast.stmt
    annotation: ast.expr | None = None
    value: ast.expr | None = None
    known: bool = True


def parse_cell(source: str) -> list[ast.stmt]:
    """Return the cell's statements; none for a cell with a syntax error, reported elsewhere."""
    try:
        return ast.parse(source).body
    except (SyntaxError, ValueError):
        return []


def find_definitions(body: Iterable[ast.stmt], *, known: bool = True) -> Iterator[Definition]:
    """Yield the public names that are assigned; imports, functions and loop variables are none."""
    found = _find_all(body, known=known)
    return (one for one in found if not one.name.startswith("_"))


def _find_all(body: Iterable[ast.stmt], *, known: bool) -> Iterator[Definition]:
    for node in body:
        match node:
            case ast.Assign(targets=targets, value=value):
                for target in targets:
                    yield from _unpack(node, target, value, known=known)
            case ast.AnnAssign(target=ast.Name(id=name), annotation=annotation, value=value):
                yield Definition(name, node, _unquote(annotation), value, known)
            case ast.AugAssign(target=ast.Name(id=name), op=op, value=value):
                together = ast.BinOp(ast.Name(name), op, value)
                yield Definition(name, node, None, together, known)
            case ast.If() | ast.Try() | ast.With() | ast.For() | ast.While():
                yield from _find_all(_inner(node), known=False)


def _unquote(annotation: ast.expr) -> ast.expr:
    match annotation:
        case ast.Constant(value=str(text)):
            return parse_expression(text.strip()) or annotation
    return annotation


def _unpack(
    node: ast.stmt, target: ast.expr, value: ast.expr, *, known: bool
) -> Iterator[Definition]:
    if isinstance(target, ast.Name):
        yield Definition(target.id, node, None, value, known)
    elif isinstance(target, ast.Tuple | ast.List):
        same = isinstance(value, ast.Tuple | ast.List) and len(value.elts) == len(target.elts)
        for at, inner in enumerate(target.elts):
            if same:
                yield from _unpack(node, inner, value.elts[at], known=known)  # type: ignore[attr-defined]
            else:
                yield from _unpack(node, inner, value, known=False)
    elif isinstance(target, ast.Starred):
        yield from _unpack(node, target.value, value, known=False)


def _inner(node: ast.stmt) -> Iterator[ast.stmt]:
    for part in ("body", "orelse", "finalbody"):
        yield from getattr(node, part, ())
    for handler in getattr(node, "handlers", ()):
        yield from handler.body


def find_comments(source: str) -> dict[int, str]:
    """Return the comment of each line that has one, without its `#`."""
    lines = io.StringIO(source).readline
    try:
        tokens = [one for one in tokenize.generate_tokens(lines) if one.type == tokenize.COMMENT]
    except (tokenize.TokenError, SyntaxError):
        return {}
    return {one.start[0]: one.string.lstrip("#").strip() for one in tokens}
