"""Printed text as a terminal would show it: its colours, and lines that were written over."""

from __future__ import annotations

import re
from collections.abc import Iterator

from markupsafe import Markup, escape

from nbflow.present.html.markup import tag

# ESC [ … letter · ESC ] … BEL or ESC \ · another escape
_ESCAPE = re.compile(
    r"\x1b(?:\[([0-?]*)[ -/]*([@-~])|\[[0-?]*|\][^\x07\x1b]*(?:\x07|\x1b\\)?|[@-Z\\^_]?)"
)
_CODES = re.compile(r"[\d;:]*")
_OTHERS = re.compile(r"[\x00-\x07\x0b\x0c\x0e-\x1f\x7f-\x9f]")
_BACK = re.compile(r"[^\n\x08]\x08")
_HUES = ("black", "red", "green", "yellow", "blue", "magenta", "cyan", "white")
_POINTS = (
    (0, 0, 0), (205, 0, 0), (0, 205, 0), (205, 205, 0), (0, 0, 238), (205, 0, 205), (0, 205, 205),
    (229, 229, 229),
)  # fmt: skip
_STYLES = {1: "bold", 2: "dim", 3: "italic", 4: "under", 9: "struck"}
_ENDS = {21: "bold", 22: "bold dim", 23: "italic", 24: "under", 29: "struck"}
_FOREGROUND, _BACKGROUND = "", "on-"


def draw_ansi(text: str) -> Markup:
    """Return a text with a class for each colour; other escape sequences are left out."""
    made = Markup("")
    for part, classes in _find_runs(apply_returns(text)):
        clean = _OTHERS.sub("", part)
        kind = " ".join(f"nb-ansi-{name}" for name in classes)
        made += tag("span", clean, class_=kind) if kind and clean else escape(clean)
    return made


def strip_ansi(text: str) -> str:
    """Return a text without escape sequences and control characters."""
    return _OTHERS.sub("", _ESCAPE.sub("", text))


def apply_returns(text: str) -> str:
    """Return what is left of lines that were written over, as progress bars do."""
    while "\x08" in text:
        shorter = _BACK.sub("", text)
        text = shorter if shorter != text else text.replace("\x08", "")
    if "\r" not in text:
        return text
    return "\n".join(map(_write_over, text.replace("\r\n", "\n").split("\n")))


def _write_over(line: str) -> str:
    shown = ""
    for part in line.split("\r"):
        shown = part + shown[len(part) :] if "\x1b" not in part + shown else part or shown
    return shown


def _find_runs(text: str) -> Iterator[tuple[str, tuple[str, ...]]]:
    """Yield each part of a text, with the names of what is on in it."""
    state: dict[str, str] = {}
    start = 0
    for escape_ in _ESCAPE.finditer(text):
        if escape_.start() > start:
            yield text[start : escape_.start()], tuple(state.values())
        start = escape_.end()
        if escape_[2] == "m" and _CODES.fullmatch(escape_[1]):
            _change(state, [int(code[:4] or 0) for code in re.split("[;:]", escape_[1])])
    if start < len(text):
        yield text[start:], tuple(state.values())


def _change(state: dict[str, str], codes: list[int]) -> None:
    while codes:
        code = codes.pop(0)
        if code == 0:
            state.clear()
        elif code in _STYLES:
            state[_STYLES[code]] = _STYLES[code]
        elif code in _ENDS:
            for name in _ENDS[code].split():
                state.pop(name, None)
        else:
            _change_color(state, code, codes)


def _change_color(state: dict[str, str], code: int, rest: list[int]) -> None:
    """Follow the codes 30 to 49 and 90 to 107; `38;5;n` and `38;2;r;g;b` take what follows."""
    ground = _BACKGROUND if code // 10 in {4, 10} else _FOREGROUND
    base = code - (code // 10) * 10
    if code // 10 not in {3, 4, 9, 10}:
        return
    if base == 8:  # noqa: PLR2004
        hue = _take_color(rest)
    elif base == 9:  # noqa: PLR2004
        hue = None
    else:
        hue = _HUES[base]
    if hue is None:
        state.pop(f"hue{ground}", None)
    else:
        state[f"hue{ground}"] = ground + hue


def _take_color(rest: list[int]) -> str | None:
    """Return the nearest of eight hues: those are readable on white and on black."""
    kind = rest.pop(0) if rest else 0
    if kind == 5 and rest:  # noqa: PLR2004
        return _find_nearest(_find_point(rest.pop(0)))
    if kind == 2 and len(rest) > 2:  # noqa: PLR2004
        point, rest[:] = (rest[0], rest[1], rest[2]), rest[3:]
        return _find_nearest(point)
    rest.clear()  # it is cut
    return None


def _find_point(number: int) -> tuple[int, int, int]:
    """Return red, green and blue, 0 to 255, of a colour of xterm's 256."""
    if number < 16:  # noqa: PLR2004
        return _POINTS[number % 8]
    if number >= 232:  # noqa: PLR2004
        return ((number - 232) * 10 + 8,) * 3
    six = number - 16
    red, green, blue = (
        0 if part == 0 else part * 40 + 55 for part in (six // 36, six // 6 % 6, six % 6)
    )
    return red, green, blue


def _find_nearest(point: tuple[int, int, int]) -> str:
    def measure(hue: int) -> int:
        return sum((a - b) ** 2 for a, b in zip(point, _POINTS[hue], strict=True))

    return _HUES[min(range(8), key=measure)]
