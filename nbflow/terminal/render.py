"""Draws documents of `present/document.py` on a terminal, in colours or as plain text."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Any

from rich import box
from rich.cells import cell_len
from rich.console import Console, ConsoleOptions, Group, RenderableType, RenderResult
from rich.measure import Measurement
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from nbflow.base.text import shorten_middle
from nbflow.model import find_state
from nbflow.model.states import Tone
from nbflow.present import document as doc
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
_LOOKS: dict[doc.Look, str] = {
    "strong": "bold",
    "dim": "dim",
    "good": "green",
    "warning": "yellow",
    "failed": "bold red",
    "added": "green",
    "removed": "red",
    "hunk": "cyan",
}
_KINDS: dict[doc.Kind, str] = {"warning": "yellow", "hint": "italic"}
_GAP = Text("")
_BAR = 8  # characters
_NAME = 20  # characters of a name that are always shown
_SHORT = 44  # characters of a command that leave room for what it does


def render(blocks: Iterable[doc.Block | None]) -> Group:
    """Return the parts of a document under each other; no two empty lines follow each other."""
    shown: list[RenderableType] = []
    for block in blocks:
        for part in _RENDERED[type(block)](block) if block is not None else ():
            if not (part is _GAP and shown and shown[-1] is _GAP):
                shown.append(part)
    return Group(*shown)


def render_line(line: doc.Line) -> Text:
    """Return a line of text; one that is to be copied is never folded."""
    text = Text.assemble(*map(_render_part, line.parts))
    text.style = _KINDS.get(line.kind, "")
    return _keep_whole(text) if line.kind == "copied" else text


def make_state(state: str) -> Text:
    """Return glyph and word of a state, in its colour."""
    return Text(say_state(state), STYLES[find_state(state).tone])


def cut(text: Text) -> Text:
    """Return the first line of a text, which is cut with an ellipsis where there is no room."""
    lines = text.split()
    first = lines[0] if lines else text
    first.no_wrap, first.overflow = True, "ellipsis"
    return first


def make_table(header_style: str) -> Table:
    """Return a table with a rule below its heading and no other lines."""
    return Table(
        box=box.SIMPLE_HEAD,
        header_style=header_style,
        pad_edge=False,
        show_edge=False,
        padding=(0, 1, 0, 0),
    )


def _render_part(part: doc.Inline, plain: str = "", link: str = "") -> Text:
    """Return a part of a line; `plain` and `link` are the styles of texts and links in it."""
    match part:
        case doc.Span():
            return Text(part.text, _LOOKS.get(part.look, ""))
        case doc.StateMark():
            return make_state(part.state)
        case doc.Bar():
            return _make_bar(part.fraction)
        case doc.Link():
            return Text(part.text, link)
    return Text(part, plain)


def _make_bar(fraction: float) -> Text:
    """Return a bar that is told by its strokes as well as by its colour."""
    full = round(max(0.0, min(1.0, fraction)) * _BAR)
    return Text.assemble(("━" * full, "blue"), ("─" * (_BAR - full), "dim"))


def _keep_whole(text: Text) -> Text:
    """Have text never folded: a path or a command that is to be copied."""
    text.no_wrap, text.overflow = True, "ignore"
    return text


def _render_section(section: doc.Section) -> Iterator[RenderableType]:
    """Yield the title, the parts below it, indented, and an empty line."""
    plain, link = ("bold", "dim") if section.title.kind == "heading" else ("", "bold")
    yield Text.assemble(*(_render_part(part, plain, link) for part in section.title.parts))
    for part in section.parts:
        if isinstance(part, doc.Line) and part.kind == "copied":  # a padding would cut it
            yield render_line(doc.Line(("  ", *part.parts), part.kind))
        else:
            yield Padding(render([part]), (0, 0, 0, 2), expand=False)
    yield _GAP


def _render_table(table: doc.Table) -> Iterator[Table]:
    """Yield a table that is as wide as it needs; its last column and some others give way."""
    made = make_table("bold")
    for column in table.columns:
        gives_way = column.gives_way or column is table.columns[-1]
        made.add_column(
            column.title,
            justify="right" if column.right else "left",
            no_wrap=not gives_way,
            overflow="fold" if gives_way else "ellipsis",
            min_width=column.least,
            max_width=column.most or None,
        )
    for row in table.rows:
        made.add_row(*map(_render_cell, row, table.columns))
    yield made


def _render_cell(cell: doc.Cell, column: doc.Column) -> RenderableType:
    if isinstance(cell, doc.Span) and cell.look == "strong":
        return _Name(cell.text)
    parts = cell if isinstance(cell, tuple) else (cell,)
    text = Text.assemble(*map(_render_part, parts))
    return cut(text) if column.one_line else text


class _Name:
    """A name, cut in its middle where there is no room: often only its end tells it apart."""

    def __init__(self, name: str) -> None:
        self._name = name

    def __rich_measure__(self, _: Console, options: ConsoleOptions) -> Measurement:
        length = cell_len(self._name)
        return Measurement(min(length, _NAME), length).with_maximum(options.max_width)

    def __rich_console__(self, _: Console, options: ConsoleOptions) -> RenderResult:
        yield Text(shorten_middle(self._name, options.max_width), no_wrap=True)


def _render_listing(listing: doc.Listing) -> Iterator[Text]:
    yield Text("\n").join(map(_render_part, listing.lines))


def _render_facts(facts: doc.Facts) -> Iterator[Table]:
    grid = Table.grid(padding=(0, 2))
    grid.add_column(style="dim", no_wrap=True)
    grid.add_column(overflow="fold")
    for name, lines in facts.rows:
        grid.add_row(name, _stand_in_columns(lines))
    yield grid


def _stand_in_columns(lines: Iterable[doc.Line]) -> RenderableType:
    rows = [list(map(_render_part, line.parts)) for line in lines]
    if all(len(row) == 1 for row in rows):
        return Text("\n").join(part for row in rows for part in row)
    grid = Table.grid()
    for row in rows:
        grid.add_row(*row)
    return grid


def _render_commands(commands: doc.Commands) -> Iterator[Text]:
    """Yield a line for each command with what it does; of long ones, the command alone."""
    widest = max(len(command) for command, _ in commands.lines)
    for command, text in commands.lines:
        if widest <= _SHORT:
            said = ((f"  {command:<{widest}}", "bold"), (f"  # {text}", "dim"))
        else:
            said = ((f"  # {text}\n", "dim"), (f"  {command}", "bold"))
        yield _keep_whole(Text.assemble(*said))


_RENDERED: dict[type[doc.Block], Callable[[Any], Iterable[RenderableType]]] = {
    doc.Line: lambda line: (render_line(line),),
    doc.Table: _render_table,
    doc.Listing: _render_listing,
    doc.Facts: _render_facts,
    doc.Commands: _render_commands,
    doc.Graph: lambda _: (),
    doc.Pictures: lambda _: (),
    doc.Gap: lambda _: (_GAP,),
    doc.Section: _render_section,
}
