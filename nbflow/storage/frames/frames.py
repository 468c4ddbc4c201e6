"""pandas frames to Arrow tables and back: what Arrow leaves out is kept in the schema's metadata.

Columns of NumPy's numbers and times need no recipe; every other column has one. The frame's recipe
(labels, index, attributes) is JSON under `nbflow.frame`. The digest under `nbflow.frame.text` is
the same for equal frames, and goes into the content hash.
"""

from __future__ import annotations

import json
import warnings
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa

from nbflow.base.hashing import hash_bytes
from nbflow.storage.arrow.hash import FRAME, FRAME_TEXT
from nbflow.storage.arrow.memory_views import view_values
from nbflow.storage.arrow.types import NotExact
from nbflow.storage.frames import pandas_forms as pandasforms
from nbflow.storage.frames.columns import decode_column, encode_column
from nbflow.storage.frames.json_forms import Reader, Writer, find_content
from nbflow.storage.frames.kept_objects import Keeper, restore
from nbflow.storage.frames.objects import NOTE, REFUSED
from nbflow.storage.quoting import make_different

_LARGE = 1 << 20  # bytes: copying all columns of a smaller table costs less than a look at each
_MANY = 90  # pandas warns about frames in more than 100 blocks
# Parts of the recipe that are JSON as they are.
_PLAIN = ("names", "levels", "range", "multi", "rows", "duplicates", "series")


def encode_frame(value: pd.DataFrame | pd.Series, notes: list[str] | None = None) -> pa.Table:
    """Return a frame or series as an Arrow table that `decode_frame` undoes; raises NotExact.

    `notes` gets a line for each column that comes back equal but not identical: decimals get as
    many digits as the longest.
    """
    if type(value) not in {pd.DataFrame, pd.Series}:
        raise NotExact(f"a {type(value).__name__} is more than a pandas DataFrame")
    frame = value.to_frame(_find_series_name(value)) if isinstance(value, pd.Series) else value
    levels = _read_levels(frame.index)
    names = _make_names(frame.columns, levels)
    series = [column for _, column in frame.items()] + levels
    encoded = [_encode(column, str(name)) for column, name in zip(series, names, strict=True)]
    said = _take_notes(names, encoded)
    if notes is not None:
        notes += said
    recipes = {n: r for n, (_, r) in zip(names, encoded, strict=True) if r is not None}
    recipe = _make_recipe(value, frame, names, recipes)
    schema = pa.schema([(n, a.type) for n, (a, _) in zip(names, encoded, strict=True)])
    metadata = _make_pandas_metadata(frame, names) | _dump(recipe)
    return pa.Table.from_arrays([a for a, _ in encoded], schema=schema.with_metadata(metadata))


def decode_frame(table: pa.Table, place: Path) -> pd.DataFrame | pd.Series:
    """Return the frame of a table, or of some of its columns and rows.

    `place` is the file or folder that holds the table.
    """
    recipe = _load(table.schema, place)
    labels, recipes = recipe["names"], recipe["recipes"]
    places = {name: number for number, name in enumerate(labels)}
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


def rehearse() -> None:
    """Encode and decode a frame: pandas and Arrow do now what they do once in a process."""
    decode_frame(encode_frame(pd.DataFrame({"a": [0], "b": [""]})), Path())


def find_label_names(schema: pa.Schema, place: Path) -> dict[Any, str]:
    """Return the names of the columns by pandas' labels; the first of equal labels counts."""
    recipe = _load(schema, place, "columns", "names")
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
    return make_different(names)


def _encode(column: pd.Series, name: str) -> tuple[pa.Array, dict[str, Any] | None]:
    try:
        return encode_column(column)
    except NotExact as error:
        raise NotExact(f"column {name!r} {error}") from error
    except REFUSED as error:
        reason = str(error).splitlines()[0]
        raise NotExact(
            f"column {name!r} is {column.dtype}, which Arrow refuses ({reason})"
        ) from error


def _take_notes(names: list[str], encoded: list[tuple[pa.Array, Any]]) -> list[str]:
    """Take the notes for people out of the recipes, and return them."""
    pairs = zip(names, encoded, strict=True)
    told = [(name, recipe.pop(NOTE)) for name, (_, recipe) in pairs if recipe and NOTE in recipe]
    return [f"column {name!r} has as many digits in each row: {said}" for name, said in told]


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
        "freq": getattr(index, "freq", None),
        "rows": len(index),
        "recipes": recipes,
        "attrs": dict(value.attrs),
        "duplicates": value.flags.allows_duplicate_labels,
        "series": isinstance(value, pd.Series),
        "series_name": value.name if isinstance(value, pd.Series) else None,
    }


def _find_range(index: Any) -> tuple[int, int, int] | None:
    return (index.start, index.stop, index.step) if type(index) is pd.RangeIndex else None


def _dump(recipe: dict[str, Any]) -> dict[bytes, bytes]:
    """Return the recipe as metadata: JSON, and the digest that equal frames share."""
    write = Writer(pandasforms.FORMS, Keeper(encode_frame).keep)
    try:
        form = {key: one if key in _PLAIN else write(one) for key, one in recipe.items()}
        text = json.dumps(form, separators=(",", ":"))
        shared = json.dumps(find_content(form), separators=(",", ":"))
    except RecursionError:
        raise NotExact("its attrs are nested too deep, or hold themselves") from None
    return {FRAME: text.encode(), FRAME_TEXT: hash_bytes(shared).encode()}


def _load(schema: pa.Schema, place: Path, *wanted: str) -> dict[str, Any]:
    """Return a recipe, or the parts of it that are wanted."""
    form = json.loads(schema.metadata[FRAME])
    read = Reader(pandasforms.FORMS, lambda kept: restore(kept, place, decode_frame))
    keys = wanted or form
    return {key: form[key] if key in _PLAIN else read(form[key]) for key in keys}


def _make_pandas_metadata(frame: pd.DataFrame, names: list[str]) -> dict[bytes, bytes]:
    """Return pandas metadata as pyarrow makes it, for readers of the Arrow table."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            schema = pa.Schema.from_pandas(frame.iloc[:0].set_flags(copy=False))
        except Exception:  # noqa: BLE001 - only a courtesy to readers of the Arrow table
            return {}
    return dict(schema.metadata) if schema.names == names else {}


def _decode_columns(table: pa.Table, recipes: dict[str, Any]) -> pd.DataFrame:
    """Return the columns; those of a large table are not copied."""
    places = range(table.num_columns)
    if table.nbytes >= _LARGE and table.num_columns <= _MANY:
        return _put_together([_decode(table, place, recipes) for place in places])
    plain = [name for name in table.column_names if name not in recipes]
    kept = table.select(plain).replace_schema_metadata(None)
    frame: pd.DataFrame = kept.to_pandas(use_threads=False)
    special = {
        place: decode_column(table.column(place), recipes[name])
        for place, name in enumerate(table.column_names)
        if name in recipes
    }
    if len(special) > _MANY:
        rest = iter(range(len(plain)))
        return _put_together(
            [special[i] if i in special else frame.iloc[:, next(rest)] for i in places]
        )
    if not plain:
        frame = pd.DataFrame(index=range(table.num_rows))
    frame.columns = pd.RangeIndex(len(plain))
    for place, column in sorted(special.items()):
        frame.insert(place, f"c{place}", column)
    return frame


def _put_together(columns: list[Any]) -> pd.DataFrame:
    return pd.DataFrame(dict(enumerate(columns)), copy=False)


def _decode(table: pa.Table, place: int, recipes: dict[str, Any]) -> Any:
    column, recipe = table.column(place), recipes.get(table.column_names[place])
    if recipe is not None:
        return decode_column(column, recipe)
    values = view_values(column)
    return column.to_pandas() if values is None else values


def _decode_index(table: pa.Table, recipe: dict[str, Any]) -> pd.Index | None:
    names = recipe["index_names"]
    if recipe["range"] is not None:
        whole = range(*recipe["range"])
        shown = whole if len(whole) == table.num_rows else range(table.num_rows)
        return pd.RangeIndex(shown, name=names[0])
    if any(name not in table.column_names for name in recipe["levels"]):
        return None
    levels = [
        pandasforms.decode_index(table.column(name), recipe["recipes"].get(name))
        for name in recipe["levels"]
    ]
    if recipe["multi"]:
        return pd.MultiIndex.from_arrays(levels, names=names)
    return pandasforms.set_frequency(levels[0].rename(names[0]), recipe["freq"], recipe.get("rows"))


def _take(labels: pd.Index, places: list[int]) -> pd.Index:
    return labels if places == list(range(len(labels))) else labels.take(places)
