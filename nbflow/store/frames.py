"""pandas frames to Arrow tables and back: what Arrow leaves out is kept in the schema's metadata.

Columns of NumPy's own numbers and times need nothing; every other column has a recipe. The frame's
recipe (labels, index, attributes) is pickled under `nbflow.frame`, with a text form of it that
does not depend on how pickle shares objects under `nbflow.frame.text`, for the content hash.
"""

from __future__ import annotations

import pickle
import warnings
from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa

from nbflow.store.arrowtypes import Unkept
from nbflow.store.objects import decode_objects, encode_objects, is_same
from nbflow.store.tablehash import FRAME, FRAME_TEXT
from nbflow.store.viewing import view_values

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
_REFUSED = (pa.ArrowException, TypeError, ValueError, OverflowError, AttributeError)
_LARGE = 1 << 20  # bytes: below, a copy of all columns costs less than a look at each
_MANY = 90  # pandas warns about frames in more than 100 blocks


def encode_frame(value: pd.DataFrame | pd.Series) -> pa.Table:
    """Return a frame or series as an Arrow table that `decode_frame` undoes; raises Unkept."""
    if type(value) not in {pd.DataFrame, pd.Series}:
        raise Unkept(f"a {type(value).__name__} is more than a pandas DataFrame")
    frame = value.to_frame(_find_series_name(value)) if isinstance(value, pd.Series) else value
    levels = _read_levels(frame.index)
    names = _make_names(frame.columns, levels)
    series = [column for _, column in frame.items()] + levels
    encoded = [_encode(column, str(name)) for column, name in zip(series, names, strict=True)]
    recipes = {n: r for n, (_, r) in zip(names, encoded, strict=True) if r is not None}
    recipe = _make_recipe(value, frame, names, recipes)
    schema = pa.schema([(n, a.type) for n, (a, _) in zip(names, encoded, strict=True)])
    metadata = _make_pandas_metadata(frame, names) | {
        FRAME: _dump(recipe),
        FRAME_TEXT: _describe(recipe).encode("utf-8", "backslashreplace"),
    }
    return pa.Table.from_arrays([a for a, _ in encoded], schema=schema.with_metadata(metadata))


def decode_frame(table: pa.Table) -> pd.DataFrame | pd.Series:
    """Return the frame of a table, or of some of its columns and rows."""
    recipe = pickle.loads(table.schema.metadata[FRAME])  # noqa: S301 - our own file
    labels, recipes = recipe["names"], recipe["recipes"]
    places = {name: place for place, name in enumerate(labels)}
    shown = [name for name in table.column_names if name in places]
    frame = _decode_columns(table.select(shown), recipes)
    index = _decode_index(table, recipe)
    if index is not None:
        frame.index = index
    frame.columns = _take(recipe["columns"], [places[name] for name in shown])
    frame.attrs = recipe["attrs"]
    if recipe["series"]:
        return frame.iloc[:, 0].rename(recipe["series_name"])
    return frame.set_flags(allows_duplicate_labels=recipe["duplicates"])


def find_index_columns(schema: pa.Schema) -> list[str]:
    """Return the names of the columns that hold the index of a pandas frame."""
    if FRAME not in (schema.metadata or {}):
        return []
    recipe = pickle.loads(schema.metadata[FRAME])  # noqa: S301 - our own file
    return list(recipe["levels"])


def find_label_names(schema: pa.Schema) -> dict[Any, str]:
    """Return pandas' labels, mapped to the names of their columns; the first of duplicates."""
    if FRAME not in (schema.metadata or {}):
        return {}
    recipe = pickle.loads(schema.metadata[FRAME])  # noqa: S301 - our own file
    labels = list(recipe["columns"])
    return dict(reversed(list(zip(labels, recipe["names"], strict=True))))


def _find_series_name(series: pd.Series) -> Any:
    return "value" if series.name is None else series.name


def _read_levels(index: pd.Index) -> list[pd.Series]:
    if type(index) is pd.RangeIndex:
        return []
    levels = [index.get_level_values(i) for i in range(index.nlevels)]
    return [pd.Series(level.array, dtype=level.dtype, name=level.name) for level in levels]


def _make_names(columns: pd.Index, levels: Sequence[pd.Series]) -> list[str]:
    names = [label if type(label) is str else str(label) for label in columns]
    for number, level in enumerate(levels):
        named = type(level.name) is str and level.name not in names
        names.append(str(level.name) if named else f"__index_level_{number}__")
    return _make_different(names)


def _make_different(names: list[str]) -> list[str]:
    if len(set(names)) == len(names):
        return names
    seen, taken = set[str](), set(names)
    for place, name in enumerate(names):
        free, number = name, 1
        while free in seen or (number > 1 and free in taken):
            number += 1
            free = f"{name}_{number}"
        names[place] = free
        seen.add(free)
    return names


def _encode(column: pd.Series, name: str) -> tuple[pa.Array, dict[str, Any] | None]:
    try:
        return _encode_column(column)
    except Unkept as error:
        raise Unkept(f"column {name!r} {error}") from error
    except _REFUSED as error:
        reason = str(error).splitlines()[0]
        raise Unkept(
            f"column {name!r} is {column.dtype}, which Arrow refuses ({reason})"
        ) from error


def _encode_column(column: pd.Series) -> tuple[pa.Array, dict[str, Any] | None]:
    kind = column.dtype
    if isinstance(kind, np.dtype):
        if kind.kind == "O":
            return encode_objects(column.to_numpy())
        if kind.kind not in "biufMm":
            raise Unkept(f"is {kind}, which has no form in Arrow")
        return _join(pa.array(column.to_numpy(), from_pandas=True)), None
    if isinstance(kind, pd.CategoricalDtype):
        return _encode_categories(column)
    return _encode_extension(column)


def _encode_extension(column: pd.Series) -> tuple[pa.Array, dict[str, Any]]:
    kind: Any = column.dtype
    if isinstance(kind, pd.DatetimeTZDtype):
        return _join(pa.array(column, from_pandas=True)), {"how": "dtype", "dtype": kind}
    if not hasattr(kind, "__from_arrow__") or not hasattr(column.array, "__arrow_array__"):
        raise Unkept(f"is {kind}, which has no form in Arrow")
    how = "floating" if isinstance(kind, pd.Float64Dtype | pd.Float32Dtype) else "dtype"
    array, recipe = _join(pa.array(column.array)), {"how": how, "dtype": kind}
    if not isinstance(kind, _TRUSTED):
        _check_extension(column, array, recipe)
    return array, recipe


def _check_extension(column: pd.Series, array: pa.Array, recipe: dict[str, Any]) -> None:
    back = _decode_column(pa.chunked_array([array]), recipe)
    if type(back) is not type(column.array) or back.dtype != column.dtype:
        raise Unkept(f"is {column.dtype}, which Arrow gives back as {back.dtype}")
    pairs = zip(column.array, back, strict=True)
    if not column.array.equals(back) and not all(is_same(old, new) for old, new in pairs):
        raise Unkept(f"is {column.dtype} with values that Arrow changes")


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
        return _join(pa.array(categories.array))
    texts = [item if type(item) is str else str(item) for item in categories]
    return pa.array(_make_different(texts), pa.large_string())


def _make_recipe(
    value: Any, frame: pd.DataFrame, names: list[str], recipes: dict[str, Any]
) -> dict[str, Any]:
    index, width = frame.index, len(frame.columns)
    return {
        "names": names[:width],
        "columns": frame.columns,
        "levels": names[width:],
        "range": _find_range(frame.index),
        "index_names": list(index.names),
        "multi": isinstance(index, pd.MultiIndex),
        "freq": getattr(index, "freqstr", None),
        "recipes": recipes,
        "attrs": dict(value.attrs),
        "duplicates": value.flags.allows_duplicate_labels,
        "series": isinstance(value, pd.Series),
        "series_name": value.name if isinstance(value, pd.Series) else None,
    }


def _find_range(index: Any) -> tuple[int, int, int] | None:
    return (index.start, index.stop, index.step) if type(index) is pd.RangeIndex else None


def _dump(recipe: dict[str, Any]) -> bytes:
    try:
        return pickle.dumps(recipe, protocol=5)
    except Exception as error:
        raise Unkept(f"its labels or attrs cannot be pickled ({error})") from error


def _make_pandas_metadata(frame: pd.DataFrame, names: list[str]) -> dict[bytes, bytes]:
    """Return pandas metadata as pyarrow makes it, for readers of the Arrow table."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            schema = pa.Schema.from_pandas(frame.iloc[:0].set_flags(copy=False))
        except Exception:  # noqa: BLE001 - a courtesy to readers of the Arrow table, no more
            return {}
    return dict(schema.metadata) if schema.names == names else {}


def _describe(recipe: Any) -> str:
    """Return a recipe as text that equal frames share."""
    if isinstance(recipe, dict):
        return f"{{{', '.join(f'{key!r}: {_describe(item)}' for key, item in recipe.items())}}}"
    if isinstance(recipe, list | tuple):
        return f"[{', '.join(_describe(item) for item in recipe)}]"
    if isinstance(recipe, pd.RangeIndex):
        return repr(recipe)
    if isinstance(recipe, pd.MultiIndex):
        return f"{list(recipe.dtypes)}{list(recipe.names)}{_describe(list(recipe))}"
    if isinstance(recipe, pd.Index):
        return f"{_describe(recipe.dtype)}{recipe.name!r}{_describe(list(recipe))}"
    if isinstance(recipe, pd.CategoricalDtype):
        return f"category {recipe.ordered} {_describe(recipe.categories)}"
    return f"{type(recipe).__name__} {recipe!r}"


def _decode_columns(table: pa.Table, recipes: dict[str, Any]) -> pd.DataFrame:
    """Return the columns; those of a large table stay where they lie, in memory of their own."""
    if table.nbytes >= _LARGE and table.num_columns <= _MANY:
        return _put_together([_decode(table, place, recipes) for place in _places(table)])
    plain = [name for name in table.column_names if name not in recipes]
    frame = table.select(plain).replace_schema_metadata(None).to_pandas(use_threads=False)
    special = {
        place: _decode_column(table.column(place), recipes[name])
        for place, name in enumerate(table.column_names)
        if name in recipes
    }
    if len(special) > _MANY:
        rest = iter(range(len(plain)))
        return _put_together(
            [special[i] if i in special else frame.iloc[:, next(rest)] for i in _places(table)]
        )
    frame = (
        frame.set_axis(range(len(plain)), axis=1)
        if plain
        else pd.DataFrame(index=range(table.num_rows))
    )
    for place, column in sorted(special.items()):
        frame.insert(place, f"c{place}", column)
    return frame


def _places(table: pa.Table) -> range:
    return range(table.num_columns)


def _put_together(columns: list[Any]) -> pd.DataFrame:
    return pd.DataFrame(dict(enumerate(columns)), copy=False)


def _decode(table: pa.Table, place: int, recipes: dict[str, Any]) -> Any:
    column, recipe = table.column(place), recipes.get(table.column_names[place])
    if recipe is not None:
        return _decode_column(column, recipe)
    values = view_values(column)
    return column.to_pandas() if values is None else values


def _decode_column(column: pa.ChunkedArray, recipe: dict[str, Any]) -> Any:
    if recipe["how"] == "objects":
        return pd.Series(decode_objects(column, recipe), dtype=object)
    if recipe["how"] == "category":
        codes = column.combine_chunks() if column.num_chunks != 1 else column.chunk(0)
        if isinstance(codes, pa.ChunkedArray):
            codes = codes.unify_dictionaries().chunk(0)
        indices = view_values(codes.indices)
        if indices is None:
            indices = codes.indices.fill_null(-1).to_numpy(zero_copy_only=False, writable=True)
        return pd.Categorical.from_codes(indices, dtype=recipe["dtype"])
    if recipe["how"] == "floating":
        return _decode_floating(column)
    return recipe["dtype"].__from_arrow__(column)


def _decode_floating(column: pa.ChunkedArray) -> Any:
    """Return a nullable float array in which NaN and NA stay apart."""
    mask = column.is_null().to_numpy()
    values = column.fill_null(0).to_numpy()
    return pd.arrays.FloatingArray(np.array(values), np.array(mask))


def _decode_index(table: pa.Table, recipe: dict[str, Any]) -> pd.Index | None:
    names = recipe["index_names"]
    if recipe["range"] is not None:
        index = pd.RangeIndex(range(*recipe["range"]), name=names[0])
        return (
            index if len(index) == table.num_rows else pd.RangeIndex(table.num_rows, name=names[0])
        )
    if any(name not in table.column_names for name in recipe["levels"]):
        return None
    levels = [
        _decode_level(table.column(name), recipe["recipes"].get(name)) for name in recipe["levels"]
    ]
    if recipe["multi"]:
        return pd.MultiIndex.from_arrays(levels, names=names)
    return _set_frequency(levels[0].rename(names[0]), recipe["freq"])


def _decode_level(column: pa.ChunkedArray, recipe: dict[str, Any] | None) -> pd.Index:
    if recipe is None:
        index: pd.Index = pd.Index(column.to_pandas(use_threads=False).array)
    else:
        values = _decode_column(column, recipe)
        index = pd.Index(values, dtype=values.dtype, tupleize_cols=False)
    return index


def _set_frequency(index: pd.Index, frequency: str | None) -> pd.Index:
    if frequency is None or not isinstance(index, pd.DatetimeIndex | pd.TimedeltaIndex):
        return index
    try:
        return type(index)(index, freq=frequency)
    except ValueError:  # some rows only
        return index


def _take(labels: pd.Index, places: list[int]) -> pd.Index:
    return labels if places == list(range(len(labels))) else labels.take(places)


def _join(array: pa.Array | pa.ChunkedArray) -> pa.Array:
    if isinstance(array, pa.ChunkedArray):
        return array.combine_chunks() if array.num_chunks != 1 else array.chunk(0)
    return array
