"""The content hash of a table: of its schema, values and row order, however it was built.

Each leaf of each column feeds a hasher of its own with three streams that do not depend on where
one batch ends and the next begins: the positions of nulls, the lengths of strings and lists, and
the bytes of the values that are not null. NaN differs from null; all NaN are one; -0.0 differs
from 0.0. Dictionary columns are hashed as codes into the union of their dictionaries.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import xxhash

from nbflow.storage.arrow.codec import Codec, Path
from nbflow.storage.arrow.types import is_list

FRAME, FRAME_TEXT = b"nbflow.frame", b"nbflow.frame.text"
_SLICE = 1 << 17  # rows to hash at once: they stay in the processor's cache


def hash_table(table: pa.Table) -> str:
    """Return the content hash of a table; raises NotExact for one that the store would not keep."""
    hasher = TableHasher(Codec(table.schema))
    for batch in table.to_batches(max_chunksize=_SLICE):
        hasher.codec.gather(batch)
        hasher.update(batch)
    return hasher.hexdigest()


class TableHasher:
    """Hashes batches of one schema as they pass, after the codec gathered their dictionaries."""

    def __init__(self, codec: Codec) -> None:
        self.codec = codec
        self._rows = 0
        self._counts: dict[Path, int] = {}
        self._hashers: dict[tuple[Path, str], Any] = {}

    def update(self, batch: pa.RecordBatch) -> None:
        """Add a batch."""
        self._rows += batch.num_rows
        for start in range(0, batch.num_rows, _SLICE):
            for position, column in enumerate(batch.slice(start, _SLICE).columns):
                self._add((position,), column, self.codec.dictionaries)

    def hexdigest(self) -> str:
        """Return the hash of all batches."""
        for path, values in self.codec.dictionaries.items():
            self._add((-1, *path), values, {})
        total = xxhash.xxh3_128(make_schema_text(self.codec.schema).encode())
        total.update(str(self._rows).encode())
        for (path, part), hasher in sorted(self._hashers.items(), key=lambda item: item[0]):
            total.update(f"{path} {part} {self._counts[path]}".encode())
            total.update(hasher.digest())
        return total.hexdigest()

    def _add(self, path: Path, array: pa.Array, dictionaries: Mapping[Path, pa.Array]) -> None:
        array = _unwrap(array, dictionaries.get(path))
        array = self._add_nulls(path, array)
        if not len(array):
            return
        if pa.types.is_struct(array.type):
            for number, child in enumerate(array.flatten()):
                self._add((*path, number), child, dictionaries)
        elif is_list(array.type):
            lengths = pc.list_value_length(array).cast(pa.int64())
            self._feed(path, "lengths", lengths.to_numpy(zero_copy_only=False))
            self._add((*path, 0), array.flatten(), dictionaries)
        elif array.type.num_fields == 0 and _is_text(array.type):
            self._add_text(path, array)
        else:
            self._feed(path, "values", _read_values(array))

    def _add_nulls(self, path: Path, array: pa.Array) -> pa.Array:
        start = self._counts.get(path, 0)
        self._counts[path] = start + len(array)
        self._feed(path, "nulls", np.empty(0, "<i8"))
        if not array.null_count:
            return array
        empty = array.is_null().to_numpy(zero_copy_only=False)
        self._feed(path, "nulls", np.flatnonzero(empty).astype("<i8") + start)
        return array.filter(pa.array(~empty))

    def _add_text(self, path: Path, array: pa.Array) -> None:
        _, offsets, data = array.buffers()
        width = "<i8" if pa.types.is_large_string(array.type) else "<i4"
        width = "<i8" if pa.types.is_large_binary(array.type) else width
        ends = np.frombuffer(offsets, width)[array.offset : array.offset + len(array) + 1]
        self._feed(path, "lengths", np.diff(ends).astype("<i8"))
        if data is not None:
            self._feed(path, "values", np.frombuffer(data, "u1")[ends[0] : ends[-1]])

    def _feed(self, path: Path, part: str, values: Any) -> None:
        hasher = self._hashers.get((path, part))
        if hasher is None:
            hasher = self._hashers[path, part] = xxhash.xxh3_128()
        if values.size:
            hasher.update(np.ascontiguousarray(values).view("u1").data)


def make_schema_text(schema: pa.Schema) -> str:
    """Return names, types and metadata as text, less what differs between versions."""
    fields = [
        [field.name, _make_type_text(field.type), field.nullable, _make_pairs(field.metadata)]
        for field in schema
    ]
    return json.dumps([fields, _make_pairs(schema.metadata)])


def _make_type_text(kind: pa.DataType) -> str:
    if isinstance(kind, pa.BaseExtensionType):
        details = getattr(kind, "__arrow_ext_serialize__", lambda: b"")()
        return f"{kind} {details!r} {kind.storage_type}"
    return str(kind)


def _make_pairs(metadata: Mapping[bytes, bytes] | None) -> list[list[str]]:
    pairs = sorted((metadata or {}).items())
    return [
        [key.decode("latin-1"), _drop_versions(key, value).decode("latin-1")]
        for key, value in pairs
        if key != FRAME
    ]


def _drop_versions(key: bytes, value: bytes) -> bytes:
    if key != b"pandas":
        return value
    try:
        content = json.loads(value)
    except ValueError:
        return value
    content.pop("pandas_version", None)
    content.pop("creator", None)
    return json.dumps(content, sort_keys=True).encode()


def _unwrap(array: pa.Array, union: pa.Array | None) -> pa.Array:
    """Return storage instead of extensions, codes instead of values, plain instead of views."""
    while isinstance(array, pa.ExtensionArray):
        array = array.storage
    kind = array.type
    if pa.types.is_dictionary(kind):
        return _make_codes(array, union)
    if pa.types.is_run_end_encoded(kind):
        return _unwrap(pc.run_end_decode(array), None)
    if pa.types.is_map(kind):
        pairs = pa.StructArray.from_arrays([array.keys, array.items], ["key", "value"])
        lists = pa.ListArray.from_arrays(array.offsets, pairs)
        return pc.if_else(array.is_valid(), lists, None) if array.null_count else lists
    if kind in {pa.string_view(), pa.binary_view()}:
        return array.cast(pa.large_string() if kind == pa.string_view() else pa.large_binary())
    return array


def _make_codes(array: pa.DictionaryArray, union: pa.Array | None) -> pa.Array:
    indices = array.indices.cast(pa.int64())
    if union is None:
        return _unwrap(array.dictionary_decode(), None)
    if array.dictionary.equals(union):
        return indices
    return pc.index_in(array.dictionary, union, skip_nulls=True).cast(pa.int64()).take(indices)


def _is_text(kind: pa.DataType) -> bool:
    tests = (pa.types.is_string, pa.types.is_large_string)
    return any(t(kind) for t in (*tests, pa.types.is_binary, pa.types.is_large_binary))


def _read_values(array: pa.Array) -> Any:
    """Return the bytes of values of fixed width, none of them null."""
    if pa.types.is_boolean(array.type):
        array = array.cast(pa.uint8())
    width = array.type.bit_width // 8
    data = np.frombuffer(array.buffers()[1], "u1")
    values = data[array.offset * width : (array.offset + len(array)) * width]
    if pa.types.is_floating(array.type):
        return _make_one_nan(values.view(f"<f{width}"))
    return values


def _make_one_nan(values: Any) -> Any:
    nan = np.isnan(values)
    return np.where(nan, values.dtype.type(np.nan), values) if nan.any() else values
