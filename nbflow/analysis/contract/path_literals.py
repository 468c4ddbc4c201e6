"""Literal paths in a notebook's code, to find who writes a file that nobody says is made."""

from __future__ import annotations

import ast
import re
from typing import TYPE_CHECKING, Literal

from nbflow.analysis.code.api_calls import find_function_names
from nbflow.analysis.code.bindings import read_names
from nbflow.analysis.contract.path_expressions import (
    UnknownPathError,
    escape,
    find_parts,
    say_parts,
)
from nbflow.base import globs
from nbflow.model import PathLiteral, Type

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from nbflow.analysis.code.bindings import Names
    from nbflow.analysis.code.cells import CodeCell

_PATH = re.compile(r"(?=.*[./])[^\s<>|;\"'`$]{1,200}")
_SUFFIX = re.compile(r".*\.[A-Za-z]\w{0,9}|.*/.*")
_WORD = re.compile(r"""["']([^"'\n]{1,200})["']|(?<!\S)>{0,2}([\w./~{}-]+)""")
_WRITES = re.compile(r"(?:to|write|save|dump|export|sink)(?:_|$)|savefig|savetxt|savez")
_READS = re.compile(
    r"(?:read|load|scan|parse|genfrom|from)(?:_|$)|loadtxt|imread|file$|exists|glob"
)
_OPENS = frozenset({"open"})


def find_named(
    cells: Sequence[CodeCell], parameters: Mapping[str, Type]
) -> tuple[PathLiteral, ...]:
    """Return the paths in the code, each with whether a call that holds it writes or reads it."""
    own, names = find_function_names(cells), read_names(cells, parameters)
    found: dict[str, PathLiteral] = {}
    for cell in cells:
        named = _find_in_text(cell) if cell.tree is None else _find_in_tree(cell, own, names)
        for one in named:
            known = found.get(one.pattern)
            if known is None or (known.use != "write" and one.use):
                found[one.pattern] = one
    return tuple(found.values())


def _find_in_text(cell: CodeCell) -> Iterator[PathLiteral]:
    """Find quoted paths in a language that is not Python."""
    for quoted, _ in _WORD.findall(cell.source):
        if quoted and _is_path(quoted):
            yield PathLiteral(escape(quoted))


def _find_in_tree(cell: CodeCell, own: frozenset[str], names: Names) -> Iterator[PathLiteral]:
    """Walk the tree with what the nearest call does to its arguments."""
    stack: list[tuple[ast.AST, str]] = [(cell.tree, "")] if cell.tree else []
    while stack:
        node, use = stack.pop()
        if isinstance(node, ast.Call):
            use = _find_use(node, own) or use
        literal = use != "nbflow" and isinstance(node, ast.Constant | ast.JoinedStr)
        if literal or (use in ("read", "write") and isinstance(node, ast.Name)):
            yield from _make_named(node, use, names, cell.number)
        if not isinstance(node, ast.JoinedStr):
            stack += [(child, use) for child in reversed([*ast.iter_child_nodes(node)])]


def _make_named(node: ast.AST, use: str, names: Names, cell: int) -> Iterator[PathLiteral]:
    kind: Literal["read", "write", ""] = (
        "write" if use == "write" else "read" if use == "read" else ""
    )
    pattern = (
        None
        if not isinstance(node, ast.expr) or _is_number(node)
        else _find_pattern(node, names, cell)
    )
    if pattern is not None and _is_path(pattern):
        yield PathLiteral(pattern, kind)
    elif pattern is not None and not isinstance(node, ast.Name):  # a line for a shell, or SQL
        words = (quoted or word for quoted, word in _WORD.findall(pattern))
        yield from (PathLiteral(word) for word in words if _is_path(word))


def _is_number(node: ast.expr) -> bool:
    return isinstance(node, ast.Constant) and not isinstance(node.value, str)


def _find_pattern(node: ast.expr, names: Names, cell: int) -> str | None:
    """Return a path in the form of `str.format`; `{_}` is what planning cannot know."""
    try:
        return say_parts(find_parts(node, names, (cell, node.lineno)))
    except UnknownPathError:
        pieces = node.values if isinstance(node, ast.JoinedStr) else []
        texts = (one.value if isinstance(one, ast.Constant) else None for one in pieces)
        return "".join(escape(one) if isinstance(one, str) else "{_}" for one in texts) or None


def _is_path(text: str) -> bool:
    path = _PATH.fullmatch(text) and _SUFFIX.fullmatch(text)
    return bool(path) and not globs.is_url(text)


def _find_use(call: ast.Call, own: frozenset[str]) -> str:
    """Return what a call does to a file that it names: by its name, and open's by its mode."""
    name = _find_name(call.func)
    if _find_dotted(call.func) in own:
        return "nbflow"
    if name in _OPENS:
        return "write" if _find_mode(call) & set("wax+") else "read"
    if _WRITES.match(name):
        return "write"
    return "read" if _READS.match(name) else ""


def _find_name(func: ast.expr) -> str:
    match func:
        case ast.Attribute(attr=name) | ast.Name(id=name):
            return name
    return ""


def _find_dotted(func: ast.expr) -> str:
    match func:
        case ast.Attribute(value=ast.Name(id=module), attr=name):
            return f"{module}.{name}"
    return _find_name(func)


def _find_mode(call: ast.Call) -> set[str]:
    given = [one.value for one in call.keywords if one.arg == "mode"]
    of_path = isinstance(call.func, ast.Attribute) and not isinstance(call.func.value, ast.Name)
    given += call.args[0 if of_path else 1 :][:1]
    texts = (one.value for one in given if isinstance(one, ast.Constant))
    return {letter for text in texts if isinstance(text, str) for letter in text}
