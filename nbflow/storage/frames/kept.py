"""Objects that JSON has no form for, kept whole beside a digest of their content."""

from __future__ import annotations

import copyreg
import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pandas as pd
import pyarrow as pa

from nbflow.base.hashing import hash_bytes
from nbflow.storage.arrow.codec import Codec
from nbflow.storage.arrow.hash import TableHasher
from nbflow.storage.arrow.types import Unkept
from nbflow.storage.frames.json_forms import KEPT, Writer, find_content, to_base64


def keep(value: Any) -> dict[str, str]:
    """Return the form of a frame as an Arrow table, else of a pickle; raises Unkept."""
    if (table := _find_table(value)) is not None:
        return {KEPT: hash_table(table), "arrow": to_base64(to_bytes(table))}
    import cloudpickle  # noqa: PLC0415 - for pickles only

    try:
        data = cloudpickle.dumps(value, protocol=5)
        return {KEPT: hash_object(value), "pickle": to_base64(data)}
    except Exception as error:
        raise Unkept(f"its labels or attrs cannot be pickled ({error})") from error


def hash_object(value: Any) -> str:
    """Return a digest that objects share which pickling takes apart into the same parts.

    It is not one of the pickle: that depends on which of the parts are one object, and on the
    order of sets.
    """
    return hash_bytes(json.dumps(find_content(_Describing().write(value))))


def hash_table(table: pa.Table) -> str:
    """Return the content hash of a table; raises Unkept for one that the store would not keep."""
    codec, hasher = Codec(table.schema), TableHasher(table.schema)
    for batch in table.to_batches():
        codec.gather(batch)
        hasher.update(batch, codec.dictionaries)
    return hasher.hexdigest(codec.dictionaries)


def to_bytes(table: pa.Table) -> bytes:
    """Return a table as an Arrow stream."""
    sink = pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, table.schema) as writer:
        writer.write_table(table)
    data: bytes = sink.getvalue().to_pybytes()
    return data


def from_bytes(data: bytes) -> pa.Table:
    with pa.ipc.open_stream(pa.py_buffer(data)) as reader:
        return reader.read_all()


def _find_table(value: Any) -> pa.Table | None:
    """Return a frame's table, None for what is no frame or does not fit one."""
    if type(value) not in (pd.DataFrame, pd.Series):
        return None
    from nbflow.storage.frames.frames import encode_frame  # noqa: PLC0415 - a frame within a frame

    try:
        table = encode_frame(value)
        Codec(table.schema)
    except Unkept:
        return None
    return table


class _Describing:
    """Takes objects apart as pickling does."""

    def __init__(self) -> None:
        self.write = Writer(self._describe)
        self._open: list[int] = []

    def _describe(self, value: Any) -> Any:
        if id(value) in self._open:
            return {"above": len(self._open) - self._open.index(id(value))}
        if (table := _find_table(value)) is not None:
            return {"frame": hash_table(table)}
        if isinstance(value, type) or not hasattr(value, "__reduce_ex__"):
            return {"name": f"{value.__module__}.{value.__qualname__}"}
        with self._within(value):
            return self._take_apart(value)

    def _take_apart(self, value: Any) -> Any:
        reduce = copyreg.dispatch_table.get(type(value))
        if hasattr(value, "__code__"):
            return {"name": f"{value.__module__}.{value.__qualname__}"}
        parts = reduce(value) if reduce else value.__reduce_ex__(4)
        if isinstance(parts, str):
            return {"name": f"{type(value).__module__}.{parts}"}
        function, arguments, *more = parts
        state, items, pairs = (*more, None, None, None)[:3]
        shown = [function, list(arguments), state, list(items or ()), list(pairs or ())]
        return {"object": [self.write(part) for part in shown]}

    @contextmanager
    def _within(self, value: Any) -> Iterator[None]:
        self._open.append(id(value))
        try:
            yield
        finally:
            self._open.pop()
