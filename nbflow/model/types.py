"""The types of parameters: frozen trees, made once, when the notebook is read."""

from __future__ import annotations

from typing import Any

from nbflow.model.frozen import Frozen

Bounds = tuple[int | float | None, int | float | None]


class Enumeration(Frozen, frozen=True):
    """An Enum class read statically; `name` is how the notebook calls it, as `settings.Color`.

    `members` maps names to the JSON forms of their values, `kind` is "Enum", "StrEnum" ….
    `cell` is the parameters cell that defines or imports it.
    """

    name: str
    members: dict[str, Any] = {}
    kind: str = "Enum"
    cell: int | None = None


class Type(Frozen, frozen=True, omit_defaults=True):
    """A parameter's type. Its text is the annotation in one spelling: `int | None`.

    `name` is "int", "list", "date" …, or "literal", "enum", "union", "none" and "any".
    `args` are the types within: of a list's elements, of a dict's keys and values, of a union's
    members. A container of any length, such as `tuple[int, ...]`, is `variadic`. `bounds` are the
    least and the greatest number, None where there is none. "any" takes any value; `source` is
    then the annotation that nbflow does not know.
    """

    name: str
    args: tuple[Type, ...] = ()
    literals: tuple[Any, ...] = ()
    enum: Enumeration | None = None
    variadic: bool = False
    bounds: Bounds | None = None
    source: str = ""

    def __str__(self) -> str:
        return self.source if self.name == "any" else _spell(self)

    @property
    def choices(self) -> tuple[Any, ...]:
        """The values that a Literal allows, the names of an Enum's members; () for others."""
        if self.enum is not None:
            return tuple(self.enum.members)
        if self.name != "union":
            return self.literals
        found = [one.choices for one in self.args if one != NONE]
        none = (None,) if NONE in self.args else ()
        return tuple(choice for choices in found for choice in choices) + none if all(found) else ()

    @property
    def without_none(self) -> Type:
        """The type `int` of `int | None`; others as they are."""
        left = [one for one in self.args if one != NONE]
        return left[0] if self.name == "union" and len(left) == 1 else self

    @property
    def enums(self) -> tuple[Enumeration, ...]:
        """The Enum classes in the type, each once."""
        found = [self.enum] if self.enum is not None else []
        found += [enum for one in self.args for enum in one.enums]
        return tuple(one for at, one in enumerate(found) if one not in found[:at])


ANY = Type("any")
NONE = Type("none")


def _spell(kind: Type) -> str:
    match kind.name:
        case "union":
            return " | ".join(map(_spell, kind.args))
        case "literal":
            return f"Literal[{', '.join(map(repr, kind.literals))}]"
        case "any" | "none":
            return {"any": "Any", "none": "None"}[kind.name]
    args = [*map(_spell, kind.args), *(["..."] if kind.name == "tuple" and kind.variadic else [])]
    name = kind.enum.name if kind.enum is not None else kind.name
    return f"{name}[{', '.join(args)}]" if kind.args else name
