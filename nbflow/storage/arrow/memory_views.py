"""Arrow's numbers and times as NumPy arrays in the same memory, where writing to it is safe."""

from __future__ import annotations

from typing import Any

import numpy as np
import pyarrow as pa


def view_values(column: pa.Array | pa.ChunkedArray) -> Any | None:
    """Return the values as a writable array without copying them, None where that cannot be.

    They must lie in one piece, without nulls, in memory of the reader's own. A privately mapped
    file is such memory: what is written there goes to a copy of its page.
    """
    kind = _find_dtype(column.type)
    if kind is None or column.null_count or getattr(column, "num_chunks", 1) != 1:
        return None
    array = join(column)
    values = array.buffers()[1]
    whole = values
    while whole is not None and whole.parent is not None:
        whole = whole.parent
    if whole is None or not whole.is_mutable:
        return None
    start = values.address - whole.address + array.offset * kind.itemsize
    return np.frombuffer(whole, kind, len(array), start)


def join(column: pa.Array | pa.ChunkedArray) -> pa.Array:
    """Return a column in one piece; only a column in several pieces is copied."""
    if not isinstance(column, pa.ChunkedArray):
        return column
    return column.chunk(0) if column.num_chunks == 1 else column.combine_chunks()


def _find_dtype(kind: pa.DataType) -> np.dtype[Any] | None:
    if pa.types.is_timestamp(kind) and kind.tz is None:
        return np.dtype(f"M8[{kind.unit}]")
    if pa.types.is_duration(kind):
        return np.dtype(f"m8[{kind.unit}]")
    number = pa.types.is_integer(kind) or pa.types.is_float32(kind) or pa.types.is_float64(kind)
    return np.dtype(kind.to_pandas_dtype()) if number else None
