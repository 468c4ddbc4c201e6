"""The JSON forms of parameters' values: one for each value, and back to the Python object."""

from __future__ import annotations

import datetime as dt
import enum
import json
import math
from collections.abc import Iterable
from decimal import Decimal
from pathlib import PurePath
from typing import Any, NoReturn

from nbflow.analysis.parameters.scalars import MAKE, PARSE, MisfitError
from nbflow.analysis.parameters.types import ANY, Type
from nbflow.model import Enumeration

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
_CONTAINERS: dict[str, Any] = {"list": list, "tuple": tuple, "set": set, "frozenset": frozenset}
_PAIR = 2


def to_form(kind: Type, value: Any) -> Any:
    """Return the JSON form of a Python object, or of a JSON, YAML or TOML value, as this type.

    Dates and times are ISO 8601 strings (a time zone's name in brackets, RFC 9557), sets are
    sorted lists, Enum members their names, dicts with other keys than strings lists of pairs.
    A form is its own form. Raises MisfitError.
    """
    value = _from_numpy(value)
    if kind.kind == "union":
        return _make_union(kind, value)
    if (tag := _find_tag(value)) in TAGGED:
        value = _untag(tag, value)
    if kind.kind in MAKE:
        return MAKE[kind.kind](value)
    if kind.kind == "literal":
        return _make_choice(kind, value)
    if kind.enum is not None:
        return _make_member(kind.enum, value)
    if kind.kind == "dict":
        return _make_dict(kind, value)
    return _make_items(kind, value) if kind.kind in _CONTAINERS else _make_any(value)


def from_form(kind: Type, form: Any) -> Any:
    """Return the Python object that a JSON form of this type stands for.

    Members of an Enum are of a class that is made here, named as the notebook calls its own.
    """
    if kind.kind in MAKE:
        return PARSE[kind.kind](form) if kind.kind in PARSE else form
    if kind.kind == "union":
        return _from_union(kind, form)
    if kind.enum is not None:
        return make_enum(kind.enum)[form]
    if kind.kind == "dict":
        pairs = form.items() if isinstance(form, dict) else form
        key, item = _sides(kind)
        return {from_form(key, k): from_form(item, v) for k, v in pairs}
    if kind.kind in _CONTAINERS:
        typed = zip(_item_types(kind, len(form)), form, strict=True)
        return _CONTAINERS[kind.kind](from_form(one, part) for one, part in typed)
    return _from_any(form)


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


def _untag(tag: str, form: Any) -> Any:
    inner = form[TAG + tag]
    try:
        return range(*inner) if tag == "range" else from_form(Type(tag, variadic=True), inner)
    except Exception as error:
        raise MisfitError(f"{TAG + tag} holds no {tag}") from error


def _misfit(why: str = "") -> NoReturn:
    raise MisfitError(why)


# --- choices ----------------------------------------------------------------------------------


def _make_choice(kind: Type, value: Any) -> Any:
    for choice in kind.choices:
        if choice == value and type(choice) is type(value):
            return _make_any(choice)
    return _misfit()


def _make_member(known: Enumeration, value: Any) -> str:
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
    values = {name: name if at is None else _from_any(at) for name, at in known.members.items()}
    return base(known.name.rpartition(".")[2], values, qualname=known.name)


# --- containers -------------------------------------------------------------------------------


def _make_items(kind: Type, value: Any) -> list[Any]:
    is_set = kind.kind in ("set", "frozenset")
    if not isinstance(value, list | tuple | set | frozenset | range):
        _misfit()
    if isinstance(value, set | frozenset) and not is_set:
        _misfit("a set has no order")
    types = _item_types(kind, len(value))
    forms = [to_form(one, part) for one, part in zip(types, value, strict=True)]
    return _sort(forms, kind) if is_set else forms


def _item_types(kind: Type, count: int) -> list[Type]:
    if kind.variadic:
        return [kind.args[0] if kind.args else ANY] * count
    if len(kind.args) != count:
        _misfit(f"it takes {len(kind.args)} elements, not {count}")
    return list(kind.args)


def _sort(forms: Iterable[Any], kind: Type) -> list[Any]:
    """Sort by the JSON text, and leave out what stands twice: 1 and 1.0 are one in a float set."""
    inner = kind.args[0] if kind.args else ANY
    try:
        distinct = {from_form(inner, form): form for form in forms}
    except TypeError:
        _misfit("a list or dict cannot be in a set")
    return sorted(distinct.values(), key=lambda form: json.dumps(form, sort_keys=True))


def _make_dict(kind: Type, value: Any) -> Any:
    pairs = list(value.items()) if isinstance(value, dict) else value
    if not isinstance(pairs, list) or not all(_is_pair(one) for one in pairs):
        _misfit()
    key, item = _sides(kind)
    forms = [[_make_key(key, k), to_form(item, v)] for k, v in pairs]
    _refuse_unhashable(key, [k for k, _ in forms])
    texts = key.kind == "str" or (key == ANY and all(isinstance(k, str) for k, _ in forms))
    return dict(forms) if texts else forms


def _is_pair(one: Any) -> bool:
    return isinstance(one, list | tuple) and len(one) == _PAIR


def _sides(kind: Type) -> tuple[Type, Type]:
    return (kind.args[0], kind.args[1]) if len(kind.args) == _PAIR else (ANY, ANY)


def _make_key(kind: Type, key: Any) -> Any:
    """Return a key's form; JSON and TOML have keys of text only, so `"1"` is 1 for an int."""
    if kind.kind in ("int", "float") and isinstance(key, str):
        try:
            key = {"int": int, "float": float}[kind.kind](key)
        except ValueError as error:
            raise MisfitError from error
    return to_form(kind, key)


def _refuse_unhashable(kind: Type, forms: Iterable[Any]) -> None:
    try:
        {from_form(kind, form) for form in forms}
    except TypeError:
        _misfit("a list or dict cannot be a key")


# --- unions -----------------------------------------------------------------------------------


def _make_union(kind: Type, value: Any) -> Any:
    """Return the form as the member that the value is of, else as the first that takes it.

    The form is tagged if it alone would be read as another member: for `date | str` the string
    "2013-01-01" is a string, and the date is {"nbflow:date": "2013-01-01"}.
    """
    if (tag := _find_tag(value)) and _find_tagged(kind, tag, value):
        return value
    for one in _candidates(kind, value):
        try:
            form = to_form(one, value)
        except MisfitError:
            continue
        return form if _find_reader(kind, form) == one else {TAG + _tag_of(one): form}
    return _misfit()


def _candidates(kind: Type, value: Any) -> list[Type]:
    return sorted(kind.args, key=lambda one: not _is_own(one, value))


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
    if not isinstance(value, _PYTHON[kind.kind]):
        return False
    if kind.kind in ("literal", "enum"):
        return _takes(kind, value) or isinstance(value, enum.Enum)
    return (kind.kind, type(value)) not in {("int", bool), ("date", dt.datetime)}


def _takes(kind: Type, form: Any) -> bool:
    """Tell whether a form is in this type's canonical spelling."""
    try:
        again = to_form(kind, form)
    except MisfitError:
        return False
    return bool(again == form and type(again) is type(form))


def _find_reader(kind: Type, form: Any) -> Type | None:
    """Return the member as which a form without a tag is read."""
    return next((one for one in _candidates(kind, form) if _takes(one, form)), None)


def _tag_of(kind: Type) -> str:
    return kind.enum.name if kind.enum is not None else kind.kind


def _find_tagged(kind: Type, tag: str, form: Any) -> Type | None:
    tagged = (one for one in kind.args if _tag_of(one) == tag)
    return next((one for one in tagged if _takes(one, form[TAG + tag])), None)


def _from_union(kind: Type, form: Any) -> Any:
    tag = _find_tag(form)
    if tag and (tagged := _find_tagged(kind, tag, form)) is not None:
        return from_form(tagged, form[TAG + tag])
    return from_form(_find_reader(kind, form) or ANY, form)


# --- values of no declared type ---------------------------------------------------------------


def _make_any(value: Any) -> Any:
    value = _from_numpy(value)
    if isinstance(value, enum.Enum):
        _misfit("an Enum member is handed over to a parameter of its class only")
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, int | str):
        return MAKE["int" if isinstance(value, int) else "str"](value)
    if isinstance(value, float) and math.isfinite(value):
        return float(value)
    if isinstance(value, list):
        return [_make_any(one) for one in value]
    if isinstance(value, dict) and all(isinstance(key, str) for key in value):
        tag = _find_tag(value)
        if tag not in TAGGED:
            return {MAKE["str"](key): _make_any(one) for key, one in value.items()}
        value = _untag(tag, value)
    for tag, python in TAGGED.items():
        if isinstance(value, python):
            return {TAG + tag: _make_tagged(tag, value)}
    return _misfit(f"a {type(value).__name__} cannot be handed over; write it in an upstream step")


def _make_tagged(tag: str, value: Any) -> Any:
    if tag == "dict":
        return [[_make_any(key), _make_any(one)] for key, one in value.items()]
    if tag == "range":
        return [value.start, value.stop, value.step]
    return to_form(Type(tag, variadic=True), value)


def _from_any(form: Any) -> Any:
    if isinstance(form, list):
        return [_from_any(one) for one in form]
    if not isinstance(form, dict):
        return form
    if (tag := _find_tag(form)) in TAGGED:
        return _untag(tag, form)
    return {key: _from_any(one) for key, one in form.items()}
