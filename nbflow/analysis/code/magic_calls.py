"""The magics of a cell, as `neutralise` writes them into its Python."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator

    from nbflow.analysis.code.cells import CodeCell

_SHELLS = frozenset({"!", "bash", "sh", "sx", "system", "zsh"})
_OUTPUT = "get_ipython().getoutput("


class Magic(NamedTuple):
    """A magic's call at `line`, in the bytes `span` of it; `body` is None for a line magic."""

    name: str
    arguments: str
    body: str | None
    line: int
    span: tuple[int, int]


def find_magics(cell: CodeCell) -> Iterator[Magic]:
    """Yield a cell's magics in the order of its text."""
    if cell.tree is None or "_magic" not in cell.plain:
        return
    calls = (node for node in ast.walk(cell.tree) if isinstance(node, ast.Call))
    for call in sorted(calls, key=lambda call: call.lineno):
        span = (call.col_offset, call.end_col_offset or call.col_offset)
        match call:
            case ast.Call(
                func=ast.Attribute(attr="run_line_magic"),
                args=[ast.Constant(value=str(name)), ast.Constant(value=str(arguments))],
            ):
                yield Magic(name, arguments, None, call.lineno, span)
            case ast.Call(
                func=ast.Attribute(attr="run_cell_magic"),
                args=[
                    ast.Constant(value=str(name)),
                    ast.Constant(value=str(arguments)),
                    ast.Constant(value=str(body)),
                ],
            ):
                yield Magic(name, arguments, body, call.lineno, span)


def find_commands(cell: CodeCell) -> Iterator[tuple[str, int]]:
    """Yield the shell commands of a cell, a line each: of `!`, `%sx` and `%%bash`."""
    for magic in find_magics(cell):
        if magic.name in _SHELLS:
            text = magic.arguments if magic.body is None else magic.body
            below = 0 if magic.body is None else 1
            for number, line in enumerate(text.splitlines(), magic.line + below):
                yield line, number
    if cell.tree is not None and ("get_ipython().system(" in cell.plain or _OUTPUT in cell.plain):
        for node in ast.walk(cell.tree):
            match node:
                case ast.Call(
                    func=ast.Attribute(attr="system" | "getoutput"),
                    args=[ast.Constant(value=str(text))],
                ):
                    yield text, node.lineno
