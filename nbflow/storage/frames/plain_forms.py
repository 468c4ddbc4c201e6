"""The JSON forms of Python's own types and of NumPy's."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Callable
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np

from nbflow.storage.frames.json_forms import Form, Reader, Writer, add_forms, from_base64, to_base64

_CODES = "?bBhHiIlLqQefdgFDGSUmM"  # of NumPy's scalars that are their bytes
_NAMED = (type(None), ZoneInfo, dt.timezone)  # what says all of a time zone


def register() -> None:
    """Add the forms; a second time changes nothing."""
    add_forms(
        {
            "int": ((int,), _by(hex, lambda form: int(form, 16))),
            "float": ((float,), _by(repr, float)),
            "complex": ((complex,), _by(lambda v: [repr(v.real), repr(v.imag)], _read_complex)),
            "bytes": ((bytes,), _by(to_base64, from_base64)),
            "tuple": ((tuple,), Form(_make_items, lambda form, read: tuple(map(read, form)))),
            "set": ((set,), Form(_make_set, lambda form, read: set(map(read, form)))),
            "frozenset": ((frozenset,), Form(_make_set, _read_frozenset)),
            "dict": ((dict,), Form(_make_dict, _read_dict)),
            "decimal": ((Decimal,), _by(str, Decimal)),
            "uuid": ((uuid.UUID,), _by(str, uuid.UUID)),
            "date": ((dt.date,), _by(dt.date.isoformat, dt.date.fromisoformat)),
            "time": ((dt.time,), Form(_make_moment, _reading_moment(dt.time))),
            "datetime": ((dt.datetime,), Form(_make_moment, _reading_moment(dt.datetime))),
            "timedelta": ((dt.timedelta,), _by(_make_length, lambda form: dt.timedelta(*form))),
            "zone": ((ZoneInfo,), _by(lambda v: v.key or NotImplemented, ZoneInfo)),
            "offset from UTC": ((dt.timezone,), _by(_make_shift, _read_shift)),
            "array": ((np.ndarray,), Form(_make_array, _read_array)),
            "scalar": (_find_scalars(), Form(_make_scalar, _read_scalar)),
            "dtype": (_find_dtypes(), _by(_make_dtype, np.dtype)),
        }
    )


def _by(make: Callable[[Any], Any], read: Callable[[Any], Any]) -> Form:
    return Form(lambda value, _: make(value), lambda form, _: read(form))


def _read_complex(form: list[str]) -> complex:
    return complex(float(form[0]), float(form[1]))


def _make_items(value: Any, write: Writer) -> list[Any]:
    return [write(item) for item in value]


def _make_set(value: Any, write: Writer) -> list[Any]:
    """Return the items in an order that does not depend on how they came into the set."""
    return sorted(_make_items(value, write), key=repr)


def _read_frozenset(form: list[Any], read: Reader) -> frozenset[Any]:
    return frozenset(map(read, form))


def _make_dict(value: dict[Any, Any], write: Writer) -> list[Any]:
    return [[write(key), write(item)] for key, item in value.items()]


def _read_dict(form: list[Any], read: Reader) -> dict[Any, Any]:
    return {read(key): read(item) for key, item in form}


def _make_moment(value: dt.datetime | dt.time, write: Writer) -> Any:
    if type(value.tzinfo) not in _NAMED:
        return NotImplemented
    bare = value.replace(tzinfo=None, fold=0)
    return [bare.isoformat(), value.fold, write(value.tzinfo)]


def _reading_moment(kind: Any) -> Callable[[Any, Reader], Any]:
    def read_moment(form: Any, read: Reader) -> Any:
        return kind.fromisoformat(form[0]).replace(fold=form[1], tzinfo=read(form[2]))

    return read_moment


def _make_length(value: dt.timedelta) -> list[int]:
    return [value.days, value.seconds, value.microseconds]


def _make_shift(zone: dt.timezone) -> list[Any]:
    return [_make_length(zone.utcoffset(None)), zone.tzname(None)]


def _read_shift(form: list[Any]) -> dt.timezone:
    shift = dt.timedelta(*form[0])
    plain = dt.timezone(shift) if shift else dt.UTC
    return plain if plain.tzname(None) == form[1] else dt.timezone(shift, form[1])


def _make_array(value: Any, write: Writer) -> Any:
    if value.dtype == object:
        return ["O", list(value.shape), _make_items(value.ravel().tolist(), write)]
    if value.dtype.kind not in "biufcSUmM":
        return NotImplemented
    return [value.dtype.str, list(value.shape), to_base64(value.tobytes())]


def _read_array(form: list[Any], read: Reader) -> Any:
    kind, shape, data = form
    if kind != "O":
        return np.frombuffer(from_base64(data), kind).reshape(shape).copy()
    items = np.fromiter(map(read, data), dtype=object, count=len(data))
    return items.reshape(shape)


def _make_scalar(value: Any, write: Writer) -> Any:
    return _make_array(np.asarray(value), write)


def _read_scalar(form: list[Any], read: Reader) -> Any:
    return _read_array(form, read)[()]


def _make_dtype(value: np.dtype[Any]) -> Any:
    return NotImplemented if value.kind == "V" or value.metadata else value.str


def _find_scalars() -> tuple[type, ...]:
    return tuple({np.dtype(code).type: None for code in _CODES})


def _find_dtypes() -> tuple[type, ...]:
    return tuple({type(np.dtype(code)): None for code in f"{_CODES}O"})
