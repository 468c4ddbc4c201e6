"""The types of parameters: annotations as trees, in one spelling."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Mapping
from typing import Any

from nbflow.model import Enumeration, Frozen

SCALARS = {
    "builtins.int": "int",
    "builtins.float": "float",
    "builtins.bool": "bool",
    "builtins.str": "str",
    "builtins.bytes": "bytes",
    "datetime.date": "date",
    "datetime.datetime": "datetime",
    "datetime.time": "time",
    "datetime.timedelta": "timedelta",
    "decimal.Decimal": "Decimal",
    "pathlib.Path": "Path",
    "pathlib.PurePath": "Path",
}
CONTAINERS = {
    "builtins.list": "list",
    "builtins.tuple": "tuple",
    "builtins.set": "set",
    "builtins.frozenset": "frozenset",
    "builtins.dict": "dict",
    **dict.fromkeys(("typing.List", "typing.Sequence", "collections.abc.Sequence"), "list"),
    **dict.fromkeys(("typing.Iterable", "collections.abc.Iterable"), "list"),
    **dict.fromkeys(("typing.Collection", "collections.abc.Collection"), "list"),
    "typing.Tuple": "tuple",
    **dict.fromkeys(("typing.Set", "typing.AbstractSet", "collections.abc.Set"), "set"),
    "typing.FrozenSet": "frozenset",
    **dict.fromkeys(("typing.Dict", "typing.Mapping", "collections.abc.Mapping"), "dict"),
}
_FORMS = ("Optional", "Union", "Literal", "Final", "Annotated", "Any")
_TYPING = {
    f"{module}.{name}": name for module in ("typing", "typing_extensions") for name in _FORMS
}
_TYPING["builtins.object"] = "Any"
_KNOWN = {**SCALARS, **CONTAINERS, **_TYPING}
# What a name means that the parameters cells do not import: other cells may.
BARE = {dotted.rpartition(".")[2]: dotted for dotted in reversed(_KNOWN)}


class Type(Frozen, frozen=True):
    """A type as a tree. `kind` is its name, "union", "literal", "enum" or "any".

    A tuple of any length, `tuple[int, ...]`, is `variadic`.
    """

    kind: str
    args: tuple[Type, ...] = ()
    choices: tuple[Any, ...] = ()
    enum: Enumeration | None = None
    variadic: bool = False


ANY = Type("any")
NONE = Type("none")


def parse_type(text: str, enums: Iterable[Enumeration] = ()) -> Type:
    """Return the tree of `Parameter.type`; ANY for "" and what is not understood."""
    try:
        node = ast.parse(text, mode="eval").body
    except SyntaxError:
        return ANY
    return parse_annotation(node, {}, {one.name: one for one in enums})


def parse_annotation(
    node: ast.expr, aliases: Mapping[str, str], enums: Mapping[str, Enumeration]
) -> Type:
    """Return the tree of an annotation; `aliases` maps imported names to dotted ones."""
    if isinstance(node, ast.Constant):
        return _parse_constant(node, aliases, enums)
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.BitOr):
        return make_union(
            parse_annotation(side, aliases, enums) for side in (node.left, node.right)
        )
    if isinstance(node, ast.Subscript):
        return _parse_subscript(node, aliases, enums)
    name = ast.unparse(node)
    if name in enums:
        return Type("enum", enum=enums[name])
    dotted = resolve(node, aliases)
    if dotted in SCALARS:
        return Type(SCALARS[dotted])
    return Type(CONTAINERS[dotted], variadic=True) if dotted in CONTAINERS else ANY


def _parse_constant(
    node: ast.Constant, aliases: Mapping[str, str], enums: Mapping[str, Enumeration]
) -> Type:
    if node.value is None:
        return NONE
    if not isinstance(node.value, str):
        return ANY
    try:
        quoted = ast.parse(node.value.strip(), mode="eval").body
    except SyntaxError:
        return ANY
    return parse_annotation(quoted, aliases, enums)


def _parse_subscript(
    node: ast.Subscript, aliases: Mapping[str, str], enums: Mapping[str, Enumeration]
) -> Type:
    head = _KNOWN.get(resolve(node.value, aliases) or "")
    items = node.slice.elts if isinstance(node.slice, ast.Tuple) else [node.slice]
    if head == "Literal":
        return _make_literal(items)
    args = [parse_annotation(item, aliases, enums) for item in items]
    if head in ("Final", "Annotated"):
        return args[0]
    if head in ("Optional", "Union"):
        return make_union([*args, NONE] if head == "Optional" else args)
    if head == "tuple":
        endless = isinstance(items[-1], ast.Constant) and items[-1].value is ...
        return Type("tuple", tuple(args[:1] if endless else args), variadic=endless)
    if head in ("list", "set", "frozenset", "dict"):
        return Type(head, tuple(args), variadic=True)
    return ANY


def _make_literal(items: list[ast.expr]) -> Type:
    try:
        return Type("literal", choices=tuple(ast.literal_eval(item) for item in items))
    except ValueError:  # Literal[Color.RED]
        return ANY


def make_union(members: Iterable[Type]) -> Type:
    """Return the union, flat and without repetitions; with Any in it, Any."""
    flat: list[Type] = []
    for member in members:
        for one in member.args if member.kind == "union" else (member,):
            if one not in flat:
                flat.append(one)
    if ANY in flat:
        return ANY
    return flat[0] if len(flat) == 1 else Type("union", tuple(flat))


def resolve(node: ast.expr, aliases: Mapping[str, str]) -> str | None:
    """Return the dotted name a Name or Attribute stands for: `dt.date` is `datetime.date`.

    Names that nothing imports are taken for the builtin or the usual class of that name.
    """
    if isinstance(node, ast.Name):
        return aliases.get(node.id, BARE.get(node.id, node.id))
    if not isinstance(node, ast.Attribute):
        return None
    if isinstance(node.value, ast.Name) and node.value.id not in aliases:
        return f"{_MODULES.get(node.value.id, node.value.id)}.{node.attr}"
    inner = resolve(node.value, aliases)
    return f"{inner}.{node.attr}" if inner else None


_MODULES = {"dt": "datetime", "t": "typing", "np": "numpy", "pd": "pandas"}


def render(kind: Type) -> str:
    """Return the type in the one spelling that `Parameter.type` has; ANY is ""."""
    return "" if kind == ANY else _render(kind)


def _render(kind: Type) -> str:
    if kind.kind == "union":
        return " | ".join(_render(one) for one in kind.args)
    if kind.kind == "literal":
        return f"Literal[{', '.join(map(repr, kind.choices))}]"
    if kind.enum is not None:
        return kind.enum.name
    if kind.kind in ("any", "none"):
        return {"any": "Any", "none": "None"}[kind.kind]
    args = [_render(one) for one in kind.args]
    if kind.kind == "tuple" and kind.variadic and args:
        args.append("...")
    return f"{kind.kind}[{', '.join(args)}]" if args else kind.kind


def find_choices(kind: Type) -> tuple[Any, ...]:
    """Return the values that a Literal or Enum allows, by name for an Enum; () for others."""
    if kind.kind == "literal":
        return kind.choices
    if kind.enum is not None:
        return tuple(kind.enum.members)
    found = [find_choices(one) for one in kind.args if one != NONE] if kind.kind == "union" else []
    if not found or not all(found):
        return ()
    none = (None,) if NONE in kind.args else ()
    return tuple(choice for choices in found for choice in choices) + none


def find_enums(kind: Type) -> tuple[Enumeration, ...]:
    """Return the Enum classes in a type, each once."""
    own = (kind.enum,) if kind.enum is not None else ()
    inner = [enum for one in kind.args for enum in find_enums(one)]
    return tuple(one for at, one in enumerate((*own, *inner)) if one not in (*own, *inner)[:at])
