"""Words, glyphs and colours, the same wherever a state, a time or a size is shown."""

from __future__ import annotations

import os
import re
import shlex
import time
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import msgspec
from rich import box
from rich.console import Group, RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from nbflow.errors import ProjectError
from nbflow.model import Place
from nbflow.project import Project, find_project

# Every state has a glyph and a word of its own, so that no one needs the colour.
STATES = {
    "waiting": ("○", "dim"),
    "running": ("▸", "bold blue"),
    "done": ("✓", "green"),
    "reused": ("↺", "cyan"),
    "failed": ("✗", "bold red"),
    "blocked": ("⊘", "yellow"),
    "skipped": ("-", "dim"),
    "cancelled": ("■", "magenta"),
    "lost": ("?", "magenta"),
    # what a plan says
    "run": ("▸", "bold blue"),
    "reuse": ("↺", "cyan"),
    "wait": ("○", "blue"),
    "skip": ("-", "dim"),
    # what a check says
    "error": ("✗", "bold red"),
    "warning": ("!", "yellow"),
}
_BAR = 8  # characters
_EXACT = 10  # below this a number is given with one decimal
_TAGGING = re.compile(r'(`nbflow tag )"([^"`]+)"')
_MINUTE, _HOUR, _DAY = 60, 3600, 86400  # seconds
_KILO = 1000
_SHORT = 44  # characters of a command that leave room for what it does


def make_state(state: str) -> Text:
    """Return glyph and word."""
    glyph, style = STATES.get(state, ("·", ""))
    return Text(f"{glyph} {state}", style)


def make_table(
    *headings: str,
    right: Iterable[str] = (),
    fold: Iterable[str] = (),
    header_style: str = "bold",
) -> Table:
    """Return a table that is as wide as it needs; the last column and those of `fold` give way."""
    table = Table(
        box=box.SIMPLE_HEAD,
        header_style=header_style,
        pad_edge=False,
        show_edge=False,
        padding=(0, 1, 0, 0),
    )
    for heading in headings:
        folds = heading == headings[-1] or heading in fold
        table.add_column(
            heading,
            justify="right" if heading in right else "left",
            no_wrap=not folds,
            overflow="fold" if folds else "ellipsis",
        )
    return table


def make_bar(fraction: float) -> Text:
    """Return a bar that is told by its strokes as well as by its colour."""
    full = round(max(0.0, min(1.0, fraction)) * _BAR)
    return Text.assemble(("━" * full, "blue"), ("─" * (_BAR - full), "dim"))


def make_place(place: Place | None, root: Path | None = None) -> str:
    """Return `notebooks/clean.ipynb, cell 4 (rates = …), line 2`: a cell by its first line.

    With the project's root, the path is as it is typed from the current folder.
    """
    if place is None:
        return ""
    parts = [say_path(root / place.notebook) if root else place.notebook]
    first = f" ({shorten(place.first_line, 40)})" if place.first_line else ""
    parts += [f"cell {place.cell}{first}"] if place.cell else []
    parts += [f"line {place.line}"] if place.line else []
    return ", ".join(parts)


def make_next(commands: Iterable[tuple[str, str]]) -> RenderableType | None:
    """Return commands to type next, with what they do; None where there are none.

    Each stays on one line of its own, so that it can be copied.
    """
    shown = list(commands)
    widest = max((len(command) for command, _ in shown), default=0)
    lines = [
        make_line((f"  {command:<{widest}}", "bold"), (f"  # {text}", "dim"))
        if widest <= _SHORT
        else make_line((f"  # {text}\n", "dim"), (f"  {command}", "bold"))
        for command, text in shown
    ]
    return Group(*lines) if lines else None


def make_line(*parts: str | tuple[str, str]) -> Text:
    """Return text that is never folded: a path or a command that is to be copied."""
    text = Text.assemble(*parts)
    text.no_wrap, text.overflow = True, "ignore"
    return text


def stack(*parts: RenderableType | None) -> Group:
    """Return the parts under each other; what is None or empty is left out."""
    shown = [Text(part) if isinstance(part, str) else part for part in parts if part is not None]
    return Group(*shown)


def indent(part: RenderableType) -> Padding:
    return Padding(part, (0, 0, 0, 2), expand=False)


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
    """Return `3 h old` in one unit; "" for None. A clock set back makes nothing younger than 0."""
    if seconds is None:
        return ""
    seconds = max(seconds, 0)
    for unit, length in (("day", _DAY), ("h", _HOUR), ("min", _MINUTE)):
        count = int(seconds // length)
        if count:
            return f"{count} {'days' if unit == 'day' and count > 1 else unit} old"
    return "just made"


def say_when(moment: float) -> str:
    """Return a local date and time."""
    return time.strftime("%Y-%m-%d %H:%M", time.localtime(moment))


def say_bytes(count: float) -> str:
    """Return `45 kB`, `1.2 GB`."""
    for unit in ("B", "kB", "MB", "GB"):
        if round(count) < _KILO:
            return (
                f"{count:.1f} {unit}" if count < _EXACT and unit != "B" else f"{count:.0f} {unit}"
            )
        count /= _KILO
    return f"{count:.1f} TB"


def say_path(path: str | Path) -> str:
    """Return a path as it is typed from the current folder, where that is shorter."""
    try:
        relative = os.path.relpath(path)
    except ValueError:  # another drive
        return str(path)
    return min(relative, str(path), key=len)


def say_remedy(text: str, root: Path | None) -> str:
    """Return a text whose commands name notebooks from the root as one types them from here."""
    if root is None:
        return text
    return _TAGGING.sub(lambda match: f'{match[1]}"{say_path(root / match[2])}"', text)


def say_where(project: Project) -> str:
    """Return ` -C notebooks`, or "" where a command in this folder takes the pipeline by itself."""
    try:
        at_hand = find_project().folder
    except (OSError, ProjectError):  # here; the pipeline itself was found
        at_hand = None
    return "" if at_hand == project.folder else f" -C {shlex.quote(say_path(project.folder))}"


def say_count(count: int, noun: str) -> str:
    """Return `1 step`, `2 steps`."""
    return f"{count} {noun}" if count == 1 else f"{count:,} {noun}s"


def say_value(value: Any) -> str:
    """Return a parameter's value as one types it."""
    return value if isinstance(value, str) else msgspec.json.encode(value).decode()


def say_parameters(values: dict[str, Any]) -> str:
    return ", ".join(f"{name}={shorten(say_value(value), 30)}" for name, value in values.items())


def shorten(text: str, length: int) -> str:
    """Return the first line, cut with an ellipsis."""
    line, *more = text.splitlines() or [""]
    return line if len(line) <= length and not more else line[: length - 1].rstrip("…") + "…"
