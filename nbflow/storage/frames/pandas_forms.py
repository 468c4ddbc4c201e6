"""The JSON forms of what pandas has as labels: indexes, types of columns, offsets, moments."""

from __future__ import annotations

import importlib
from functools import cache
from typing import Any

import pandas as pd
import pyarrow as pa

from nbflow.storage.arrow.types import Unkept
from nbflow.storage.frames import plain_forms as plainforms
from nbflow.storage.frames.columns import decode_column, encode_column
from nbflow.storage.frames.json_forms import Form, Reader, Writer, add_forms, from_base64, to_base64
from nbflow.storage.frames.kept import from_bytes, hash_table, to_bytes

_NAMED = {  # types of columns that are nothing but their name
    str(kind): kind
    for kind in (
        *(pd.Int8Dtype(), pd.Int16Dtype(), pd.Int32Dtype(), pd.Int64Dtype()),
        *(pd.UInt8Dtype(), pd.UInt16Dtype(), pd.UInt32Dtype(), pd.UInt64Dtype()),
        *(pd.Float32Dtype(), pd.Float64Dtype(), pd.BooleanDtype()),
    )
}


@cache
def register() -> None:
    """Add the forms, those of Python's own types too."""
    plainforms.register()
    add_forms(
        {
            "NA": ((type(pd.NA),), Form(lambda *_: None, lambda *_: pd.NA)),
            "NaT": ((type(pd.NaT),), Form(lambda *_: None, lambda *_: pd.NaT)),
            "timestamp": ((pd.Timestamp,), Form(_make_timestamp, _read_timestamp)),
            "pandas timedelta": ((pd.Timedelta,), Form(_make_timedelta, _read_timedelta)),
            "period": ((pd.Period,), Form(_make_period, _read_period)),
            "interval": ((pd.Interval,), Form(_make_interval, _read_interval)),
            "date offset": (_find_offsets(), Form(_make_offset, _read_offset)),
            "column type": (tuple(map(type, _NAMED.values())), Form(_make_name, _read_name)),
            "string type": ((pd.StringDtype,), Form(_make_string, _read_string)),
            "zoned type": ((pd.DatetimeTZDtype,), Form(_make_zoned, _read_zoned)),
            "period type": ((pd.PeriodDtype,), Form(_make_period_type, _read_period_type)),
            "interval type": ((pd.IntervalDtype,), Form(_make_interval_type, _read_interval_type)),
            "category type": ((pd.CategoricalDtype,), Form(_make_categories, _read_categories)),
            "arrow type": ((pd.ArrowDtype,), Form(_make_arrow, _read_arrow)),
            "range index": ((pd.RangeIndex,), Form(_make_range, _read_range)),
            "levels": ((pd.MultiIndex,), Form(_make_levels, _read_levels)),
            "index": (_find_indexes(), Form(_make_index, _read_index)),
        }
    )


def _find_indexes() -> tuple[type, ...]:
    times = (pd.DatetimeIndex, pd.TimedeltaIndex, pd.PeriodIndex)
    return (pd.Index, *times, pd.IntervalIndex, pd.CategoricalIndex)


def _find_offsets() -> tuple[type, ...]:
    kinds = (one for one in vars(pd.offsets).values() if isinstance(one, type))
    return tuple({one: None for one in kinds if issubclass(one, pd.offsets.BaseOffset)})


# --- single labels ----------------------------------------------------------------------------


def _make_timestamp(value: pd.Timestamp, write: Writer) -> Any:
    zone = _make_zone(value.tz, write)
    return NotImplemented if zone is NotImplemented else [*_make_number(value), zone]


def _read_timestamp(form: list[Any], read: Reader) -> pd.Timestamp:
    number, unit, zone = form
    bare = pd.Timestamp(number, unit=unit).as_unit(unit)
    return bare if zone is None else bare.tz_localize("UTC").tz_convert(_read_zone(zone, read))


def _make_timedelta(value: pd.Timedelta, _: Writer) -> list[Any]:
    return _make_number(value)


def _read_timedelta(form: list[Any], _: Reader) -> pd.Timedelta:
    return pd.Timedelta(form[0], unit=form[1]).as_unit(form[1])


def _make_number(value: Any) -> list[Any]:
    """Return a moment's or length's number and unit, both exact."""
    bare = value.tz_convert(None) if getattr(value, "tz", None) is not None else value
    plain = bare.to_numpy()
    return [int(plain.view("i8")), value.unit]


def _make_zone(zone: Any, write: Writer) -> Any:
    """Return a time zone as pandas holds it: of pytz by its name; NotImplemented for others."""
    name = getattr(zone, "zone", None)
    if name and type(zone).__module__.startswith("pytz"):
        return {"pytz": name}
    if zone is not None and type(zone).__module__ not in ("zoneinfo", "datetime"):
        return NotImplemented
    return write(zone)


def _read_zone(form: Any, read: Reader) -> Any:
    if isinstance(form, dict) and "pytz" in form:
        return importlib.import_module("pytz").timezone(form["pytz"])
    return read(form)


def _make_period(value: pd.Period, write: Writer) -> list[Any]:
    return [value.ordinal, write(value.freq)]


def _read_period(form: list[Any], read: Reader) -> pd.Period:
    return pd.Period(ordinal=form[0], freq=read(form[1]))


def _make_interval(value: pd.Interval[Any], write: Writer) -> list[Any]:
    return [write(value.left), write(value.right), value.closed]


def _read_interval(form: list[Any], read: Reader) -> pd.Interval[Any]:
    return pd.Interval(read(form[0]), read(form[1]), form[2])


def _make_offset(value: Any, write: Writer) -> list[Any]:
    """Return an offset's class and all that it was made with."""
    plain = type(value) is pd.DateOffset  # which has its parameters as attributes
    parts = [value.n, value.normalize] if plain else list(value.__reduce__()[1])
    return [type(value).__name__, write(parts), write(value.kwds if plain else {})]


def _read_offset(form: list[Any], read: Reader) -> Any:
    kind = getattr(pd.offsets, form[0])
    if not issubclass(kind, pd.offsets.BaseOffset):
        raise TypeError(f"{form[0]} is no offset")
    return kind(*read(form[1]), **read(form[2]))


# --- types of columns -------------------------------------------------------------------------


def _make_name(value: Any, _: Writer) -> str:
    return str(value)


def _read_name(form: str, _: Reader) -> Any:
    return _NAMED[form]


def _make_string(value: Any, _: Writer) -> list[Any]:
    return [value.storage, value.na_value is pd.NA]


def _read_string(form: list[Any], _: Reader) -> Any:
    return _make_string_type(*form)


@cache
def _make_string_type(storage: Any, is_na: bool) -> Any:  # noqa: FBT001 - cached
    """Return the type; pandas before 2.3 has the one with NaN by another name."""
    if is_na:
        return pd.StringDtype(storage)
    try:
        return pd.StringDtype(storage, na_value=float("nan"))
    except TypeError:
        named: Any = "pyarrow_numpy"
        return pd.StringDtype(named)


def _make_zoned(value: pd.DatetimeTZDtype, write: Writer) -> Any:
    zone = _make_zone(value.tz, write)
    return NotImplemented if zone is NotImplemented else [value.unit, zone]


def _read_zoned(form: list[Any], read: Reader) -> pd.DatetimeTZDtype:
    return pd.DatetimeTZDtype(form[0], _read_zone(form[1], read))


def _make_period_type(value: pd.PeriodDtype, write: Writer) -> Any:
    return write(value.freq)


def _read_period_type(form: Any, read: Reader) -> pd.PeriodDtype:
    return pd.PeriodDtype(read(form))


def _make_interval_type(value: pd.IntervalDtype, write: Writer) -> list[Any]:
    return [write(value.subtype), value.closed]


def _read_interval_type(form: list[Any], read: Reader) -> pd.IntervalDtype:
    return pd.IntervalDtype(read(form[0]), form[1])


def _make_categories(value: pd.CategoricalDtype, write: Writer) -> list[Any]:
    return [write(value.categories), bool(value.ordered)]


def _read_categories(form: list[Any], read: Reader) -> pd.CategoricalDtype:
    return pd.CategoricalDtype(read(form[0]), form[1])


def _make_arrow(value: pd.ArrowDtype, _: Writer) -> str:
    return to_base64(pa.schema([("", value.pyarrow_dtype)]).serialize().to_pybytes())


def _read_arrow(form: str, _: Reader) -> pd.ArrowDtype:
    schema = pa.ipc.read_schema(pa.py_buffer(from_base64(form)))
    return pd.ArrowDtype(schema.field(0).type)


# --- indexes ----------------------------------------------------------------------------------


def _make_range(value: pd.RangeIndex, write: Writer) -> list[Any]:
    return [value.start, value.stop, value.step, write(value.name)]


def _read_range(form: list[Any], read: Reader) -> pd.RangeIndex:
    return pd.RangeIndex(range(*form[:3]), name=read(form[3]))


def _make_levels(value: pd.MultiIndex, write: Writer) -> list[Any]:
    levels = [value.get_level_values(number) for number in range(value.nlevels)]
    return [write(list(value.names)), [write(level.rename(None)) for level in levels]]


def _read_levels(form: list[Any], read: Reader) -> pd.MultiIndex:
    return pd.MultiIndex.from_arrays([read(level) for level in form[1]], names=read(form[0]))


def _make_index(value: pd.Index, write: Writer) -> Any:
    """Return labels one by one where they are texts or mixed, else as a column of Arrow's."""
    plain = value.dtype in (object, "int64")
    if plain or (isinstance(value.dtype, pd.StringDtype) and not value.hasnans):
        items = value.tolist() if plain else value.to_numpy(object).tolist()
        return {"name": write(value.name), "type": write(value.dtype), "items": write(items)}
    try:
        array, recipe = encode_column(pd.Series(value.array, dtype=value.dtype))
        table = pa.table([array], ["labels"])
        digest = hash_table(table)
    except (Unkept, pa.ArrowException, TypeError, ValueError):
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
    """Return the index with its frequency, which some of its `rows` need not have."""
    if frequency is None or not isinstance(index, pd.DatetimeIndex | pd.TimedeltaIndex):
        return index
    try:
        return type(index)(index, freq=frequency)
    except ValueError:
        if len(index) == rows:  # pandas does not find what it made itself: `BusinessDay(offset=…)`
            _put_frequency(index, frequency)
        return index


def _put_frequency(index: Any, frequency: Any) -> None:
    """Set what pandas has no public door to; before 3.1 the array holds it, later the index."""
    for owner in (index.array, index):
        owner._freq = frequency  # noqa: SLF001
