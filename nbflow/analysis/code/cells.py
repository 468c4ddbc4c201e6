"""The code cells that a run executes."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING, Any

from msgspec.structs import replace

from nbflow.analysis.code.automagic import make_automagic
from nbflow.analysis.code.ipython_syntax import neutralise, parse
from nbflow.model import Frozen, Place

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

_FIRST_LINE = 60


class CodeCell(Frozen, frozen=True):
    """An executed code cell: `plain` is Python on the same lines, `tree` None if it is none.

    `error` is why this Python cannot read it; then `plain` and `tree` may hold a part of it.
    """

    number: int
    source: str
    tags: frozenset[str]
    first_line: str
    plain: str = ""
    tree: ast.Module | None = None
    error: str = ""
    error_line: int | None = None


def make_code_cells(notebook: Mapping[str, Any], language: str) -> list[CodeCell]:
    """Return the code cells that a run executes, in order; empty ones do not count."""
    cells = [
        _make_code_cell(number, cell["source"], read_tags(cell), language)
        for number, cell in enumerate(notebook["cells"], 1)
        if cell["cell_type"] == "code" and cell["source"].strip() and _is_executed(cell)
    ]
    if language != "python" or all(cell.tree is not None for cell in cells):
        return cells
    trees = [cell.tree for cell in cells if cell.tree is not None]
    return [cell if cell.tree is not None else _make_automatic(cell, trees) for cell in cells]


def read_tags(cell: Mapping[str, Any]) -> frozenset[str]:
    """Return a cell's tags."""
    tags = cell["metadata"].get("tags")
    return (
        frozenset(tag for tag in tags if isinstance(tag, str))
        if isinstance(tags, list)
        else frozenset()
    )


def make_place(notebook: str, cell: CodeCell, line: int | None = None) -> Place:
    """Return where a line of a cell stands."""
    return Place(notebook, cell.number, line, cell.first_line)


def _is_executed(cell: Mapping[str, Any]) -> bool:
    # papermill replaces the cell that it injected before.
    return not read_tags(cell) & {"skip-execution", "injected-parameters"}


def _make_code_cell(number: int, source: str, tags: frozenset[str], language: str) -> CodeCell:
    cell = CodeCell(number, source, tags, _find_first_line(source, language))
    if language != "python":
        return cell
    plain = neutralise(source)
    tree, error, line = _parse(plain)
    return CodeCell(number, source, tags, cell.first_line, plain, tree, error, line)


def _make_automatic(cell: CodeCell, trees: Iterable[ast.Module]) -> CodeCell:
    """Return a cell that is not Python as IPython executes it, where that is a magic."""
    call = make_automagic(cell.source, trees)
    return cell if call is None else replace(cell, plain=call, tree=parse(call), error="")


def _parse(plain: str) -> tuple[ast.Module | None, str, int | None]:
    try:
        return parse(plain), "", None
    except SyntaxError as error:
        return None, error.msg or type(error).__name__, error.lineno
    except (ValueError, RecursionError, MemoryError) as error:
        return None, str(error) or type(error).__name__, None


def _find_first_line(source: str, language: str) -> str:
    comment = (
        "//" if language in {"javascript", "typescript", "scala", "java", "rust", "c++"} else "#"
    )
    lines = [line.strip() for line in source.splitlines() if line.strip()]
    first = next((line for line in lines if not line.startswith(comment)), lines[0])
    return first if len(first) <= _FIRST_LINE else first[: _FIRST_LINE - 1] + "…"
