"""Python objects as JSON and back, of their own types.

Null, true, numbers, texts and lists are themselves; all else is an object of one tag, as
`{"tuple": [1, 2]}`. What no tag is for is kept whole: as an Arrow table or a pickle, beside a
digest of its content, which equal objects share however they were made.
"""

from __future__ import annotations

import base64
import io
import math
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, NamedTuple

from nbflow.storage.pickles import unpickle

_LONG = 4000  # bits of an integer: of longer ones Python refuses the decimal digits
_WHOLE = ("arrow", "pickle")  # the keys of what a digest stands for
KEPT = "kept"


class Form(NamedTuple):
    """How objects become what is in JSON beside their tag, and what makes them again.

    `make` returns NotImplemented for an object that it cannot make a form of.
    """

    make: Callable[[Any, Writer], Any]
    read: Callable[[Any, Reader], Any]


class Writer:
    """Makes JSON of objects; `keep` makes that of what has no tag."""

    def __init__(self, keep: Callable[[Any], Any]) -> None:
        self._keep = keep

    def __call__(self, value: Any) -> Any:
        kind = type(value)
        if value is None or kind is str or kind is bool:
            return value
        if kind is int and value.bit_length() < _LONG:
            return value
        if kind is float and math.isfinite(value):
            return value
        if kind is list:
            return [self(item) for item in value]
        tag = TAGS.get(kind)
        inner = NotImplemented if tag is None else FORMS[tag].make(value, self)
        return self._keep(value) if inner is NotImplemented else {tag: inner}


class Reader:
    """Makes objects of JSON; `place` is the file or folder that holds it."""

    def __init__(self, place: Path) -> None:
        self.place = place

    def __call__(self, form: Any) -> Any:
        if type(form) is list:
            return [self(item) for item in form]
        if type(form) is not dict:
            return form
        if KEPT in form:
            return self._read_kept(form)
        ((tag, inner),) = form.items()
        return FORMS[tag].read(inner, self)

    def _read_kept(self, form: dict[str, Any]) -> Any:
        if "pickle" in form:
            return unpickle(io.BytesIO(from_base64(form["pickle"])), self.place)
        from nbflow.storage.frames.frames import decode_frame  # noqa: PLC0415 - a frame within a frame
        from nbflow.storage.frames.kept import from_bytes  # noqa: PLC0415

        return decode_frame(from_bytes(from_base64(form["arrow"])), self.place)


FORMS: dict[str, Form] = {}
TAGS: dict[type, str] = {}


def add_forms(forms: Mapping[str, tuple[tuple[type, ...], Form]]) -> None:
    """Add tags, each with the types that it is for."""
    for tag, (kinds, form) in forms.items():
        FORMS[tag] = form
        TAGS.update(dict.fromkeys(kinds, tag))


def find_content(form: Any) -> Any:
    """Return what of a JSON form equal objects share: digests and not what they stand for."""
    if type(form) is list:
        return [find_content(item) for item in form]
    if type(form) is not dict:
        return form
    return {key: find_content(item) for key, item in form.items() if key not in _WHOLE}


def to_base64(data: bytes) -> str:
    return base64.b64encode(data).decode()


def from_base64(text: str) -> bytes:
    return base64.b64decode(text)
