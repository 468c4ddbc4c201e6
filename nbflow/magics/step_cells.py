"""Splits the text of a `%%step` cell into the cells of a step's notebook."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from itertools import groupby
from typing import NamedTuple

from nbflow.analysis.code.cells import make_code_cells
from nbflow.analysis.code.unbound import find_unbound

Cell = tuple[str, tuple[str, ...]]  # source and tags
_MARK = re.compile(r"^# ?%%(.*)$", re.MULTILINE)
_TAGS = re.compile(r"tags=\[([^\]]*)\]")
_READS = {"read", "file"}
_IMPORT = "import nbflow"


class _Part(NamedTuple):
    """Lines of the cell, counted from 1, and the tag that fits them."""

    first: int
    last: int
    tag: str


def split_cell(source: str) -> list[Cell]:
    """Return the cells; one of them is tagged `parameters` or `inputs`.

    Lines `# %% tags=["inputs"]` divide it; else annotated names before any other work are
    parameters, and statements that call `nbflow.read` or `nbflow.file` are inputs.
    """
    text = source.strip("\n")
    marked = list(_split_marked(text)) if _MARK.search(text) else list(_split_code(text))
    cells = [cell for cell in marked if cell[0].strip()] or [(_IMPORT, ())]
    return _tag_one(_add_import(cells))


def _split_marked(text: str) -> Iterator[Cell]:
    before, *pieces = _MARK.split(text)
    yield before.strip("\n"), ()
    for head, body in zip(pieces[::2], pieces[1::2], strict=True):
        found = _TAGS.search(head)
        tags = [tag.strip(" \"'") for tag in found[1].split(",")] if found else []
        yield body.strip("\n"), tuple(filter(None, tags))


def _split_code(text: str) -> Iterator[Cell]:
    try:
        body = ast.parse(text).body
    except SyntaxError:  # IPython's own syntax: it stays one cell
        yield text, ("inputs",)
        return
    lines = text.split("\n")
    parts = _join_imports(_find_parts(body))
    for tag, group in groupby(parts, key=lambda part: part.tag):
        members = list(group)
        found = "\n".join(lines[members[0].first - 1 : members[-1].last]).strip("\n")
        yield found, ((tag,) if tag else ())


def _find_parts(body: list[ast.stmt]) -> list[_Part]:
    """Return each statement with the comments above it and the tag that fits it."""
    parts: list[_Part] = []
    for statement in body:
        last = statement.end_lineno or statement.lineno
        early = all(part.tag in {"parameters", "import"} for part in parts)
        tag = _find_tag(statement, early=early)
        first = parts[-1].last + 1 if parts else 1
        if parts and statement.lineno <= parts[-1].last:  # `a = 1; b = 2`
            parts[-1] = parts[-1]._replace(last=last, tag=parts[-1].tag or tag)
        else:
            parts.append(_Part(first, last, tag))
    return parts


def _find_tag(statement: ast.stmt, *, early: bool) -> str:
    if isinstance(statement, ast.Import | ast.ImportFrom):
        return "import"
    if early and isinstance(statement, ast.AnnAssign) and isinstance(statement.target, ast.Name):
        return "parameters"
    return "inputs" if any(map(_is_read, ast.walk(statement))) else ""


def _is_read(node: ast.AST) -> bool:
    """Say whether this is a call of `read("step.table")` or `file("path")`, however imported."""
    if not isinstance(node, ast.Call):
        return False
    match node.func:
        case ast.Attribute(value=ast.Name(id="nbflow"), attr=name) | ast.Name(id=name):
            return name in _READS
    return False


def _join_imports(parts: list[_Part]) -> list[_Part]:
    """Give imports the tag of what follows them: they need no cell of their own."""
    joined: list[_Part] = []
    after = ""
    for part in reversed(parts):
        after = after if part.tag == "import" else part.tag
        joined.append(
            part._replace(tag="" if after == "parameters" and part.tag == "import" else after)
        )
    return joined[::-1]


def _add_import(cells: list[Cell]) -> list[Cell]:
    """Add `import nbflow` where the cells use nbflow and do not import it."""
    made = [
        {"cell_type": "code", "source": text, "metadata": {"tags": [*tags]}} for text, tags in cells
    ]
    problem = next(find_unbound(make_code_cells({"cells": made}, "python"), ""), None)
    if problem is None or problem.place is None or problem.place.cell is None:
        return cells
    at = problem.place.cell - 1
    text, tags = cells[at]
    if text.lstrip().startswith("%%"):  # nothing may stand above a cell's magic
        return [*cells[:at], (_IMPORT, ()), *cells[at:]]
    return [*cells[:at], (f"{_IMPORT}\n{text}", tags), *cells[at + 1 :]]


def _tag_one(cells: list[Cell]) -> list[Cell]:
    """Tag the first cell `inputs` where none says that the notebook is a step."""
    if any({"inputs", "parameters"} & set(tags) for _, tags in cells):
        return cells
    (source, tags), *rest = cells
    return [(source, (*tags, "inputs")), *rest]
