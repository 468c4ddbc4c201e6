"""Values written as text, as after `-p month`, by the parameter's type."""

from __future__ import annotations

import ast
import contextlib
import csv
import datetime as dt
import json
import re
from collections.abc import Callable
from typing import Any, NoReturn

from nbflow.analysis.parameters.json_encoding import to_object
from nbflow.analysis.parameters.scalars import MisfitError
from nbflow.model.types import ANY, Type

_TRUE, _FALSE = ("true", "yes", "1", "on"), ("false", "no", "0", "off")
_PLAIN = {"None": None, "null": None, "True": True, "true": True, "False": False, "false": False}
# A text fits many types of a union: the first of these that takes it, and str only at the end.
_ORDER = (
    "none", "literal", "enum", "int", "bool", "float", "Decimal", "date", "datetime", "time",
    "timedelta", "list", "tuple", "set", "frozenset", "dict", "any", "bytes", "Path", "str",
)  # fmt: skip
_OPEN = ("[", "(", "{")
_UNITS = {"w": 604_800, "d": 86_400, "h": 3_600, "m": 60, "s": 1}
_LENGTH = re.compile(r"(\d+(?:\.\d+)?) *(?:(w|d|h|m|s)[a-z]*),? *", re.IGNORECASE)
_CLOCK = re.compile(r"(?:(-?\d+) days?, *)?(\d+):(\d\d)(?::(\d\d(?:\.\d+)?))?")


def read_text(kind: Type, text: str) -> Any:
    """Return the object of this type that a text means; raises MisfitError.

    Lists are JSON, Python or comma-separated (`UA,AA`), dicts JSON, Python or `a=1,b=2`.
    """
    if kind.name in _READERS:
        return _READERS[kind.name](kind, text)
    return to_object(kind, text.strip())  # dates, times, Decimal


def _read_as_is(kind: Type, text: str) -> Any:
    return to_object(kind, text.encode() if kind.name == "bytes" else text)


def _read_number(kind: Type, text: str) -> Any:
    try:
        return to_object(kind, {"int": int, "float": float}[kind.name](text.strip()))
    except ValueError as error:
        raise MisfitError from error


def _read_bool(_: Type, text: str) -> bool:
    word = text.strip().lower()
    return word in _TRUE if word in _TRUE + _FALSE else _misfit()


def _read_none(_: Type, text: str) -> None:
    if text.strip().lower() not in ("none", "null"):
        _misfit()


def _misfit() -> NoReturn:
    raise MisfitError


def _read_timedelta(kind: Type, text: str) -> Any:
    return to_object(kind, _parse_timedelta(text.strip()))


def _parse_timedelta(word: str) -> dt.timedelta | str:
    """Return `1d 12h`, `1:30:00` or `2 days, 1:30:00`; ISO 8601 as it is."""
    if clock := _CLOCK.fullmatch(word):
        days, hours, minutes, seconds = (float(part or 0) for part in clock.groups())
        return dt.timedelta(days=days, hours=hours, minutes=minutes, seconds=seconds)
    if word and not _LENGTH.sub("", word):
        parts = _LENGTH.findall(word)
        return dt.timedelta(seconds=sum(float(n) * _UNITS[unit.lower()] for n, unit in parts))
    return word


def _read_choice(kind: Type, text: str) -> Any:
    word = text.strip()
    members = kind.enum.members if kind.enum is not None else dict(enumerate(kind.literals))
    names = [*members] if kind.enum is not None else [*members.values()]
    meant = [
        [name for name in names if name == word],
        [name for name, form in zip(names, members.values(), strict=True) if str(form) == word],
        [name for name in names if str(name).lower() == word.lower()],
    ]
    found = next((one for one in meant if one), None)
    return to_object(kind, found[0]) if found else _misfit()


def _read_union(kind: Type, text: str) -> Any:
    for one in sorted(kind.args, key=lambda one: _ORDER.index(one.name)):
        if one.name == "bool" and text.strip() in ("0", "1") and Type("str") in kind.args:
            continue
        with contextlib.suppress(MisfitError):
            return read_text(one, text)
    return _misfit()


def _read_items(kind: Type, text: str) -> Any:
    word = text.strip()
    if word[:1] in _OPEN or word.startswith(("set(", "frozenset(")):
        found = _read_structure(word)
        if not isinstance(found, MisfitError):
            return to_object(kind, found)
    bare = word[1:-1] if word[:1] in _OPEN and word[-1:] in "])}" else word
    parts = _split(bare.strip())
    types = [*kind.args] if not kind.variadic else [kind.args[0] if kind.args else ANY] * len(parts)
    if len(types) != len(parts):
        raise MisfitError(f"it takes {len(types)} elements, not {len(parts)}")
    objects = [read_text(one, part) for one, part in zip(types, parts, strict=True)]
    return to_object(kind, objects)


def _read_structure(word: str) -> Any:
    """Return a list or dict in JSON or Python; a MisfitError if it is neither."""
    for parse in (json.loads, ast.literal_eval):
        try:
            return parse(word)
        except (ValueError, SyntaxError):
            continue
        except (RecursionError, MemoryError):
            raise MisfitError("it is nested too deep") from None
    return MisfitError()


def _split(word: str) -> list[str]:
    """Split at commas that are not within quotes."""
    row = next(csv.reader([word], skipinitialspace=True), []) if word else []
    return [part.strip() for part in row]


def _read_dict(kind: Type, text: str) -> Any:
    word = text.strip()
    found = _read_structure(word) if word.startswith(("{", "[")) else None
    if isinstance(found, dict | list):
        return to_object(kind, found)
    pairs = [re.split(r"\s*[=:]\s*", part, maxsplit=1) for part in _split(word.strip("{}"))]
    if any(len(pair) != 2 for pair in pairs):  # noqa: PLR2004
        return _misfit()
    key, item = kind.args if len(kind.args) == 2 else (Type("str"), ANY)  # noqa: PLR2004
    return to_object(kind, [[read_text(key, k), read_text(item, v)] for k, v in pairs])


def _read_any(_: Type, text: str) -> Any:
    """Return what papermill's `-p` takes a text for; JSON lists and dicts, too."""
    word = text.strip()
    if word in _PLAIN:
        return _PLAIN[word]
    for convert in (int, float):
        try:
            number = convert(word)
        except ValueError:
            continue
        return to_object(ANY, number)
    found = _read_structure(word) if word[:1] in ("[", "{") else None
    return to_object(ANY, found) if isinstance(found, dict | list) else to_object(ANY, text)


_READERS: dict[str, Callable[[Type, str], Any]] = {
    **dict.fromkeys(("str", "Path", "bytes"), _read_as_is),
    **dict.fromkeys(("int", "float"), _read_number),
    **dict.fromkeys(("literal", "enum"), _read_choice),
    **dict.fromkeys(("list", "tuple", "set", "frozenset"), _read_items),
    "any": _read_any,
    "bool": _read_bool,
    "dict": _read_dict,
    "none": _read_none,
    "timedelta": _read_timedelta,
    "union": _read_union,
}
