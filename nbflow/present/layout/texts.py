"""Measures the texts on a card, and cuts them to the room that they have."""

from __future__ import annotations

from functools import lru_cache

LABEL, LINE = 8.8, 7.1  # an average letter's width in a wide font, in pixels
_WIDTHS = dict.fromkeys("iljt.,:;'|!fr ·()[]", 0.55) | dict.fromkeys("mwMW%@", 1.4)


def measure(text: str, letter: float) -> float:
    """Return about how wide a text is: each browser has its own fonts."""
    return letter * sum([_WIDTHS.get(one, 1.0) for one in text])


def cut_middle(name: str, room: float) -> str:
    """Return a name with its middle left out where it is too long: names differ at their ends."""
    if measure(name, LABEL) <= room:
        return name
    for kept in range(len(name) - 1, 1, -1):
        cut = f"{name[: (kept + 1) // 2]}…{name[len(name) - kept // 2 :]}"
        if measure(cut, LABEL) <= room:
            return cut
    return _cut_end(name, room, LABEL)


@lru_cache(4096)  # each change of a state sends the lines of all steps
def make_line(status: str, text: str, room: float) -> str:
    """Return as much of a text as fits beside the word of the status."""
    first = text.split("\n", 1)[0]
    line = f" · {first}" if status and first else first
    return _cut_end(line, room - measure(status, LINE), LINE)


def _cut_end(text: str, room: float, letter: float) -> str:
    if measure(text, letter) <= room:
        return text
    while text and measure(text + "…", letter) > room:
        text = text[:-1]
    return f"{text.rstrip()}…"
