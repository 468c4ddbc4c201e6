"""JSON forms of single values: numbers, strings, dates and times, paths."""

from __future__ import annotations

import base64
import datetime as dt
import math
import numbers
from collections.abc import Callable
from decimal import Decimal, InvalidOperation
from pathlib import Path, PurePath
from typing import Any, NoReturn
from zoneinfo import ZoneInfo

import msgspec

_NOT_FINITE = ("nan", "inf", "-inf")  # which JSON lacks
_LONG = 14_000  # bits of an integer: of longer ones Python refuses the decimal digits
_FOLD = "[fold=1]"  # behind a moment without a zone


class MisfitError(Exception):
    """A value that does not fit the type; the text says why, if more than that is to be said."""


def _make_bool(value: Any) -> bool:
    return value if isinstance(value, bool) else _misfit()


def _make_int(value: Any) -> int:
    if not isinstance(value, numbers.Integral) or isinstance(value, bool):
        _misfit()
    number = int(value)
    return number if number.bit_length() < _LONG else _misfit("it has thousands of digits")


def _make_float(value: Any) -> float | str:
    if isinstance(value, str) and value in _NOT_FINITE:
        return value
    if isinstance(value, bool) or not isinstance(value, numbers.Real):
        _misfit()
    try:
        number = float(value)
    except OverflowError:
        _misfit("it is too large")
    if isinstance(value, numbers.Integral) and number != value:
        _misfit("a float cannot hold all of its digits")
    return number if math.isfinite(number) else str(number)


def _make_str(value: Any) -> str:
    if isinstance(value, dt.date) and value == value:  # noqa: PLR0124 - but pandas' NaT
        return value.isoformat()  # YAML makes dates of strings, papermill does not
    # str() of a str that is an Enum member is its name
    return _check_text("".join(value)) if isinstance(value, str) else _misfit()


def _check_text(text: str) -> str:
    try:
        text.encode()
    except UnicodeEncodeError:
        _misfit("it is not valid Unicode")
    return text


def _make_bytes(value: Any) -> str:
    if isinstance(value, str):
        return base64.b64encode(_convert(_parse_bytes, value)).decode()
    return base64.b64encode(value).decode() if isinstance(value, bytes) else _misfit()


def _parse_bytes(form: str) -> bytes:
    return base64.b64decode(form, validate=True)


def _make_date(value: Any) -> str:
    if isinstance(value, str):
        value = _convert(dt.date.fromisoformat, value)
    is_date = isinstance(value, dt.date) and not isinstance(value, dt.datetime)
    return str(value.isoformat()) if is_date else _misfit()


def _make_datetime(value: Any) -> str:
    if isinstance(value, str):
        value = _convert(_parse_datetime, value)
    if not isinstance(value, dt.date):
        _misfit()
    if not isinstance(value, dt.datetime):
        return dt.datetime.combine(value, dt.time()).isoformat()
    if value != value:  # noqa: PLR0124 - pandas' NaT
        _misfit("NaT is no datetime")
    if getattr(value, "nanosecond", 0):
        _misfit("a datetime has no nanoseconds")
    if value.tzinfo is None:
        return value.isoformat() + (_FOLD if value.fold else "")
    zone = _find_zone(value.tzinfo)
    return value.isoformat() + (f"[{zone}]" if zone else "")


def _find_zone(zone: dt.tzinfo) -> str:
    """Return a time zone's name, "" where the offset says all of it."""
    name = getattr(zone, "key", None) or getattr(zone, "zone", None)
    if not name and zone.utcoffset(None) is None:
        _misfit("its time zone has no name that could be handed over; use zoneinfo.ZoneInfo")
    return _convert(ZoneInfo, name).key if name else ""


def _parse_datetime(form: str) -> dt.datetime:
    """Return the datetime of `2013-01-01T06:00:00+01:00[Europe/Berlin]` (RFC 9557)."""
    if form.endswith(_FOLD):
        return dt.datetime.fromisoformat(form.removesuffix(_FOLD)).replace(fold=1)
    stem, _, zone = form.removesuffix("]").partition("[")
    value = dt.datetime.fromisoformat(stem)
    if not zone:
        return value
    wall = value.replace(tzinfo=ZoneInfo(zone))
    again = wall.replace(fold=1)  # the hour that comes twice when the clocks go back
    return again if value.tzinfo and wall.utcoffset() != value.utcoffset() else wall


def _make_time(value: Any) -> str:
    if isinstance(value, str):
        value = _convert(_parse_time, value)
    if not isinstance(value, dt.time):
        _misfit()
    if value.tzinfo is not None and value.utcoffset() is None:
        _misfit("a time without its date has no zone that depends on the date")
    return value.isoformat() + (_FOLD if value.fold else "")


def _parse_time(form: str) -> dt.time:
    value = dt.time.fromisoformat(form.removesuffix(_FOLD))
    return value.replace(fold=1) if form.endswith(_FOLD) else value


def _make_timedelta(value: Any) -> str:
    if isinstance(value, str):
        value = _convert(_parse_timedelta, value)
    if not isinstance(value, dt.timedelta):
        _misfit()
    if getattr(value, "nanoseconds", 0):
        _misfit("a timedelta has no nanoseconds")
    return str(msgspec.to_builtins(dt.timedelta(value.days, value.seconds, value.microseconds)))


def _parse_timedelta(form: str) -> dt.timedelta:
    return msgspec.convert(form, dt.timedelta)


def _make_decimal(value: Any) -> str:
    if isinstance(value, bool) or not isinstance(value, int | float | str | Decimal):
        _misfit()
    return str(_convert(Decimal, str(value)))


def _make_path(value: Any) -> str:
    is_path = isinstance(value, str | PurePath)
    return _check_text(PurePath(value).as_posix()) if is_path else _misfit()


def _make_none(value: Any) -> None:
    if value is not None:
        _misfit()


def _convert(convert: Callable[[str], Any], text: str) -> Any:
    try:
        return convert(text)
    except (ValueError, KeyError, OSError, InvalidOperation, OverflowError) as error:
        raise MisfitError from error


def _misfit(why: str = "") -> NoReturn:
    raise MisfitError(why)


# By the type's name: to the JSON form, of a Python, JSON, YAML or TOML value or of a form …
MAKE: dict[str, Callable[[Any], Any]] = {
    "bool": _make_bool,
    "bytes": _make_bytes,
    "date": _make_date,
    "datetime": _make_datetime,
    "Decimal": _make_decimal,
    "float": _make_float,
    "int": _make_int,
    "none": _make_none,
    "Path": _make_path,
    "str": _make_str,
    "time": _make_time,
    "timedelta": _make_timedelta,
}
# … and from the form to the Python object; those not named here are their own forms.
PARSE: dict[str, Callable[[Any], Any]] = {
    "bytes": _parse_bytes,
    "date": dt.date.fromisoformat,
    "datetime": _parse_datetime,
    "Decimal": Decimal,
    "float": float,
    "Path": Path,
    "time": _parse_time,
    "timedelta": _parse_timedelta,
}
