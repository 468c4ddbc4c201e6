"""Python objects as JSON and back, of their own types.

Null, true, numbers, texts and lists are themselves. Everything else is an object with one tag, as
`{"tuple": [1, 2]}`. An object that has no tag is kept whole, as an Arrow table or a pickle,
beside a digest of its content. Equal objects have the same digest however they were made.
"""

from __future__ import annotations

import base64
import math
from collections.abc import Callable
from typing import Any, NamedTuple

_LONG = 4000  # bits of an integer: of longer ones Python refuses the decimal digits
_WHOLE = ("arrow", "pickle")  # the keys of objects that are kept whole
KEPT = "kept"


class Form(NamedTuple):
    """How objects of some types become JSON, and what makes them again.

    `make` returns NotImplemented for an object that has no such form.
    """

    types: tuple[type, ...]
    make: Callable[[Any, Writer], Any]
    read: Callable[[Any, Reader], Any]


Forms = dict[str, Form]  # by tag


def make_form(
    types: tuple[type, ...], make: Callable[[Any], Any], read: Callable[[Any], Any]
) -> Form:
    """Return a form that holds no other objects."""
    return Form(types, lambda value, _: make(value), lambda form, _: read(form))


def make_form_of_parts(
    types: tuple[type, ...], take: Callable[[Any], Any], put: Callable[..., Any]
) -> Form:
    """Return the form of objects that `put` makes again of the parts that `take` returns.

    Each part has a form of its own. An object of which one part is NotImplemented has none.
    """

    def make(value: Any, write: Writer) -> Any:
        parts = list(take(value))
        return NotImplemented if any(p is NotImplemented for p in parts) else write(parts)

    return Form(types, make, lambda form, read: put(*read(form)))


class Writer:
    """Makes JSON of objects; `keep` makes the JSON of objects without a tag."""

    def __init__(self, forms: Forms, keep: Callable[[Any], Any]) -> None:
        self._keep = keep
        self._tagged = {kind: (tag, one) for tag, one in forms.items() for kind in one.types}

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
        tag, form = self._tagged.get(kind, ("", None))
        made = NotImplemented if form is None else form.make(value, self)
        return self._keep(value) if made is NotImplemented else {tag: made}


class Reader:
    """Makes objects of JSON; `restore` makes those that were kept whole."""

    def __init__(self, forms: Forms, restore: Callable[[dict[str, str]], Any]) -> None:
        self._forms, self._restore = forms, restore

    def __call__(self, form: Any) -> Any:
        if type(form) is list:
            return [self(item) for item in form]
        if type(form) is not dict:
            return form
        if KEPT in form:
            return self._restore(form)
        ((tag, inner),) = form.items()
        return self._forms[tag].read(inner, self)


def find_content(form: Any) -> Any:
    """Return the part of a JSON form that equal objects share: digests, not what they stand for."""
    if type(form) is list:
        return [find_content(item) for item in form]
    if type(form) is not dict:
        return form
    return {key: find_content(item) for key, item in form.items() if key not in _WHOLE}


def to_base64(data: bytes) -> str:
    return base64.b64encode(data).decode()


def from_base64(text: str) -> bytes:
    return base64.b64decode(text)
