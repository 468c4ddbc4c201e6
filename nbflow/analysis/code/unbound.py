"""Finds uses of the name `nbflow` before it is imported: the step would fail there."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from nbflow.analysis.code.bindings import find_bound_names
from nbflow.analysis.code.cells import make_place
from nbflow.analysis.code.magic_calls import find_magics
from nbflow.model import Edit, Problem

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from nbflow.analysis.code.cells import CodeCell
    from nbflow.analysis.code.magic_calls import Magic

_NAME = "nbflow"
_LATER = (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda)
_MAY_BIND = frozenset({"load_ext", "macro", "pylab", "reload_ext", "run", "store"})


def find_unbound(cells: Sequence[CodeCell], notebook: str) -> Iterator[Problem]:
    """Find the first use of `nbflow` before it is imported.

    A function may use the name before the import: it is looked up when the function is called.
    """
    later: tuple[CodeCell, ast.Name] | None = None
    for cell, statement in _find_statements(cells):
        if cell.error or _binds(cell, statement):
            return
        now, inside = _find_uses(statement)
        if now is not None and "raises-exception" not in cell.tags:
            yield _make_problem(cell, now, notebook)
            return
        later = later or ((cell, inside) if inside is not None else None)
    if later is not None:
        yield _make_problem(*later, notebook)


def _find_statements(cells: Iterable[CodeCell]) -> Iterator[tuple[CodeCell, ast.stmt]]:
    for cell in cells:
        if cell.tree is not None:
            yield from ((cell, statement) for statement in cell.tree.body)


def _binds(cell: CodeCell, statement: ast.stmt) -> bool:
    """Tell whether a statement gives the name a meaning, or may: `from setup import *`."""
    used = {node.id for node in ast.walk(statement) if isinstance(node, ast.Name)}
    if find_bound_names(statement) & {_NAME, "*"} or used & {"exec", "globals", "setattr"}:
        return True
    return any(_may_bind(magic.name, magic.arguments) for magic in _magics_of(cell, statement))


def _may_bind(magic: str, arguments: str) -> bool:
    return magic in _MAY_BIND and arguments.strip() != _NAME


def _magics_of(cell: CodeCell, statement: ast.stmt) -> Iterator[Magic]:
    last = statement.end_lineno or statement.lineno
    return (one for one in find_magics(cell) if statement.lineno <= one.line <= last)


def _find_uses(statement: ast.stmt) -> tuple[ast.Name | None, ast.Name | None]:
    """Return the first use that is executed with the statement, and the first in a function."""
    now: ast.Name | None = None
    inside: ast.Name | None = None
    stack: list[tuple[ast.AST, bool]] = [(statement, False)]
    while stack:
        node, later = stack.pop()
        if isinstance(node, ast.Name) and node.id == _NAME:
            now, inside = (now, inside or node) if later else (now or node, inside)
        deeper = later or isinstance(node, _LATER)
        stack.extend((child, deeper) for child in reversed([*ast.iter_child_nodes(node)]))
    return now, inside


def _make_problem(cell: CodeCell, name: ast.Name, notebook: str) -> Problem:
    place = make_place(notebook, cell, name.lineno)
    return Problem("not-imported", place, remedy=Edit("import nbflow", place))
