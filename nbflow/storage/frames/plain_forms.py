"""The JSON forms of Python's own types and of NumPy's."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Iterable
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np

from nbflow.storage.frames.json_forms import (
    Form,
    Forms,
    Writer,
    from_base64,
    make_form,
    make_form_of_parts,
    to_base64,
)

_CODES = "?bBhHiIlLqQefdgFDGSUmM"  # of NumPy's scalars that are their bytes
_NAMED = (type(None), ZoneInfo, dt.timezone)  # these say all of a time zone


def _take_moment(value: dt.datetime | dt.time) -> list[Any]:
    zone = value.tzinfo if type(value.tzinfo) in _NAMED else NotImplemented
    return [value.replace(tzinfo=None, fold=0).isoformat(), value.fold, zone]


def _make_moments(kind: Any) -> Form:
    def put(text: str, fold: int, zone: dt.tzinfo | None) -> Any:
        return kind.fromisoformat(text).replace(fold=fold, tzinfo=zone)

    return make_form_of_parts((kind,), _take_moment, put)


def _make_sets(kind: type) -> Form:
    """Return the form of sets: the items in an order that does not depend on how they came in."""

    def make(value: Iterable[Any], write: Writer) -> list[Any]:
        return sorted(map(write, value), key=repr)

    return Form((kind,), make, lambda form, read: kind(map(read, form)))


def _take_length(value: dt.timedelta) -> list[int]:
    return [value.days, value.seconds, value.microseconds]


def _put_shift(length: list[int], name: str) -> dt.timezone:
    shift = dt.timedelta(*length)
    plain = dt.timezone(shift) if shift else dt.UTC
    return plain if plain.tzname(None) == name else dt.timezone(shift, name)


def _take_array(value: Any) -> list[Any]:
    if value.dtype == object:
        return ["O", list(value.shape), value.ravel().tolist()]
    plain = value.dtype.kind in "biufcSUmM"
    return [value.dtype.str, list(value.shape), to_base64(value.tobytes())] if plain else _NO_FORM


def _put_array(kind: str, shape: list[int], data: Any) -> Any:
    if kind != "O":
        return np.frombuffer(from_base64(data), kind).reshape(shape).copy()
    return np.fromiter(data, dtype=object, count=len(data)).reshape(shape)


def _make_dtype(value: np.dtype[Any]) -> Any:
    return NotImplemented if value.kind == "V" or value.metadata else value.str


_NO_FORM = [NotImplemented]
_SCALARS = tuple({np.dtype(code).type: None for code in _CODES})
_DTYPES = tuple({type(np.dtype(code)): None for code in f"{_CODES}O"})
PLAIN: Forms = {
    "int": make_form((int,), hex, lambda form: int(form, 16)),
    "float": make_form((float,), repr, float),
    "complex": make_form_of_parts(
        (complex,), lambda v: [repr(v.real), repr(v.imag)], lambda *f: complex(*map(float, f))
    ),
    "bytes": make_form((bytes,), to_base64, from_base64),
    "tuple": make_form_of_parts((tuple,), list, lambda *items: items),
    "set": _make_sets(set),
    "frozenset": _make_sets(frozenset),
    "dict": make_form_of_parts((dict,), lambda v: map(list, v.items()), lambda *pairs: dict(pairs)),
    "decimal": make_form((Decimal,), str, Decimal),
    "uuid": make_form((uuid.UUID,), str, uuid.UUID),
    "date": make_form((dt.date,), dt.date.isoformat, dt.date.fromisoformat),
    "time": _make_moments(dt.time),
    "datetime": _make_moments(dt.datetime),
    "timedelta": make_form_of_parts((dt.timedelta,), _take_length, dt.timedelta),
    "zone": make_form((ZoneInfo,), lambda v: v.key or NotImplemented, ZoneInfo),
    "offset from UTC": make_form_of_parts(
        (dt.timezone,), lambda v: [_take_length(v.utcoffset(None)), v.tzname(None)], _put_shift
    ),
    "array": make_form_of_parts((np.ndarray,), _take_array, _put_array),
    "scalar": make_form_of_parts(
        _SCALARS, lambda v: _take_array(np.asarray(v)), lambda *form: _put_array(*form)[()]
    ),
    "dtype": make_form(_DTYPES, _make_dtype, np.dtype),
}
