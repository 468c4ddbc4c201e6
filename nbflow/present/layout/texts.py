"""Texts on a node's card: how wide they are, and what of them fits."""

from __future__ import annotations

LABEL, LINE = 8.8, 7.1  # an average letter's width in a wide font, in pixels
_NARROW, _WIDE = set("iljt.,:;'|!fr ·()[]"), set("mwMW%@")


def measure(text: str, letter: float) -> float:
    """Return about how wide a text is: each browser has its own fonts."""
    narrow = sum(one in _NARROW for one in text)
    wide = sum(one in _WIDE for one in text)
    return letter * (len(text) - 0.45 * narrow + 0.4 * wide)


def cut_middle(name: str, room: float) -> str:
    """Return a name with its middle left out where it is too long: names differ at their ends."""
    if measure(name, LABEL) <= room:
        return name
    for kept in range(len(name) - 1, 1, -1):
        cut = f"{name[: (kept + 1) // 2]}…{name[len(name) - kept // 2 :]}"
        if measure(cut, LABEL) <= room:
            return cut
    return _cut_end(name, room, LABEL)


def make_line(status: str, text: str, room: float) -> str:
    """Return as much of a state's text as fits behind the status's word."""
    first = text.split("\n", 1)[0]
    line = f" · {first}" if status and first else first
    return _cut_end(line, room - measure(status, LINE), LINE)


def _cut_end(text: str, room: float, letter: float) -> str:
    if measure(text, letter) <= room:
        return text
    while text and measure(text + "…", letter) > room:
        text = text[:-1]
    return f"{text.rstrip()}…"
