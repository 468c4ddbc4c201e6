"""Parameters' values as Python objects, and the one JSON form of each object."""

from __future__ import annotations

import datetime as dt
import enum
import json
import math
from decimal import Decimal
from pathlib import PurePath
from typing import Any, NoReturn

from nbflow.analysis.parameters.scalars import MAKE, PARSE, MisfitError
from nbflow.model.types import ANY, Enumeration, Type

# Where the type does not say what a form means, a tag does: {"nbflow:date": "2013-01-01"}.
# int, str, bool, None and lists are themselves; dicts, too, if all keys are strings.
TAG = "nbflow:"
TAGGED: dict[str, type] = {
    "datetime": dt.datetime,  # before date, which it is, too
    "date": dt.date,
    "time": dt.time,
    "timedelta": dt.timedelta,
    "float": float,
    "bytes": bytes,
    "Decimal": Decimal,
    "Path": PurePath,
    "tuple": tuple,
    "set": set,
    "frozenset": frozenset,
    "dict": dict,
    "range": range,
}
CONTAINERS = {kind.__name__: kind for kind in (list, tuple, set, frozenset, dict)}
_PAIR = 2


def to_object(kind: Type, value: Any) -> Any:
    """Return the object of this type that a Python, JSON, YAML or TOML value means.

    A JSON form means the object of which it was made. Members of an Enum are of a class that is
    made here, named as the notebook calls its own. Raises MisfitError.
    """
    value = _from_numpy(value)
    if kind.name == "union":
        return to_object(*_find_member(kind, value))
    value = _untag(value)
    if kind.name in MAKE:
        form = MAKE[kind.name](value)
        return _check_bounds(kind, PARSE[kind.name](form) if kind.name in PARSE else form)
    if kind.enum is not None:
        return make_enum(kind.enum)[_find_name(kind.enum, value)]
    if kind.name in CONTAINERS:
        return _make_dict(kind, value) if kind.name == "dict" else _make_items(kind, value)
    return _choose(kind, value) if kind.name == "literal" else _make_any(value)


def to_form(kind: Type, value: Any) -> Any:
    """Return the JSON form of an object of this type.

    Dates and times are ISO 8601 strings (a time zone's name in brackets, RFC 9557), sets are
    sorted lists, Enum members their names, dicts with other keys than strings lists of pairs.
    """
    if kind.name == "union":
        return _to_union_form(kind, value)
    if kind.name in MAKE:
        return MAKE[kind.name](value)
    if kind.enum is not None:
        return value.name
    if kind.name == "dict":
        key, item = _sides(kind)
        forms = [[to_form(key, k), to_form(item, v)] for k, v in value.items()]
        texts = key.name == "str" or (key == ANY and all(isinstance(k, str) for k in value))
        return dict(forms) if texts else forms
    if kind.name not in CONTAINERS:
        return _to_any_form(value)
    typed = zip(_item_types(kind, len(value)), value, strict=True)
    forms = [to_form(one, part) for one, part in typed]
    is_set = kind.name in ("set", "frozenset")
    return sorted(forms, key=lambda form: json.dumps(form, sort_keys=True)) if is_set else forms


def _from_numpy(value: Any) -> Any:
    """Return a NumPy scalar or array as Python objects, without importing NumPy."""
    if type(value).__module__.partition(".")[0] != "numpy" or not hasattr(value, "tolist"):
        return value
    if value.dtype.kind in "mM":  # finer than microseconds they would be integers
        value = _to_microseconds(value)
    return value.tolist() if not hasattr(value, "mask") else _misfit("it is masked")


def _to_microseconds(value: Any) -> Any:
    rounded = value.astype(f"{value.dtype.kind}8[us]")
    same = rounded == value
    return rounded if getattr(same, "all", lambda: same)() else _misfit("it has nanoseconds or NaT")


def _find_tag(form: Any) -> str:
    """Return `date` for {"nbflow:date": "2013-01-01"}, "" for what has no tag."""
    only = next(iter(form)) if isinstance(form, dict) and len(form) == 1 else None
    return only[len(TAG) :] if isinstance(only, str) and only.startswith(TAG) else ""


def _untag(form: Any) -> Any:
    """Return the object of a form whose tag is a type's name; other values as they are."""
    tag = _find_tag(form)
    if tag not in TAGGED:
        return form
    inner = form[TAG + tag]
    try:
        return range(*inner) if tag == "range" else to_object(Type(tag, variadic=True), inner)
    except Exception as error:
        raise MisfitError(f"{TAG + tag} holds no {tag}") from error


def _misfit(why: str = "") -> NoReturn:
    raise MisfitError(why)


def _check_bounds(kind: Type, value: Any) -> Any:
    low, high = kind.bounds or (None, None)
    outside = (low is not None and value < low) or (high is not None and value > high)
    return _misfit() if outside else value


# --- choices ----------------------------------------------------------------------------------


def _choose(kind: Type, value: Any) -> Any:
    if any(one == value and type(one) is type(value) for one in kind.literals):
        return value
    return _misfit()


def _find_name(known: Enumeration, value: Any) -> str:
    """Return the name of the member that is meant by itself, its name or its value."""
    if isinstance(value, enum.Enum):
        same = type(value).__name__ == known.name.rpartition(".")[2]
        return value.name if same and value.name in known.members else _misfit()
    if isinstance(value, str) and value in known.members:
        return value
    for name, form in known.members.items():
        if form is not None and form == value and type(form) is type(value):
            return name
    return _misfit()


def make_enum(known: Enumeration) -> Any:
    """Return a class with the members of the notebook's Enum, named as the notebook calls it."""
    base: Any = getattr(enum, known.kind, enum.Enum)
    name = known.name.rpartition(".")[2]
    values = {one: one if at is None else to_object(ANY, at) for one, at in known.members.items()}
    try:
        return base(name, values, qualname=known.name)
    except (TypeError, ValueError):  # a member of an IntEnum whose value is not literal
        return enum.Enum(name, values, qualname=known.name)


# --- containers -------------------------------------------------------------------------------


def _make_items(kind: Type, value: Any) -> Any:
    if not isinstance(value, list | tuple | set | frozenset | range):
        _misfit()
    if isinstance(value, set | frozenset) and kind.name not in ("set", "frozenset"):
        _misfit("a set has no order")
    types = _item_types(kind, len(value))
    parts = [to_object(one, part) for one, part in zip(types, value, strict=True)]
    try:
        return CONTAINERS[kind.name](parts)
    except TypeError:
        return _misfit("a list or dict cannot be in a set")


def _item_types(kind: Type, count: int) -> list[Type]:
    if kind.variadic:
        return [kind.args[0] if kind.args else ANY] * count
    if len(kind.args) != count:
        _misfit(f"it takes {len(kind.args)} elements, not {count}")
    return list(kind.args)


def _make_dict(kind: Type, value: Any) -> Any:
    pairs = list(value.items()) if isinstance(value, dict) else value
    if not isinstance(pairs, list) or not all(_is_pair(one) for one in pairs):
        _misfit()
    key, item = _sides(kind)
    made = [(_make_key(key, k), to_object(item, v)) for k, v in pairs]
    try:
        return dict(made)
    except TypeError:
        return _misfit("a list or dict cannot be a key")


def _is_pair(one: Any) -> bool:
    return isinstance(one, list | tuple) and len(one) == _PAIR


def _sides(kind: Type) -> tuple[Type, Type]:
    return (kind.args[0], kind.args[1]) if len(kind.args) == _PAIR else (ANY, ANY)


def _make_key(kind: Type, key: Any) -> Any:
    """Return a key; JSON and TOML have keys of text only, so `"1"` is 1 for an int."""
    if kind.name in ("int", "float") and isinstance(key, str):
        try:
            key = {"int": int, "float": float}[kind.name](key)
        except ValueError as error:
            raise MisfitError from error
    return to_object(kind, key)


# --- unions -----------------------------------------------------------------------------------


def _find_member(kind: Type, value: Any) -> tuple[Type, Any]:
    """Return the member of a union as which a value is read, and the value without a tag.

    A tag names the member. Else it is the member that the value is an object of, then the first
    whose form it is, then the first that takes it.
    """
    tag = _find_tag(value)
    for one in kind.args:
        if tag and _tag_of(one) == tag and _is_form(one, value[TAG + tag]):
            return one, value[TAG + tag]
    members = sorted(kind.args, key=lambda one: not _is_own(one, value))
    for test in (_is_form, _takes):
        for one in members:
            if test(one, value):
                return one, value
    return _misfit()


def _to_union_form(kind: Type, value: Any) -> Any:
    """Return the form, tagged if it alone would be read as another member.

    For `date | str` the string "2013-01-01" is a string, the date is {"nbflow:date": "2013-01-01"}.
    """
    member, _ = _find_member(kind, value)
    form = to_form(member, value)
    return form if _find_member(kind, form)[0] == member else {TAG + _tag_of(member): form}


def _tag_of(kind: Type) -> str:
    return kind.enum.name if kind.enum is not None else kind.name


_PYTHON: dict[str, Any] = {
    **TAGGED,
    "bool": bool,
    "enum": enum.Enum,
    "int": int,
    "list": list,
    "literal": object,
    "none": type(None),
    "str": str,
}


def _is_own(kind: Type, value: Any) -> bool:
    """Tell whether a value is an object of just this type: True is no int, a datetime no date."""
    if kind.name in ("literal", "enum"):
        return _is_form(kind, value) or isinstance(value, enum.Enum)
    other = {"int": bool, "date": dt.datetime}.get(kind.name, ())
    return isinstance(value, _PYTHON[kind.name]) and not isinstance(value, other)


def _is_form(kind: Type, value: Any) -> bool:
    """Tell whether a value is a form as this type spells it."""
    if not _takes(kind, value):
        return False
    form = to_form(kind, to_object(kind, value))
    return bool(form == value and type(form) is type(value))


def _takes(kind: Type, value: Any) -> bool:
    try:
        to_object(kind, value)
    except MisfitError:
        return False
    return True


# --- values of no declared type ---------------------------------------------------------------


def _make_any(value: Any) -> Any:
    if isinstance(value, enum.Enum):
        _misfit("an Enum member is handed over to a parameter of its class only")
    if value is None or isinstance(value, bool | range):
        return value
    if isinstance(value, int | str):
        return MAKE["int" if isinstance(value, int) else "str"](value)
    if isinstance(value, list):
        return [to_object(ANY, one) for one in value]
    for name, python in TAGGED.items():
        if isinstance(value, python):
            return to_object(Type(name, variadic=True), value)
    return _misfit(f"a {type(value).__name__} cannot be handed over; write it in an upstream step")


def _to_any_form(value: Any) -> Any:
    if value is None or isinstance(value, bool | int | str):
        return value
    if isinstance(value, float) and math.isfinite(value):
        return value
    if isinstance(value, list):
        return [_to_any_form(one) for one in value]
    if isinstance(value, dict) and all(isinstance(key, str) for key in value):
        return {key: _to_any_form(one) for key, one in value.items()}
    if isinstance(value, range):
        return {f"{TAG}range": [value.start, value.stop, value.step]}
    name = next(name for name, python in TAGGED.items() if isinstance(value, python))
    return {TAG + name: to_form(Type(name, variadic=True), value)}
