"""Where a notebook's cells call `nbflow.read`, `file`, `sql` and `write`, by whatever name."""

from __future__ import annotations

import ast
import re
import textwrap
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from nbflow.analysis.code.cells import CodeCell

FUNCTIONS = frozenset({"file", "read", "sql", "write"})
_MODULES = frozenset({"nbflow", "nbflow.notebook_api"})
_DEFINITIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda)
_LOOPS = (ast.For, ast.AsyncFor, ast.While)
_COMPREHENSIONS = (ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp)
_LONGEST = 60
_KEYWORDS = {"file": "pattern", "read": "ref", "sql": "query", "write": "name"}


class Context(NamedTuple):
    """Where a node stands: "a function" or "a loop", and in which branches of which statements."""

    inside: str = ""
    branches: tuple[tuple[int, str], ...] = ()

    def excludes(self, other: Context) -> bool:
        """Tell whether at most one of two nodes is executed."""
        branches = dict(self.branches)
        return any(branches.get(node, branch) != branch for node, branch in other.branches)


class Call(NamedTuple):
    """A call of one of the functions, or only a mention: `map(nbflow.read, names)`."""

    function: str
    node: ast.expr
    cell: CodeCell
    context: Context

    @property
    def called(self) -> bool:
        return isinstance(self.node, ast.Call)

    @property
    def argument(self) -> ast.expr | None:
        """The first argument, by position or by name."""
        if not isinstance(self.node, ast.Call):
            return None
        keywords = (item for item in self.node.keywords if item.arg == _KEYWORDS[self.function])
        return next(iter(self.node.args), None) or next((item.value for item in keywords), None)

    @property
    def value(self) -> ast.expr | None:
        """What `write` writes: the second argument, by position or by name."""
        if not isinstance(self.node, ast.Call):
            return None
        keywords = (item.value for item in self.node.keywords if item.arg == "value")
        return next(iter(self.node.args[1:]), None) or next(keywords, None)

    @property
    def text(self) -> str:
        """The call as written, less all arguments but the first."""
        if not self.called:
            return f"nbflow.{self.function}"
        argument = self.argument
        text = ast.get_source_segment(self.cell.plain, argument) if argument is not None else ""
        short = textwrap.shorten(text or "", _LONGEST, placeholder="…")
        return f"nbflow.{self.function}({short})"


class _Names(NamedTuple):
    """What the notebook calls nbflow and its functions."""

    modules: set[str]
    functions: dict[str, str]


def find_mentioned(cells: Sequence[CodeCell]) -> re.Pattern[str]:
    """Return a pattern for the names that nbflow and its functions have in these cells."""
    names = _find_names(cells)
    known = "|".join(map(re.escape, sorted({"nbflow", *names.modules, *names.functions})))
    return re.compile(rf"\b(?:{known})\b")


def find_function_names(cells: Iterable[CodeCell]) -> frozenset[str]:
    """Return how the cells call the functions: "nbflow.file", or "file" where it is imported."""
    names = _find_names(cells)
    dotted = {f"{module}.{function}" for module in names.modules for function in FUNCTIONS}
    return frozenset(dotted | names.functions.keys())


def find_calls(cells: Sequence[CodeCell]) -> Iterator[Call]:
    """Find the calls and mentions in cells that are Python, in the order of the text."""
    names = _find_names(cells)
    known = names.modules | names.functions.keys()
    for cell in cells:
        if cell.tree is not None and any(name in cell.source for name in known):
            yield from _find_in(cell, cell.tree, names)


def find_modules(cells: Iterable[CodeCell]) -> frozenset[str]:
    """Return the names of the module nbflow in the cells: `nf` after `import nbflow as nf`."""
    return frozenset(_find_names(cells).modules)


def _find_names(cells: Iterable[CodeCell]) -> _Names:
    names = _Names(set(), {})
    for cell in cells:
        known = {"nbflow", *names.modules}  # `nf = nbflow` in one cell, `n = nf` in another
        if cell.tree is not None and any(name in cell.source for name in known):
            for node in ast.walk(cell.tree):
                _add_names(node, names)
    return names


def _add_names(node: ast.AST, names: _Names) -> None:
    match node:
        case ast.Import(names=aliases):
            names.modules.update(name for alias in aliases for name in _imported(alias))
        case ast.ImportFrom(module=str(module), names=aliases, level=0) if module in _MODULES:
            for alias in aliases:
                if alias.name == "*":
                    names.functions.update({name: name for name in FUNCTIONS})
                elif alias.name in FUNCTIONS:
                    names.functions[alias.asname or alias.name] = alias.name
        case ast.Assign(targets=[ast.Name(id=name)], value=ast.Name(id=module)):
            if module in names.modules:
                names.modules.add(name)


def _imported(alias: ast.alias) -> Iterator[str]:
    if alias.name == "nbflow" or (alias.name.startswith("nbflow.") and alias.asname is None):
        yield alias.asname or "nbflow"


def _find_in(cell: CodeCell, tree: ast.Module, names: _Names) -> Iterator[Call]:
    """Walk the tree in the order of its text; a stack, since expressions may be deep."""
    stack: list[tuple[ast.AST, Context]] = [(tree, Context())]
    while stack:
        node, context = stack.pop()
        function = _find_function(node, names)
        if function is not None and isinstance(node, ast.expr):
            yield Call(function, node, cell, context)
        inner = [*_children(node, context)]
        if function is not None:  # its own name is no mention
            inner = [(child, where) for child, where in inner if not _find_named(child, names)]
        stack.extend(reversed(inner))


def _find_function(node: ast.AST, names: _Names) -> str | None:
    """Return which function a node calls or mentions."""
    return _find_named(node.func if isinstance(node, ast.Call) else node, names)


def _find_named(node: ast.AST, names: _Names) -> str | None:
    match node:
        case ast.Attribute(value=ast.Name(id=module), attr=attr) if module in names.modules:
            return attr if attr in FUNCTIONS else None
        case ast.Name(id=name, ctx=ast.Load()):
            return names.functions.get(name)
    return None


def _children(node: ast.AST, context: Context) -> Iterator[tuple[ast.AST, Context]]:
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "help":
        return
    for field, value in ast.iter_fields(node):
        for index, child in enumerate(value if isinstance(value, list) else [value]):
            if isinstance(child, ast.AST):
                yield child, _enter(node, field, index, context)


def _enter(node: ast.AST, field: str, index: int, context: Context) -> Context:
    """Return where a node's child stands."""
    if isinstance(node, _DEFINITIONS) and field == "body":
        return context._replace(inside="a function")
    looped = isinstance(node, _LOOPS) and field in {"body", "test"}
    if looped or (isinstance(node, _COMPREHENSIONS) and (field, index) != ("generators", 0)):
        return context._replace(inside=context.inside or "a loop")
    if (branch := _find_branch(node, field, index)) is not None:
        return context._replace(branches=(*context.branches, (id(node), branch)))
    return context


def _find_branch(node: ast.AST, field: str, index: int) -> str | None:
    """Return the name of the branch that a child is in; None for a statement without branches."""
    if isinstance(node, ast.If | ast.IfExp) and field in {"body", "orelse"}:
        return field
    if isinstance(node, ast.Try):
        return {"body": "body", "orelse": "body", "handlers": f"handler {index}"}.get(field)
    if isinstance(node, ast.Match) and field == "cases":
        return f"case {index}"
    return None
