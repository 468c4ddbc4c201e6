"""Code cells as they count for the key, and the modules they import."""

from __future__ import annotations

import ast
import io
import tokenize
from typing import TYPE_CHECKING, Any

from nbflow.model import Cell, Frozen, Place
from nbflow.notebook.syntax import neutralise, parse
from nbflow.store.hashing import hash_bytes

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

TAGS = frozenset({"inputs", "parameters", "raises-exception"})  # those that count for the key
_DROPPED = frozenset({tokenize.COMMENT, tokenize.ENCODING, tokenize.ENDMARKER, tokenize.NL})
_LAYOUT = {tokenize.NEWLINE: "\n", tokenize.INDENT: "\t", tokenize.DEDENT: "\b"}
_FIRST_LINE = 60


class CodeCell(Frozen, frozen=True):
    """An executed code cell: `plain` is Python on the same lines, `tree` None if it is none."""

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
    return [
        _make_code_cell(number, cell["source"], read_tags(cell), language)
        for number, cell in enumerate(notebook["cells"], 1)
        if cell["cell_type"] == "code" and cell["source"].strip() and _is_executed(cell)
    ]


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


def make_digests(cells: Sequence[CodeCell]) -> tuple[Cell, ...]:
    """Return the cells that hold code, with digests of their tokens and of tags that count."""
    digests = ((cell, _make_digest(cell)) for cell in cells)
    return tuple(
        Cell(cell.number, cell.first_line, digest, tuple(sorted(cell.tags & TAGS)))
        for cell, digest in digests
        if digest is not None
    )


def find_imports(cells: Iterable[CodeCell]) -> tuple[str, ...]:
    """Return the dotted names of all modules that the cells import, wherever they do."""
    trees = (cell.tree for cell in cells if cell.tree is not None and "import" in cell.source)
    return tuple(
        sorted({name for tree in trees for node in ast.walk(tree) for name in _imported(node)})
    )


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


def _parse(plain: str) -> tuple[ast.Module | None, str, int | None]:
    try:
        return parse(plain), "", None
    except SyntaxError as error:
        return None, error.msg, error.lineno
    except (ValueError, RecursionError, MemoryError) as error:
        return None, str(error), None


def _find_first_line(source: str, language: str) -> str:
    comment = (
        "//" if language in {"javascript", "typescript", "scala", "java", "rust", "c++"} else "#"
    )
    lines = [line.strip() for line in source.splitlines() if line.strip()]
    first = next((line for line in lines if not line.startswith(comment)), lines[0])
    return first if len(first) <= _FIRST_LINE else first[: _FIRST_LINE - 1] + "…"


def _make_digest(cell: CodeCell) -> str | None:
    """Return the hash of a cell's code, None where it holds nothing but comments.

    What this Python cannot parse counts as text: there its versions' tokens differ.
    """
    parts = _read_tokens(cell.plain) if cell.tree is not None else None
    if parts is None:
        parts = ["text", cell.source.strip()]
    if not parts:
        return None
    tags = sorted(cell.tags & TAGS)
    return hash_bytes("\0".join([*tags, "", *parts]).encode("utf-8", "surrogatepass"))


def _read_tokens(plain: str) -> list[str] | None:
    """Return the tokens, None where the text has none: no comments, blank lines or widths."""
    try:
        tokens = list(tokenize.generate_tokens(io.StringIO(plain).readline))
    except (tokenize.TokenError, SyntaxError, ValueError):
        return None
    if any(token.type == tokenize.ERRORTOKEN for token in tokens):
        return None
    merged = _merge_strings(tokens, plain.splitlines(keepends=True))
    return [_LAYOUT.get(kind, text) for kind, text in merged if kind not in _DROPPED]


def _merge_strings(
    tokens: Iterable[tokenize.TokenInfo], lines: Sequence[str]
) -> Iterator[tuple[int, str]]:
    """Yield kinds and texts, an f-string as one: Python 3.12 and later takes it apart."""
    depth = 0
    start = (0, 0)
    for token in tokens:
        name = tokenize.tok_name[token.type]
        if name in {"FSTRING_START", "TSTRING_START"}:
            start = token.start if depth == 0 else start
            depth += 1
        elif name in {"FSTRING_END", "TSTRING_END"}:
            depth -= 1
            if depth == 0:
                yield tokenize.STRING, _cut(lines, start, token.end)
        elif depth == 0:
            yield token.type, token.string


def _cut(lines: Sequence[str], start: tuple[int, int], end: tuple[int, int]) -> str:
    (first, left), (last, right) = start, end
    if first == last:
        return lines[first - 1][left:right]
    middle = lines[first : last - 1]
    return "".join([lines[first - 1][left:], *middle, lines[last - 1][:right]])


def _imported(node: ast.AST) -> Iterator[str]:
    match node:
        case ast.Import(names=names):
            yield from (alias.name for alias in names)
        case ast.ImportFrom(module=str(module), names=names, level=0):
            yield module
            yield from (f"{module}.{alias.name}" for alias in names if alias.name != "*")
        case ast.Call(
            func=ast.Name(id="__import__" | "import_module") | ast.Attribute(attr="import_module"),
            args=[ast.Constant(value=str(name)), *_],
        ) if not name.startswith("."):
            yield name
