"""Durations, ages, sizes, counts and cut lines as text."""

from __future__ import annotations

import re
import time

_EXACT = 10  # below this a number is given with one decimal
_CONTROLS = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]")  # all but tab and newline
_SIZE = re.compile(r"(\d+(?:\.\d+)?)\s*([kMGT]?)B")
_MINUTE, _HOUR, _DAY = 60, 3600, 86400  # seconds
_KILO = 1000


def say_seconds(seconds: float | None) -> str:
    """Return `0.4 s`, `12 s`, `1 min 12 s`, `2 h 5 min`, `3 days`; "" for None."""
    if seconds is None:
        return ""
    if seconds < _MINUTE:
        return f"{seconds:.0f} s" if round(seconds, 1) >= _EXACT else f"{seconds:.1f} s"
    if seconds < _HOUR:
        return _say_two(round(seconds), 60, "min", "s")
    if seconds < 2 * _DAY:
        return _say_two(round(seconds / 60), 60, "h", "min")
    return f"{seconds / _DAY:.0f} days"


def _say_two(count: int, size: int, large: str, small: str) -> str:
    whole, rest = divmod(count, size)
    return f"{whole} {large} {rest} {small}" if rest else f"{whole} {large}"


def say_age(seconds: float | None) -> str:
    """Return `3 h old`, `just made` for less than a minute, "" for None."""
    if seconds is None:
        return ""
    return "just made" if seconds < _MINUTE else f"{say_span(seconds)} old"


def say_span(seconds: float) -> str:
    """Return `3 h`, `2 days` or `12 s`, in one unit. A clock set back gives no less than 0."""
    for unit, length in (("day", _DAY), ("h", _HOUR), ("min", _MINUTE)):
        if count := int(max(seconds, 0) // length):
            return f"{count} {'days' if unit == 'day' and count > 1 else unit}"
    return f"{int(max(seconds, 0))} s"


def say_made(moment: float | None) -> str:
    """Return `made 30 Nov 11:28`, for what is looked at much later too; "" for None."""
    return "" if moment is None else time.strftime("made %d %b %H:%M", time.localtime(moment))


def say_when(moment: float, *, exact: bool = False) -> str:
    """Return a local date and time, `exact` with its seconds."""
    return time.strftime(f"%Y-%m-%d %H:%M{':%S' if exact else ''}", time.localtime(moment))


def say_moment(moment: float) -> str:
    """Return `Mon 30 Nov 2026, 12:20 UTC`: a local date and time with its zone."""
    found = time.localtime(moment)
    return time.strftime(f"%a {found.tm_mday} %b %Y, %H:%M %Z", found)


def say_bytes(count: float) -> str:
    """Return `45 kB`, `1.2 GB`."""
    for unit in ("B", "kB", "MB", "GB"):
        if round(count) < _KILO:
            return (
                f"{count:.1f} {unit}" if count < _EXACT and unit != "B" else f"{count:.0f} {unit}"
            )
        count /= _KILO
    return f"{count:.1f} TB"


def parse_size(text: str) -> int:
    """Return the bytes that a size says, as "100 MB"; ValueError where it says none."""
    if (found := _SIZE.fullmatch(text.strip())) is None:
        raise ValueError(text)
    return round(float(found[1]) * float(_KILO) ** " kMGT".index(found[2] or " "))


def say_count(count: int, noun: str) -> str:
    """Return `1 step`, `2 steps`."""
    return f"{count} {noun}" if count == 1 else f"{count:,} {noun}s"


def shorten(text: str, length: int) -> str:
    """Return the first line, cut with an ellipsis."""
    line, *more = text.splitlines() or [""]
    return line if len(line) <= length and not more else line[: length - 1].rstrip("…") + "…"


def shorten_middle(text: str, length: int) -> str:
    """Return the text, cut in its middle where it is longer than `length` characters."""
    if len(text) <= length:
        return text
    head = length // 2
    return f"{text[:head]}…{text[len(text) - (length - 1 - head) :]}"[:length]


def show_controls(text: str) -> str:
    """Return the text with a picture for each control character but tab and newline.

    A terminal obeys control characters: ESC ] 0 ; in a name would set the window's title.
    """
    return _CONTROLS.sub(_draw_control, text) if _CONTROLS.search(text) else text


def _draw_control(found: re.Match[str]) -> str:
    code = ord(found[0])
    return chr(0x2400 + code) if code < 0x20 else "␡" if code == 0x7F else "�"  # noqa: PLR2004
