"""The JSON forms of pandas' labels: indexes, types of columns, offsets, moments."""

from __future__ import annotations

import importlib
from functools import cache
from typing import Any

import pandas as pd
import pyarrow as pa

from nbflow.storage.arrow.file import from_bytes, to_bytes
from nbflow.storage.arrow.hash import hash_table
from nbflow.storage.arrow.types import NotExact
from nbflow.storage.frames.columns import decode_column, encode_column
from nbflow.storage.frames.json_forms import (
    Form,
    Forms,
    Reader,
    Writer,
    from_base64,
    make_form,
    make_form_of_parts,
    to_base64,
)
from nbflow.storage.frames.plain_forms import PLAIN


class _Pytz(str):
    """A time zone of pytz, by its name."""

    __slots__ = ()


def _take_zone(zone: Any) -> Any:
    """Return a time zone as pandas holds it; NotImplemented for one without a form."""
    name = getattr(zone, "zone", None)
    if name and type(zone).__module__.startswith("pytz"):
        return _Pytz(name)
    known = zone is None or type(zone).__module__ in ("zoneinfo", "datetime")
    return zone if known else NotImplemented


def _take_number(value: Any) -> list[Any]:
    """Return a moment's or length's number and unit, both exact."""
    bare = value.tz_convert(None) if getattr(value, "tz", None) is not None else value
    return [int(bare.to_numpy().view("i8")), value.unit]


def _put_timestamp(number: int, unit: Any, zone: Any) -> pd.Timestamp:
    bare = pd.Timestamp(number, unit=unit).as_unit(unit)
    return bare if zone is None else bare.tz_localize("UTC").tz_convert(zone)


def _take_offset(value: Any) -> list[Any]:
    """Return an offset's class and its arguments."""
    plain = type(value) is pd.DateOffset  # which has its parameters as attributes
    parts = [value.n, value.normalize] if plain else list(value.__reduce__()[1])
    return [type(value).__name__, parts, value.kwds if plain else {}]


def _put_offset(name: str, parts: list[Any], named: dict[str, Any]) -> Any:
    kind = getattr(pd.offsets, name)
    if not issubclass(kind, pd.offsets.BaseOffset):
        raise TypeError(f"{name} is no offset")
    return kind(*parts, **named)


@cache
def _put_string_type(storage: Any, is_na: bool) -> Any:  # noqa: FBT001 - cached
    """Return the type; pandas before 2.3 has the one with NaN by another name."""
    if is_na:
        return pd.StringDtype(storage)
    try:
        return pd.StringDtype(storage, na_value=float("nan"))
    except TypeError:
        named: Any = "pyarrow_numpy"
        return pd.StringDtype(named)


def _make_arrow(value: pd.ArrowDtype) -> str:
    return to_base64(pa.schema([("", value.pyarrow_dtype)]).serialize().to_pybytes())


def _read_arrow(form: str) -> pd.ArrowDtype:
    return pd.ArrowDtype(pa.ipc.read_schema(pa.py_buffer(from_base64(form))).field(0).type)


def _take_levels(value: pd.MultiIndex) -> list[Any]:
    levels = [value.get_level_values(number) for number in range(value.nlevels)]
    return [list(value.names), [level.rename(None) for level in levels]]


def _make_index(value: pd.Index, write: Writer) -> Any:
    """Return texts and mixed labels one by one, all others as an Arrow column."""
    plain = value.dtype in (object, "int64")
    if plain or (isinstance(value.dtype, pd.StringDtype) and not value.hasnans):
        items = value.tolist() if plain else value.to_numpy(object).tolist()
        return {"name": write(value.name), "type": write(value.dtype), "items": write(items)}
    try:
        array, recipe = encode_column(pd.Series(value.array, dtype=value.dtype))
        table = pa.table([array], ["labels"])
        digest = hash_table(table)
    except (NotExact, pa.ArrowException, TypeError, ValueError):
        return NotImplemented
    form = {"name": write(value.name), "freq": write(getattr(value, "freq", None))}
    return form | {"recipe": write(recipe), "digest": digest, "arrow": to_base64(to_bytes(table))}


def _read_index(form: dict[str, Any], read: Reader) -> pd.Index:
    if "items" in form:
        kind, name = read(form["type"]), read(form["name"])
        index: pd.Index = pd.Index(read(form["items"]), dtype=kind, name=name, tupleize_cols=False)
        return index
    column = from_bytes(from_base64(form["arrow"])).column(0)
    index = decode_index(column, read(form["recipe"])).rename(read(form["name"]))
    return set_frequency(index, read(form["freq"]), len(index))


def decode_index(column: pa.ChunkedArray, recipe: dict[str, Any] | None) -> pd.Index:
    """Return the index of a column that `encode_column` made."""
    if recipe is None:
        index: pd.Index = pd.Index(column.to_pandas(use_threads=False).array)
    else:
        values = decode_column(column, recipe)
        index = pd.Index(values, dtype=values.dtype, tupleize_cols=False)
    return index


def set_frequency(index: pd.Index, frequency: Any, rows: int | None) -> pd.Index:
    """Return the index with its frequency; a part of the `rows` may have none."""
    if frequency is None or not isinstance(index, pd.DatetimeIndex | pd.TimedeltaIndex):
        return index
    try:
        return type(index)(index, freq=frequency)
    except ValueError:
        if len(index) == rows:  # pandas does not find what it made itself: `BusinessDay(offset=…)`
            owners: tuple[Any, ...] = index.array, index
            for owner in owners:  # before pandas 3.1 the array holds it
                owner._freq = frequency  # noqa: SLF001 - pandas has no public way
        return index


_offsets = (one for one in vars(pd.offsets).values() if isinstance(one, type))
_OFFSETS = tuple({one: None for one in _offsets if issubclass(one, pd.offsets.BaseOffset)})
_INDEXES = (
    *(pd.Index, pd.DatetimeIndex, pd.TimedeltaIndex, pd.PeriodIndex),
    *(pd.IntervalIndex, pd.CategoricalIndex),
)
_NAMED = {  # types of columns that are nothing but their name
    str(kind): kind
    for kind in (
        *(pd.Int8Dtype(), pd.Int16Dtype(), pd.Int32Dtype(), pd.Int64Dtype()),
        *(pd.UInt8Dtype(), pd.UInt16Dtype(), pd.UInt32Dtype(), pd.UInt64Dtype()),
        *(pd.Float32Dtype(), pd.Float64Dtype(), pd.BooleanDtype()),
    )
}
FORMS: Forms = PLAIN | {
    "NA": make_form((type(pd.NA),), lambda _: None, lambda _: pd.NA),
    "NaT": make_form((type(pd.NaT),), lambda _: None, lambda _: pd.NaT),
    "pytz": make_form((_Pytz,), str, lambda name: importlib.import_module("pytz").timezone(name)),
    "timestamp": make_form_of_parts(
        (pd.Timestamp,), lambda v: [*_take_number(v), _take_zone(v.tz)], _put_timestamp
    ),
    "pandas timedelta": make_form_of_parts(
        (pd.Timedelta,), _take_number, lambda number, unit: pd.Timedelta(number, unit).as_unit(unit)
    ),
    "period": make_form_of_parts(
        (pd.Period,), lambda v: [v.ordinal, v.freq], lambda n, freq: pd.Period(ordinal=n, freq=freq)
    ),
    "interval": make_form_of_parts(
        (pd.Interval,), lambda v: [v.left, v.right, v.closed], pd.Interval
    ),
    "date offset": make_form_of_parts(_OFFSETS, _take_offset, _put_offset),
    "column type": make_form(tuple(map(type, _NAMED.values())), str, _NAMED.__getitem__),
    "string type": make_form_of_parts(
        (pd.StringDtype,), lambda v: [v.storage, v.na_value is pd.NA], _put_string_type
    ),
    "zoned type": make_form_of_parts(
        (pd.DatetimeTZDtype,), lambda v: [v.unit, _take_zone(v.tz)], pd.DatetimeTZDtype
    ),
    "period type": Form(
        (pd.PeriodDtype,), lambda v, write: write(v.freq), lambda f, read: pd.PeriodDtype(read(f))
    ),
    "interval type": make_form_of_parts(
        (pd.IntervalDtype,), lambda v: [v.subtype, v.closed], pd.IntervalDtype
    ),
    "category type": make_form_of_parts(
        (pd.CategoricalDtype,), lambda v: [v.categories, bool(v.ordered)], pd.CategoricalDtype
    ),
    "arrow type": make_form((pd.ArrowDtype,), _make_arrow, _read_arrow),
    "range index": make_form_of_parts(
        (pd.RangeIndex,),
        lambda v: [v.start, v.stop, v.step, v.name],
        lambda start, stop, step, name: pd.RangeIndex(start, stop, step, name=name),
    ),
    "levels": make_form_of_parts(
        (pd.MultiIndex,),
        _take_levels,
        lambda names, levels: pd.MultiIndex.from_arrays(levels, names=names),
    ),
    "index": Form(_INDEXES, _make_index, _read_index),
}
