"""Keeps the outputs of a notebook small enough for a page: what is cut is counted."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import msgspec

from nbflow.reports.jupyter_json import decode

TEXT = 200_000  # bytes of a text, of HTML, of JSON
PICTURE = 2_000_000  # bytes of a picture, in base64
CELL = 5_000_000  # bytes of all outputs of a cell
_TEXTS = ("text/plain", "text/markdown", "text/latex")  # a part of them still says something
_OUTPUT = msgspec.json.Decoder(dict[str, Any])
_SMALL = 1_000  # bytes: an output is never cut to less


def make_outputs(raw: Iterable[msgspec.Raw]) -> tuple[tuple[dict[str, Any], ...], int]:
    """Return the outputs of a cell, in nbformat's form, and how many bytes of them were left out.

    Texts of several lines become one string. A text that is too long ends early; another form of
    an output that is too large is left out, and its other forms stay.
    """
    made, cut, room = [], 0, CELL
    for content in map(bytes, raw):
        left_out = len(content)
        if room >= min(left_out, _SMALL):
            whole = _join(decode(content, _OUTPUT))
            output, left_out = _cut_output(whole, min(room, TEXT), min(room, PICTURE))
            made.append(output)
        cut += left_out
        room -= len(content) - left_out
    return tuple(made), cut


def _join(output: dict[str, Any]) -> dict[str, Any]:
    """Return the output with each text as one string, which a notebook keeps line by line."""
    joined = dict(output)
    if "text" in joined:
        joined["text"] = _make_text(joined["text"])
    if isinstance(joined.get("data"), dict):
        data = joined["data"].items()
        joined["data"] = {kind: one if _is_json(kind) else _make_text(one) for kind, one in data}
    return joined


def _make_text(value: Any) -> Any:
    try:
        return "".join(value) if isinstance(value, list) else value
    except TypeError:  # of another tool's form
        return value


def _is_json(kind: str) -> bool:
    return kind.endswith("json")


def _cut_output(output: dict[str, Any], text: int, picture: int) -> tuple[dict[str, Any], int]:
    kind = output.get("output_type")
    if kind == "stream":
        shown, cut = _cut_text(str(output.get("text", "")), text)
        return output | {"text": shown}, cut
    if kind == "error":
        return _cut_error(output, text)
    data: dict[str, Any] = {}
    cut = 0
    for mime, value in output.get("data", {}).items():
        size = _measure(value)
        if size <= (picture if mime.startswith("image/") else text):
            data[mime] = value
        elif mime in _TEXTS and isinstance(value, str):
            data[mime], less = _cut_text(value, text)
            cut += less
        else:
            cut += size
    return output | {"data": data}, cut


def _cut_error(output: dict[str, Any], limit: int) -> tuple[dict[str, Any], int]:
    """Return an error whose message and last frames stay."""
    frames = [str(one) for one in output.get("traceback", ())]
    kept: list[str] = []
    room = limit
    for frame in reversed(frames):
        shown, _ = _cut_text(frame, room)
        room -= _measure(shown)
        kept.insert(0, shown)
        if room <= 0:
            break
    message, cut = _cut_text(str(output.get("evalue", "")), limit)
    cut += sum(map(_measure, frames)) - sum(map(_measure, kept))
    return output | {"evalue": message, "traceback": kept}, cut


def _cut_text(text: str, limit: int) -> tuple[str, int]:
    """Return the beginning of a text that takes so many bytes, and how many are left out."""
    whole = text.encode("utf-8", "replace")
    if len(whole) <= limit:
        return text, 0
    shown = whole[:limit].decode("utf-8", "ignore")
    return shown, len(whole) - limit


def _measure(value: Any) -> int:
    return len(value.encode("utf-8", "replace") if isinstance(value, str) else _encode(value))


def _encode(value: Any) -> bytes:
    return msgspec.json.encode(value)
