"""What the names in a notebook's parameters cells stand for: imports and Enum classes."""

from __future__ import annotations

import ast
import functools
from collections.abc import Iterable
from pathlib import Path
from typing import Any, NamedTuple

from nbflow.analysis.parameters.json_encoding import make_enum, to_form, to_object
from nbflow.analysis.parameters.literals import NotLiteralError, evaluate
from nbflow.analysis.parameters.scalars import MisfitError
from nbflow.base.stat_cache import Stamp, Trail, is_settled
from nbflow.model.types import ANY, Enumeration

_KINDS = ("Enum", "IntEnum", "StrEnum", "Flag", "IntFlag")
_DEEPEST = 4  # re-exports to follow: `from settings import Color`, which has it from elsewhere


class Scope(NamedTuple):
    """`aliases` maps imported names to dotted ones, and names that are defined here to ""."""

    aliases: dict[str, str]
    enums: dict[str, Enumeration]

    @property
    def members(self) -> dict[str, Any]:
        """The Enum members, as an expression names them: `Color.RED`."""
        classes = {name: make_enum(one) for name, one in self.enums.items()}
        return {
            f"{name}.{member}": value
            for name, kind in classes.items()
            for member, value in kind.__members__.items()
        }


class _Search(NamedTuple):
    """Where modules are looked for: relative ones in `here`, which None is for a notebook."""

    folder: Path
    trail: Trail
    here: Path | None = None
    depth: int = 0


def read_scope(
    body: Iterable[ast.stmt], folder: Path, cell: int | None = None, trail: Trail | None = None
) -> Scope:
    """Read what a cell's statements import and define; modules are looked for in `folder`."""
    return _read_scope(body, _Search(folder, trail or Trail()), cell)


def _read_scope(body: Iterable[ast.stmt], search: _Search, cell: int | None = None) -> Scope:
    scope = Scope({}, {})
    for node in body:
        match node:
            case ast.Import(names=names):
                for name in names:
                    _add_module(scope, name, search, cell)
            case ast.ImportFrom(names=names):
                for name in names:
                    _add_name(scope, node, name, search, cell)
            case ast.ClassDef(name=own):
                scope.aliases[own] = ""
                if kind := _find_kind(node, scope.aliases):
                    scope.enums[own] = _make_enumeration(node, own, kind, scope.aliases, cell)
            case ast.FunctionDef(name=own) | ast.AsyncFunctionDef(name=own):
                scope.aliases[own] = ""
    return scope


def _add_module(scope: Scope, name: ast.alias, search: _Search, cell: int | None) -> None:
    top = name.name if name.asname else name.name.partition(".")[0]
    scope.aliases[name.asname or top] = top
    for own, one in _read_enums(search.folder, name.name, search).items():
        dotted = f"{name.asname or name.name}.{own}"
        scope.enums[dotted] = _rename(one, dotted, cell)


def _add_name(
    scope: Scope, node: ast.ImportFrom, name: ast.alias, search: _Search, cell: int | None
) -> None:
    own = name.asname or name.name
    scope.aliases[own] = f"{'.' * node.level}{node.module or ''}.{name.name}"
    folder = search.folder
    if node.level and search.here is not None:
        folder = search.here.joinpath(*[".."] * (node.level - 1))
    if (one := _read_enums(folder, node.module or "", search).get(name.name)) is not None:
        scope.enums[own] = _rename(one, own, cell)


def _rename(one: Enumeration, name: str, cell: int | None) -> Enumeration:
    return Enumeration(name=name, members=one.members, kind=one.kind, cell=cell)


def _read_enums(folder: Path, module: str, search: _Search) -> dict[str, Enumeration]:
    """Return the Enum classes of a module in `folder`; none for one that is elsewhere."""
    path = folder.joinpath(*module.split("."))
    for file in (path / "__init__.py", path.with_suffix(".py")):
        if not module or search.depth >= _DEEPEST:
            return {}
        if (stamp := search.trail.look(file)) is not None:
            inner = _Search(search.folder, search.trail, file.parent, search.depth + 1)
            settled = is_settled(stamp, search.trail.began)
            body = _read_once(file, stamp) if settled else _read_body(file)
            return _read_scope(body, inner).enums
    return {}


@functools.lru_cache(maxsize=512)
def _read_once(file: Path, _stamp: Stamp) -> list[ast.stmt]:
    return _read_body(file)


def _read_body(file: Path) -> list[ast.stmt]:
    try:
        return ast.parse(file.read_bytes()).body
    except (OSError, SyntaxError, ValueError):
        return []


def _find_kind(node: ast.ClassDef, aliases: dict[str, str]) -> str:
    for base in node.bases:
        name = ast.unparse(base)
        dotted = aliases.get(name, name)
        last = dotted.rpartition(".")[2]
        if last in _KINDS:
            mixins = {ast.unparse(one) for one in node.bases}
            return {"str": "StrEnum", "int": "IntEnum"}.get(
                min(mixins & {"str", "int"}, default=""), last
            )
    return ""


def _make_enumeration(
    node: ast.ClassDef, name: str, kind: str, aliases: dict[str, str], cell: int | None
) -> Enumeration:
    members: dict[str, Any] = {}
    for statement in node.body:
        if isinstance(statement, ast.Assign) and isinstance(statement.targets[0], ast.Name):
            member, value = statement.targets[0].id, statement.value
            if not member.startswith("_"):
                members[member] = _read_member(member, value, kind, aliases, len(members))
    return Enumeration(name=name, members=members, kind=kind, cell=cell)


def _read_member(name: str, value: ast.expr, kind: str, aliases: dict[str, str], count: int) -> Any:
    """Return the JSON form of a member's value, None for what is not literal."""
    if isinstance(value, ast.Call) and ast.unparse(value.func).rpartition(".")[2] == "auto":
        return {"StrEnum": name.lower(), "Flag": 1 << count, "IntFlag": 1 << count}.get(
            kind, count + 1
        )
    try:
        return to_form(ANY, to_object(ANY, evaluate(value, {}, aliases)))
    except (NotLiteralError, MisfitError):
        return None
