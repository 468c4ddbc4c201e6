"""Which names a notebook's cells set outside of its parameters, where, and to what."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from nbflow.analysis.code.cells import CodeCell
    from nbflow.model import Type

Position = tuple[int, int]  # a cell's number and a line in it
_OWN_NAMES = (
    *(ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda, ast.ClassDef),
    *(ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp),
)


class Setting(NamedTuple):
    """A plain assignment at the top level of a cell."""

    at: Position
    value: ast.expr


class Names(NamedTuple):
    """What names stand for: parameters with their types, where others are set, and to what."""

    parameters: Mapping[str, Type]
    stores: Mapping[str, tuple[Position, ...]]
    settings: Mapping[str, Setting]
    aliases: Mapping[str, str]


def read_names(cells: Iterable[CodeCell], parameters: Mapping[str, Type]) -> Names:
    """Return what the names of a notebook stand for."""
    stores: dict[str, list[Position]] = {}
    settings: dict[str, Setting] = {}
    aliases: dict[str, str] = {}
    for cell in cells:
        for statement in cell.tree.body if cell.tree is not None else ():
            aliases.update(_find_aliases(statement))
            if "parameters" in cell.tags:
                continue
            for name, line in find_stores(statement):
                stores.setdefault(name, []).append((cell.number, line))
            for name, value in find_settings(statement):
                settings[name] = Setting((cell.number, statement.lineno), value)
    places = {name: tuple(found) for name, found in stores.items()}
    return Names(parameters, places, settings, aliases)


def find_settings(statement: ast.stmt) -> Iterator[tuple[str, ast.expr]]:
    """Yield the names that a statement sets by a plain assignment, and to what."""
    match statement:
        case ast.Assign(targets=targets, value=value):
            yield from ((one.id, value) for one in targets if isinstance(one, ast.Name))
        case ast.AnnAssign(target=ast.Name(id=name), value=ast.expr() as value):
            yield name, value


def find_stores(statement: ast.stmt) -> Iterator[tuple[str, int]]:
    """Yield the names that a statement sets at the top level, and the globals of its functions."""
    stack: list[ast.AST] = [statement]
    while stack:
        node = stack.pop()
        match node:
            case ast.Name(id=name, ctx=ast.Store() | ast.Del()):
                yield name, node.lineno
            case ast.Global(names=names):
                yield from ((name, statement.lineno) for name in names)
            case ast.ExceptHandler(name=str(name)) | ast.MatchAs(name=str(name)):
                yield name, node.lineno
        if isinstance(node, _OWN_NAMES):
            yield from ((name, node.lineno) for name in _find_globals(node))
        else:
            stack.extend(ast.iter_child_nodes(node))


def find_bound_names(tree: ast.AST) -> set[str]:
    """Return all names that are set, imported or defined anywhere; "*" of `from x import *`."""
    names: set[str] = set()
    for node in ast.walk(tree):
        match node:
            case ast.Name(id=name, ctx=ast.Store() | ast.Del()):
                names.add(name)
            case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name):
                names.add(name)
            case ast.ClassDef(name=name):
                names.add(name)
            case ast.alias(name=name, asname=other):
                names.add(other or name.partition(".")[0])
    return names


def _find_globals(node: ast.AST) -> Iterator[str]:
    if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
        yield node.name
    for one in ast.walk(node):
        if isinstance(one, ast.Global):
            yield from one.names


def _find_aliases(statement: ast.stmt) -> Iterator[tuple[str, str]]:
    """Yield what a statement at the top level imports, by the name that it gives it."""
    match statement:
        case ast.Import(names=names):
            for one in names:
                top = one.name if one.asname else one.name.partition(".")[0]
                yield one.asname or top, top
        case ast.ImportFrom(module=str(module), names=names, level=0):
            for one in names:
                yield one.asname or one.name, f"{module}.{one.name}"
