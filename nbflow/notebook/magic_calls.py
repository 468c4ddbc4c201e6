"""The magics of a cell, as `neutralise` writes them into its Python."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator

    from nbflow.notebook.code import CodeCell


class Magic(NamedTuple):
    """A magic's call; `body` is None for a line magic."""

    name: str
    arguments: str
    body: str | None
    line: int


def find_magics(cell: CodeCell) -> Iterator[Magic]:
    """Yield a cell's magics in the order of its text."""
    if cell.tree is None or "_magic" not in cell.plain:
        return
    calls = (node for node in ast.walk(cell.tree) if isinstance(node, ast.Call))
    for call in sorted(calls, key=lambda call: call.lineno):
        match call:
            case ast.Call(
                func=ast.Attribute(attr="run_line_magic"),
                args=[ast.Constant(value=str(name)), ast.Constant(value=str(arguments))],
            ):
                yield Magic(name, arguments, None, call.lineno)
            case ast.Call(
                func=ast.Attribute(attr="run_cell_magic"),
                args=[
                    ast.Constant(value=str(name)),
                    ast.Constant(value=str(arguments)),
                    ast.Constant(value=str(body)),
                ],
            ):
                yield Magic(name, arguments, body, call.lineno)
