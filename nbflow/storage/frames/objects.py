"""Columns of Python objects as Arrow and back, each value checked where Arrow could change it."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa

from nbflow.storage.arrow.types import NotExact, holds

NOTE = "note"  # in a recipe: how values differ afterwards, for people
# Exact in Arrow, so that no comparison is needed. bool is not here as an int: types are exact.
_SAFE: dict[type, pa.DataType | None] = {
    str: pa.string(),
    bytes: pa.binary(),
    bool: pa.bool_(),
    float: pa.float64(),
    dt.date: pa.date32(),
    uuid.UUID: None,
    int: None,
}
_MISSING: dict[type, Any] = {type(None): None, type(pd.NA): pd.NA, type(pd.NaT): pd.NaT}
REFUSED = (pa.ArrowException, TypeError, ValueError, OverflowError, AttributeError)


def encode_objects(values: Any) -> tuple[pa.Array, dict[str, Any]]:
    """Return an object array as Arrow, and what `decode_objects` needs; raises NotExact."""
    kinds = set(map(type, values))
    missing = _find_missing(values, kinds)
    kinds -= {type(missing)}
    if len(kinds) > 1:
        names = " and ".join(sorted(kind.__name__ for kind in kinds))
        raise NotExact(f"mixes {names}")
    items = [None if item is missing else item for item in values]
    if float in kinds or missing is None:
        items = list(values)
    elif isinstance(missing, float):
        items = [None if type(item) is float else item for item in values]
    kind = next(iter(kinds), type(None))
    recipe = {"how": "objects", "missing": missing, "arrays": kind is np.ndarray}
    array = _make_array(items, kind)
    if kind not in _SAFE and kinds:
        back = decode_objects(pa.chunked_array([array]), recipe)
        _check(values, back, kind)
        if holds(pa.types.is_decimal, array.type) and (padded := _find_padded(values, back)):
            recipe[NOTE] = padded
    return array, recipe


def _find_padded(values: Sequence[Any], back: Sequence[Any]) -> str:
    """Return how the first decimal with fewer digits than the column comes back, "" for none."""
    for old, new in zip(values, back, strict=True):
        if old is not new and not isinstance(old, float) and repr(old) != repr(new):
            return f"{_shorten(old)} comes back as {_shorten(new)}"
    return ""


def decode_objects(column: pa.ChunkedArray, recipe: dict[str, Any]) -> Any:
    """Return the object array that `encode_objects` was given."""
    kind = column.type
    if pa.types.is_string(kind) or pa.types.is_binary(kind):
        values = np.asarray(column.to_numpy(), dtype=object)
    elif recipe["arrays"]:
        values = _make_objects([None if a is None else np.array(a) for a in column.to_numpy()])
    else:
        values = _make_objects(column.to_pylist())
    if recipe["missing"] is not None and column.null_count:
        values[column.is_null().to_numpy()] = recipe["missing"]
    return values


def is_same(left: Any, right: Any) -> bool:
    """Tell whether two values are of one type and equal all the way down; NaN equals NaN."""
    if type(left) is not type(right):
        return False
    if isinstance(left, np.ndarray):
        return _is_same_array(left, right)
    if isinstance(left, list | tuple):
        pairs = zip(left, right, strict=False)
        return len(left) == len(right) and all(is_same(a, b) for a, b in pairs)
    if isinstance(left, dict):
        return list(left) == list(right) and all(is_same(left[k], right[k]) for k in left)
    if isinstance(left, dt.datetime | dt.time):
        return bool(left == right and str(left.tzinfo) == str(right.tzinfo))
    if isinstance(left, float):
        return repr(left) == repr(right)
    return left is right or bool(left == right)


def _find_missing(values: Any, kinds: set[type]) -> Any:
    """Return the one thing that stands for a missing value in this column."""
    found = [_MISSING[kind] for kind in kinds if kind in _MISSING]
    if float in kinds and (kinds - {float} - set(_MISSING) or len(kinds) == 1):
        floats = [item for item in values if type(item) is float]
        if all(item != item for item in floats) and len(kinds) > 1:  # noqa: PLR0124 - NaN
            found.append(np.nan)
        elif len(kinds) > 1:
            raise NotExact(f"mixes {' and '.join(sorted(kind.__name__ for kind in kinds))}")
    if len(found) > 1:
        raise NotExact(f"mixes {' and '.join(map(repr, found))} for missing values")
    return found[0] if found else None


def _make_array(items: list[Any], kind: type) -> pa.Array:
    try:
        if kind is uuid.UUID:
            storage = [None if item is None else item.bytes for item in items]
            return pa.ExtensionArray.from_storage(pa.uuid(), pa.array(storage, pa.binary(16)))
        if kind is int:
            return _make_integers(items)
        return pa.array(items, _SAFE.get(kind), from_pandas=False)
    except REFUSED as error:
        reason = str(error).splitlines()[0]
        raise NotExact(f"holds {kind.__name__} that Arrow refuses ({reason})") from error


def _make_integers(items: list[Any]) -> pa.Array:
    try:
        return pa.array(items, pa.int64(), from_pandas=False)
    except (OverflowError, pa.ArrowInvalid):
        return pa.array(items, pa.uint64(), from_pandas=False)


def _check(values: Sequence[Any], back: Sequence[Any], kind: type) -> None:
    for old, new in zip(values, back, strict=True):
        same_missing = old is new or (isinstance(old, float) and isinstance(new, float))
        if not (same_missing or is_same(old, new)):
            raise NotExact(f"holds {kind.__name__} such as {_shorten(old)} that would change")


def _make_objects(items: list[Any]) -> Any:
    return np.fromiter(items, dtype=object, count=len(items))


def _is_same_array(left: Any, right: Any) -> bool:
    if left.dtype != right.dtype or left.shape != right.shape:
        return False
    if left.dtype == object:
        return all(is_same(a, b) for a, b in zip(left.flat, right.flat, strict=True))
    return bool(left.tobytes() == right.tobytes())


def _shorten(value: Any) -> str:
    text = repr(value)
    return text if len(text) <= 40 else f"{text[:37]}…"  # noqa: PLR2004 - what fits in a line
