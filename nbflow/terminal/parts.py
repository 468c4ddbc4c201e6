"""The parts that answers are made of on a terminal: states, tables, bars, commands."""

from __future__ import annotations

from collections.abc import Iterable

from rich import box
from rich.cells import cell_len
from rich.console import Console, ConsoleOptions, Group, RenderableType, RenderResult
from rich.measure import Measurement
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from nbflow.base.text import shorten_middle
from nbflow.model import Next, find_state
from nbflow.model.states import Tone
from nbflow.present.remedies import spell_next
from nbflow.present.states import say_state

STYLES: dict[Tone, str] = {
    "grey": "dim",
    "blue": "bold blue",
    "green": "green",
    "cyan": "cyan",
    "red": "bold red",
    "amber": "yellow",
    "purple": "magenta",
}
_BAR = 8  # characters
_NAME = 20  # characters of a name that are always shown
_SHORT = 44  # characters of a command that leave room for what it does


def make_state(state: str) -> Text:
    """Return glyph and word."""
    return Text(say_state(state), STYLES[find_state(state).tone])


def make_warning(said: str) -> Text:
    return Text(f"! {said}", "yellow")


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


class Name:
    """A name, cut in its middle where there is no room: often only its end tells it apart."""

    def __init__(self, name: str) -> None:
        self._name = name

    def __rich_measure__(self, _: Console, options: ConsoleOptions) -> Measurement:
        length = cell_len(self._name)
        return Measurement(min(length, _NAME), length).with_maximum(options.max_width)

    def __rich_console__(self, _: Console, options: ConsoleOptions) -> RenderResult:
        yield Text(shorten_middle(self._name, options.max_width), no_wrap=True)


def make_bar(fraction: float) -> Text:
    """Return a bar that is told by its strokes as well as by its colour."""
    full = round(max(0.0, min(1.0, fraction)) * _BAR)
    return Text.assemble(("━" * full, "blue"), ("─" * (_BAR - full), "dim"))


def make_next(commands: Iterable[Next]) -> RenderableType | None:
    """Return commands to type next, with what they do; None where there are none.

    Each stays on one line of its own, so that it can be copied.
    """
    shown = spell_next(commands)
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
