"""Hashes of code cells for the key: of their tokens, without those that change no result."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from nbflow.analysis.code import sql_tokens as sqltokens
from nbflow.analysis.code.api_calls import find_modules
from nbflow.analysis.code.python_tokens import read_tokens
from nbflow.base.hashing import hash_bytes
from nbflow.model import Cell

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Sequence

    from nbflow.analysis.code.cells import CodeCell
    from nbflow.analysis.contract.sql_cells import Found

TAGS = frozenset({"inputs", "parameters", "raises-exception"})  # those that count for the key
_LOADING = frozenset({"load_ext", "reload_ext", "unload_ext"})


def make_digests(cells: Sequence[CodeCell], queries: Iterable[Found] = ()) -> tuple[Cell, ...]:
    """Return the cells that hold code, with digests of their tokens and of tags that count.

    nbflow's own lines do not count: they only show something. Of the cells that are `queries`, the
    tokens of the SQL count.
    """
    modules = find_modules(cells)
    of: dict[int, list[Found]] = {}
    for query in queries:
        of.setdefault(query.cell.number, []).append(query)
    digests = ((cell, _make_digest(cell, modules, of.get(cell.number, ()))) for cell in cells)
    return tuple(
        Cell(cell.number, cell.first_line, digest, tuple(sorted(cell.tags & TAGS)))
        for cell, digest in digests
        if digest is not None
    )


def _make_digest(cell: CodeCell, modules: Collection[str], queries: Sequence[Found]) -> str | None:
    """Return the hash of a cell's code, None where it holds nothing that counts.

    What this Python cannot parse counts as text: there its versions' tokens differ.
    """
    parts = None if cell.error else read_tokens(_make_counting(cell, modules, queries))
    if parts is None or cell.tree is None:
        parts = ["text", cell.source.strip()]
    if not parts:
        return None
    tags = sorted(cell.tags & TAGS)
    return hash_bytes("\0".join([*tags, "", *parts]).encode("utf-8", "surrogatepass"))


def _make_counting(cell: CodeCell, modules: Collection[str], queries: Sequence[Found]) -> str:
    """Return the cell's Python without nbflow's own lines, and with queries as their tokens."""
    own = _find_own(cell, modules)
    if not own and not queries:
        return cell.plain
    lines = cell.plain.split("\n")
    for query in queries:
        lines[query.line - 1] = _replace_query(lines[query.line - 1], query)
    for first, last in own:
        lines[first - 1 : last] = [""] * (last - first + 1)
    return "\n".join(lines)


def _replace_query(line: str, query: Found) -> str:
    """Return the line of a magic's call with the query's tokens in place of its text."""
    tokens = sqltokens.read_tokens(query.sql.query)
    if tokens is None:
        return line
    start, end = query.span
    data = line.encode("utf-8", "surrogatepass")
    said = query.sql.name, query.sql.to, query.sql.write, query.sql.run, query.sql.reads
    call = f"nbsql({said!r}, {query.sql.limit!r}, {tokens!r})"
    made = data[:start] + call.encode("utf-8", "surrogatepass") + data[end:]
    return made.decode("utf-8", "surrogatepass")


def _find_own(cell: CodeCell, modules: Collection[str]) -> list[tuple[int, int]]:
    """Return the first and last lines of those statements of nbflow that share no line with others.

    Where a cell has no others, `import nbflow` is one of them.
    """
    if cell.tree is None or not any(name in cell.source for name in ("nbflow", *modules)):
        return []
    body = cell.tree.body
    own = [one for one in body if _is_own(one, modules)]
    if own and all(one in own or _is_import(one) for one in body):
        own = body
    spans = [(one.lineno, one.end_lineno or one.lineno) for one in body]
    return [
        (first, last)
        for one, (first, last) in zip(body, spans, strict=True)
        if one in own and sum(first <= end and start <= last for start, end in spans) == 1
    ]


def _is_own(node: ast.stmt, modules: Collection[str]) -> bool:
    """Tell `%load_ext nbflow`, `%nbflow …` and `nbflow.controls()`."""
    match node:
        case ast.Expr(
            value=ast.Call(
                func=ast.Attribute(attr="run_line_magic"),
                args=[ast.Constant(value=str(name)), ast.Constant(value=str(arguments))],
            )
        ):
            return name == "nbflow" or (name in _LOADING and arguments.strip() == "nbflow")
        case ast.Expr(
            value=ast.Call(func=ast.Attribute(value=ast.Name(id=module), attr="controls"))
        ):
            return module in modules
    return False


def _is_import(node: ast.stmt) -> bool:
    return isinstance(node, ast.Import) and all(one.name == "nbflow" for one in node.names)
