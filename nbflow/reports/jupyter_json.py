"""Reads JSON as Jupyter writes it: NaN may be in it, and halves of characters."""

from __future__ import annotations

import json
from typing import TypeVar

import msgspec

T = TypeVar("T")


def decode(data: bytes, decoder: msgspec.json.Decoder[T]) -> T:
    """Return what a JSON text holds: NaN becomes a text, half a character a question mark.

    Raises ValueError, also msgspec's, where it is no JSON or does not fit.
    """
    try:
        return decoder.decode(data)
    except (msgspec.MsgspecError, UnicodeDecodeError):
        whole = json.loads(data, parse_constant=str)
        return decoder.decode(json.dumps(whole, ensure_ascii=False).encode("utf-8", "replace"))
