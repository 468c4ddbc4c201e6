"""Arrow tables that pandas did not write, as frames that hold every value exactly.

Integers that have nulls are nullable (Int64), as are booleans; sums of SQL's are Int64, or Python
integers where they need more bits; decimals are decimal.Decimal, dates datetime.date.
"""

from __future__ import annotations

import json
import uuid
from collections.abc import Callable
from contextlib import suppress
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from nbflow.storage.arrow.memory_views import join
from nbflow.storage.arrow.types import find_fields, find_sql_type, make_nested

_WHOLE = {"HUGEINT", "UHUGEINT", "BIGNUM", "VARINT"}
_LATEST = 2_932_896  # days from 1970 to the end of the year 9999
_EARLIEST = -719_162
_INTERVAL = np.dtype([("months", "i4"), ("days", "i4"), ("nanoseconds", "i8")])
_DAY = 86_400_000_000_000  # nanoseconds


def make_frame(table: pa.Table) -> pd.DataFrame:
    """Return a frame, with the index that pandas' metadata names, if any."""
    converted = map(_convert, table.columns, table.schema)
    apart = {place: column for place, column in enumerate(converted) if column is not None}
    metadata = (table.schema.metadata or {}).get(b"pandas")
    left = table if metadata else _blank(table, apart)
    frame: pd.DataFrame = left.to_pandas(integer_object_nulls=True)
    for number, place in enumerate(_find_shown(table.schema, metadata)):
        if place in apart and (not metadata or frame.dtypes.iloc[number].kind == "O"):
            frame.isetitem(number, apart[place])
    return frame


def _blank(table: pa.Table, apart: dict[int, Any]) -> pa.Table:
    """Return the table with empty columns in place of those that are converted apart."""
    if not apart:
        return table
    empty = pa.chunked_array([np.zeros(table.num_rows, "i1")])
    columns = [empty if place in apart else one for place, one in enumerate(table.columns)]
    return pa.Table.from_arrays(columns, names=table.column_names)


def _find_shown(schema: pa.Schema, metadata: bytes | None) -> list[int]:
    """Return the positions of the columns that are not an index of pandas, in their order."""
    told = json.loads(metadata).get("index_columns", []) if metadata else []
    levels = {one for one in told if isinstance(one, str)}
    return [place for place, name in enumerate(schema.names) if name not in levels]


def _convert(column: pa.ChunkedArray, field: pa.Field) -> Any | None:
    """Return a column for pandas, None where Arrow's own conversion keeps every value."""
    named = find_sql_type(field)
    if named in _WHOLE:
        return _make_integers(column)
    if named == "UUID":
        return _make_objects(column, uuid.UUID)
    if pa.types.is_nested(field.type):
        return _convert_nested(column, field.type)
    for test, convert in _CONVERTED:
        if test(field.type):
            return convert(column)
    return None


def _make_integers(column: pa.ChunkedArray) -> Any:
    """Return integers in the narrowest type that holds them: as NumPy has, or Python's own."""
    for kind in (pa.int64(), pa.uint64()):
        with suppress(pa.ArrowInvalid):
            whole = column.cast(kind)
            return whole.to_numpy() if not whole.null_count else _make_nullable(whole)
    return _make_objects(column, int)


def _make_objects(column: pa.ChunkedArray, make: Callable[[Any], Any]) -> Any:
    items = [None if item is None else make(item) for item in column.to_pylist()]
    return np.fromiter(items, dtype=object, count=len(items))


def _make_nullable(column: pa.ChunkedArray) -> Any:
    """Return integers or booleans as pandas' nullable ones, None where none is null."""
    if not column.null_count:
        return None
    kind: Any = pd.api.types.pandas_dtype(_NULLABLE[str(column.type)])
    return kind.__from_arrow__(column)


_NULLABLE = {"bool": "boolean"} | {
    f"{sign}int{bits}": f"{sign.upper()}Int{bits}" for sign in ("", "u") for bits in (8, 16, 32, 64)
}


def _convert_dates(column: pa.ChunkedArray) -> Any | None:
    """Return moments instead of dates where a day is out of the range of Python's dates."""
    limits = pc.min_max(column.cast(pa.int32()))
    least, most = limits["min"].as_py(), limits["max"].as_py()
    if least is None or (least >= _EARLIEST and most <= _LATEST):
        return None
    return column.cast(pa.timestamp("s")).to_numpy()


def _convert_intervals(column: pa.ChunkedArray) -> Any | None:
    """Return intervals as lengths of time, None where some have months."""
    array = join(column)
    known = array.is_valid().to_numpy(zero_copy_only=False)
    parts = np.frombuffer(array.buffers()[1], _INTERVAL)[array.offset : array.offset + len(array)]
    if parts["months"][known].any():
        return None
    lengths = parts["days"] * np.int64(_DAY) + parts["nanoseconds"]
    return np.where(known, lengths.view("m8[ns]"), np.timedelta64("NaT"))


def _convert_nested(column: pa.ChunkedArray, kind: pa.DataType) -> Any | None:
    if pa.types.is_union(kind):
        return _make_objects(column, lambda item: item)
    if not _holds_whole(kind):
        return None
    try:
        narrow = column.cast(_narrow(kind))
    except (pa.ArrowInvalid, pa.ArrowNotImplementedError):
        return _make_objects(column, lambda item: _make_whole(item, kind))
    return narrow.to_pandas(integer_object_nulls=True)


def _holds_whole(kind: pa.DataType) -> bool:
    fields = find_fields(kind)
    return any(find_sql_type(field) in _WHOLE or _holds_whole(field.type) for field in fields)


def _narrow(kind: pa.DataType) -> pa.DataType:
    fields = [
        field.with_type(pa.int64() if find_sql_type(field) in _WHOLE else _narrow(field.type))
        for field in find_fields(kind)
    ]
    return make_nested(kind, fields)


def _make_whole(item: Any, kind: pa.DataType) -> Any:
    """Return a value of this type with integers in place of the decimals that stand for them."""
    if item is None or not pa.types.is_nested(kind):
        return item
    fields = find_fields(kind)
    if pa.types.is_struct(kind):
        return {field.name: _make_part(item[field.name], field) for field in fields}
    if pa.types.is_map(kind):
        return [tuple(map(_make_part, pair, fields)) for pair in item]
    return [_make_part(part, fields[0]) for part in item]


def _make_part(item: Any, field: pa.Field) -> Any:
    if find_sql_type(field) in _WHOLE:
        return None if item is None else int(item)
    return _make_whole(item, field.type)


_t = pa.types
_CONVERTED: tuple[tuple[Callable[[pa.DataType], bool], Callable[[Any], Any]], ...] = (
    (_t.is_integer, _make_nullable),
    (_t.is_boolean, _make_nullable),
    (_t.is_date32, _convert_dates),
    (_t.is_interval, _convert_intervals),
)
