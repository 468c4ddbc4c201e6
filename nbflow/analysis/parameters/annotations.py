"""Annotations as types, and the names that they and the defaults are written with."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Mapping

from nbflow.model.types import ANY, NONE, Enumeration, Type

SCALARS: dict[str, str] = {
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
CONTAINERS: dict[str, str] = {
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
_KNOWN: dict[str, str] = {**SCALARS, **CONTAINERS, **_TYPING, "builtins.object": "Any"}
# What a name means that the parameters cells do not import: other cells may.
_BARE = {dotted.rpartition(".")[2]: dotted for dotted in reversed(_KNOWN)}
for _pure in (abs, len, max, min, range, round, sorted, sum):
    _BARE[_pure.__name__] = f"builtins.{_pure.__name__}"
_BARE |= {"UTC": "datetime.UTC", "timezone": "datetime.timezone", "ZoneInfo": "zoneinfo.ZoneInfo"}
_MODULES = {"dt": "datetime", "t": "typing", "np": "numpy", "pd": "pandas"}
_CLASSES = {"date", "datetime", "time", "timedelta", "timezone"}  # of the module datetime


def parse_annotation(
    node: ast.expr, aliases: Mapping[str, str], enums: Mapping[str, Enumeration]
) -> Type:
    """Return the type that an annotation says; `aliases` maps imported names to dotted ones."""
    match node:
        case ast.Constant(value=None):
            return NONE
        case ast.Constant(value=str(text)):
            quoted = parse_expression(text.strip())
            return ANY if quoted is None else parse_annotation(quoted, aliases, enums)
        case ast.BinOp(left=left, op=ast.BitOr(), right=right):
            return make_union(parse_annotation(side, aliases, enums) for side in (left, right))
        case ast.Subscript():
            return _parse_subscript(node, aliases, enums)
    name = ast.unparse(node)
    if name in enums:
        return Type("enum", enum=enums[name])
    dotted = resolve(node, aliases)
    if dotted in SCALARS:
        return Type(SCALARS[dotted])
    return Type(CONTAINERS[dotted], variadic=True) if dotted in CONTAINERS else ANY


def parse_expression(text: str) -> ast.expr | None:
    """Return the tree of a Python expression; None where the text is none."""
    try:
        return ast.parse(text, mode="eval").body
    except SyntaxError:
        return None


def _parse_subscript(
    node: ast.Subscript, aliases: Mapping[str, str], enums: Mapping[str, Enumeration]
) -> Type:
    dotted = resolve(node.value, aliases)
    items = node.slice.elts if isinstance(node.slice, ast.Tuple) else [node.slice]
    if _KNOWN.get(dotted) == "Literal":
        return _make_literal(items)
    args = tuple(parse_annotation(item, aliases, enums) for item in items)
    match _KNOWN.get(dotted):
        case "Final" | "Annotated":
            return args[0]
        case "Union":
            return make_union(args)
        case "Optional":
            return make_union((*args, NONE))
        case "tuple":
            endless = isinstance(items[-1], ast.Constant) and items[-1].value is ...
            return Type("tuple", args[:1] if endless else args, variadic=endless)
    return Type(CONTAINERS[dotted], args, variadic=True) if dotted in CONTAINERS else ANY


def _make_literal(items: list[ast.expr]) -> Type:
    try:
        return Type("literal", literals=tuple(ast.literal_eval(item) for item in items))
    except ValueError:  # Literal[Color.RED]
        return ANY


def make_union(members: Iterable[Type]) -> Type:
    """Return the union, flat and without repetitions; with Any in it, Any."""
    flat: list[Type] = []
    for member in members:
        parts = member.args if member.name == "union" else (member,)
        flat += [one for one in parts if one not in flat]
    if ANY in flat:
        return ANY
    return flat[0] if len(flat) == 1 else Type("union", tuple(flat))


def resolve(node: ast.expr, aliases: Mapping[str, str]) -> str:
    """Return the dotted name of a Name or Attribute: `dt.date` is `datetime.date`; else "".

    A name that nothing imports is taken for the builtin or the usual class of that name. Of
    `datetime.now`, `datetime` is the class; of `datetime.date`, the module.
    """
    match node:
        case ast.Name(id=name):
            return aliases.get(name, _BARE.get(name, name))
        case ast.Attribute(value=ast.Name(id=name), attr=attribute) if name not in aliases:
            is_class = name in _BARE and attribute not in _CLASSES
            return f"{(_BARE if is_class else _MODULES).get(name, name)}.{attribute}"
        case ast.Attribute(value=value, attr=attribute):
            inner = resolve(value, aliases)
            return f"{inner}.{attribute}" if inner else ""
    return ""
