"""Objects that JSON has no form for, kept whole beside a digest of their content."""

from __future__ import annotations

import copyreg
import io
import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pyarrow as pa

from nbflow.base.hashing import hash_bytes
from nbflow.storage.arrow.file import from_bytes, to_bytes
from nbflow.storage.arrow.hash import hash_table
from nbflow.storage.arrow.types import NotExact
from nbflow.storage.frames.json_forms import KEPT, Writer, find_content, from_base64, to_base64
from nbflow.storage.frames.pandas_forms import FORMS
from nbflow.storage.trust import unpickle


class Keeper:
    """Keeps objects: frames as the Arrow tables that `encode` makes of them, others as pickles.

    `encode` raises NotExact for what is no frame, or does not fit in a table.
    """

    def __init__(self, encode: Callable[[Any], pa.Table]) -> None:
        self._encode = encode
        self._describe = Writer(FORMS, self._take_apart)
        self._open: list[int] = []

    def keep(self, value: Any) -> dict[str, str]:
        """Return the form of an object; raises NotExact for what cannot be pickled."""
        if (found := self._find_table(value)) is not None:
            table, digest = found
            return {KEPT: digest, "arrow": to_base64(to_bytes(table))}
        import cloudpickle  # noqa: PLC0415 - for pickles only

        try:
            data = cloudpickle.dumps(value, protocol=5)
            return {KEPT: self._hash(value), "pickle": to_base64(data)}
        except Exception as error:
            raise NotExact(f"its labels or attrs cannot be pickled ({error})") from error

    def _find_table(self, value: Any) -> tuple[pa.Table, str] | None:
        """Return a frame's table and its hash, None for what is no frame or does not fit one."""
        try:
            table = self._encode(value)
            return table, hash_table(table)
        except NotExact:
            return None

    def _hash(self, value: Any) -> str:
        """Return a digest that is the same for objects with the same parts, as pickling finds them.

        A digest of the pickle itself would differ: it depends on which parts are one object, and on
        the order of sets.
        """
        return hash_bytes(json.dumps(find_content(self._describe(value))))

    def _take_apart(self, value: Any) -> Any:
        """Return the parts of an object, as pickling finds them."""
        if id(value) in self._open:
            return {"above": len(self._open) - self._open.index(id(value))}
        if (found := self._find_table(value)) is not None:
            return {"frame": found[1]}
        if isinstance(value, type) or not hasattr(value, "__reduce_ex__"):
            return {"name": f"{value.__module__}.{value.__qualname__}"}
        with self._within(value):
            return self._reduce(value)

    def _reduce(self, value: Any) -> Any:
        reduce = copyreg.dispatch_table.get(type(value))
        if hasattr(value, "__code__"):
            return {"name": f"{value.__module__}.{value.__qualname__}"}
        parts = reduce(value) if reduce else value.__reduce_ex__(4)
        if isinstance(parts, str):
            return {"name": f"{type(value).__module__}.{parts}"}
        function, arguments, *more = parts
        state, items, pairs = (*more, None, None, None)[:3]
        shown = [function, list(arguments), state, list(items or ()), list(pairs or ())]
        return {"object": [self._describe(part) for part in shown]}

    @contextmanager
    def _within(self, value: Any) -> Iterator[None]:
        self._open.append(id(value))
        try:
            yield
        finally:
            self._open.pop()


def restore(form: dict[str, str], place: Path, decode: Callable[[pa.Table, Path], Any]) -> Any:
    """Return an object that was kept whole in the file or folder `place`."""
    if "pickle" in form:
        return unpickle(io.BytesIO(from_base64(form["pickle"])), place)
    return decode(from_bytes(from_base64(form["arrow"])), place)
