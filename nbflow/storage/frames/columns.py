"""A column of a pandas frame as an Arrow array and back, with a recipe for what Arrow lacks."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa

from nbflow.storage.arrow.memory_views import join, view_values
from nbflow.storage.arrow.types import NotExact
from nbflow.storage.frames.objects import decode_objects, encode_objects, is_same
from nbflow.storage.quoting import make_different

_TRUSTED = (
    pd.StringDtype,
    pd.DatetimeTZDtype,
    pd.PeriodDtype,
    pd.IntervalDtype,
    pd.ArrowDtype,
    pd.BooleanDtype,
    *(pd.Int8Dtype, pd.Int16Dtype, pd.Int32Dtype, pd.Int64Dtype),
    *(pd.UInt8Dtype, pd.UInt16Dtype, pd.UInt32Dtype, pd.UInt64Dtype),
)


def encode_column(column: pd.Series) -> tuple[pa.Array, dict[str, Any] | None]:
    kind = column.dtype
    if isinstance(kind, np.dtype):
        if kind.kind == "O":
            return encode_objects(column.to_numpy())
        if kind.kind not in "biufMm":
            raise NotExact(f"is {kind}, which has no form in Arrow")
        return join(pa.array(column.to_numpy(), from_pandas=True)), None
    if isinstance(kind, pd.CategoricalDtype):
        return _encode_categories(column)
    return _encode_extension(column)


def _encode_extension(column: pd.Series) -> tuple[pa.Array, dict[str, Any]]:
    kind: Any = column.dtype
    if isinstance(kind, pd.DatetimeTZDtype):
        return join(pa.array(column, from_pandas=True)), {"how": "dtype", "dtype": kind}
    if not hasattr(kind, "__from_arrow__") or not hasattr(column.array, "__arrow_array__"):
        raise NotExact(f"is {kind}, which has no form in Arrow")
    how = "floating" if isinstance(kind, pd.Float64Dtype | pd.Float32Dtype) else "dtype"
    array, recipe = join(pa.array(column.array)), {"how": how, "dtype": kind}
    if not isinstance(kind, _TRUSTED):
        _check_extension(column, array, recipe)
    return array, recipe


def _check_extension(column: pd.Series, array: pa.Array, recipe: dict[str, Any]) -> None:
    back = decode_column(pa.chunked_array([array]), recipe)
    if type(back) is not type(column.array) or back.dtype != column.dtype:
        raise NotExact(f"is {column.dtype}, which Arrow gives back as {back.dtype}")
    pairs = zip(column.array, back, strict=True)
    if not column.array.equals(back) and not all(is_same(old, new) for old, new in pairs):
        raise NotExact(f"is {column.dtype} with values that Arrow changes")


def _encode_categories(column: pd.Series) -> tuple[pa.Array, dict[str, Any]]:
    values: Any = column.array
    labels = _make_labels(values.categories)
    codes = pa.array(values.codes, mask=values.codes == -1)
    array = pa.DictionaryArray.from_arrays(codes, labels, ordered=bool(values.ordered))
    return array, {"how": "category", "dtype": values.dtype}


def _make_labels(categories: pd.Index) -> pa.Array:
    """Return the categories as Arrow can look them up: themselves, or as text."""
    plain = isinstance(categories.dtype, np.dtype) and categories.dtype.kind in "biuf"
    if plain or pd.api.types.is_datetime64_any_dtype(categories.dtype):
        return join(pa.array(categories.array))
    texts = [item if type(item) is str else str(item) for item in categories]
    return pa.array(make_different(texts), pa.large_string())


def decode_column(column: pa.ChunkedArray, recipe: dict[str, Any]) -> Any:
    if recipe["how"] == "objects":
        return pd.Series(decode_objects(column, recipe), dtype=object)
    if recipe["how"] == "category":
        codes = join(column)
        indices = view_values(codes.indices)
        if indices is None:
            indices = codes.indices.fill_null(-1).to_numpy(zero_copy_only=False, writable=True)
        return pd.Categorical.from_codes(indices, dtype=recipe["dtype"])
    if recipe["how"] == "floating":
        return _decode_floating(column)
    return recipe["dtype"].__from_arrow__(column)


def _decode_floating(column: pa.ChunkedArray) -> Any:
    """Return a nullable float array that keeps NaN and NA apart."""
    mask = column.is_null().to_numpy()
    values = column.fill_null(0).to_numpy()
    return pd.arrays.FloatingArray(np.array(values), np.array(mask))
