"""What people are shown, as data: HTML, a terminal and plain text each draw it in one place."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, Literal

from nbflow.model import Frozen, Next, Problem
from nbflow.present.remedies import spell_next

Look = Literal["", "strong", "dim", "code", "good", "warning", "failed", "added", "removed", "hunk"]
Kind = Literal["", "headline", "heading", "warning", "hint", "copied"]


class Span(Frozen, frozen=True):
    """A text with a look."""

    text: str
    look: Look


class StateMark(Frozen, frozen=True):
    """The glyph and the word of a state; `state` is a key of `STATES`."""

    state: str


class Bar(Frozen, frozen=True):
    """How far something is, from 0 to 1."""

    fraction: float


class Link(Frozen, frozen=True):
    """A text that leads to a file, at the cell at this position from 1."""

    path: Path
    text: str
    cell: int | None = None


Inline = str | Span | StateMark | Bar | Link
Cell = Inline | tuple[Inline, ...]


class Line(Frozen, frozen=True):
    """A line of text; one that is `copied` (a path, a command) is never folded."""

    parts: tuple[Inline, ...]
    kind: Kind = ""


class Column(Frozen, frozen=True):
    """A column of a table: its texts stand at the `right`, or are cut to one line.

    On a terminal it has `least` to `most` characters. Where there is no room, the last column and
    those that are to do so give way.
    """

    title: str
    right: bool = False
    one_line: bool = False
    gives_way: bool = False
    least: int = 0
    most: int = 0  # 0: as many as there are


class Table(Frozen, frozen=True):
    """Rows under headings. `keys` name the rows where one can be chosen."""

    columns: tuple[Column, ...]
    rows: tuple[tuple[Cell, ...], ...]
    keys: tuple[str, ...] = ()


class Listing(Frozen, frozen=True):
    """Lines that keep their blanks: a traceback, changed lines. `label` says what they are."""

    lines: tuple[Span, ...]
    label: str = ""


class Facts(Frozen, frozen=True):
    """Names, each with the lines that stand beside it."""

    rows: tuple[tuple[str, tuple[Line, ...]], ...]


class Commands(Frozen, frozen=True):
    """Commands to type next, as they are spelled, each with what it does."""

    lines: tuple[tuple[str, str], ...]


class Graph(Frozen, frozen=True):
    """Steps and edges between them, for who can draw them: see `present/nodes.py`."""

    nodes: Sequence[Any]
    edges: Sequence[Any]
    states: Mapping[str, Any] = {}


class Pictures(Frozen, frozen=True):
    """Two pictures to be seen side by side, by MIME type, for who can draw them; {} is none."""

    before: Mapping[str, str]
    after: Mapping[str, str]
    label: str


class Gap(Frozen, frozen=True):
    """An empty line where there is no other space between parts."""


class Section(Frozen, frozen=True):
    """Parts below a title; a `folded` one is opened by a click where there are clicks."""

    title: Line
    parts: Document
    folded: bool = False


Block = Line | Table | Listing | Facts | Commands | Graph | Pictures | Gap | Section
Document = tuple[Block, ...]


def make_line(*parts: Inline | None, kind: Kind = "") -> Line:
    """Return a line of these parts; what is empty or None is left out."""
    return Line(tuple(part for part in parts if part), kind)


def make_document(*blocks: Block | None) -> Document:
    """Return these blocks; what is None is left out."""
    return tuple(block for block in blocks if block is not None)


def make_warnings(warnings: Iterable[str | Problem]) -> list[Line]:
    """Return a line for each warning."""
    return [make_line(f"! {one}", kind="warning") for one in warnings]


def make_commands(commands: Iterable[Next]) -> Commands | None:
    """Return commands to type next; None where there are none."""
    lines = tuple(spell_next(commands))
    return Commands(lines) if lines else None
