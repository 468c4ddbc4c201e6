"""Draws documents of `present/document.py`; everything from users is escaped."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from itertools import zip_longest
from typing import Any

from markupsafe import Markup

from nbflow.present import document as doc
from nbflow.present.html.graph import draw_graph
from nbflow.present.html.links import link
from nbflow.present.html.markup import bar, dim, join, state, tag
from nbflow.present.html.style import frame

_LOOKS: dict[doc.Look, tuple[str, str | None]] = {  # element and class
    "strong": ("b", None),
    "dim": ("span", "nb-dim"),
    "code": ("code", None),
    "good": ("span", "nb-green"),
    "warning": ("span", "nb-amber"),
    "failed": ("b", "nb-red"),
    "added": ("span", "nb-add"),
    "removed": ("span", "nb-cut"),
    "hunk": ("span", "nb-at"),
}
_KINDS: dict[doc.Kind, tuple[str, str | None]] = {
    "headline": ("div", "nb-head"),
    "heading": ("h4", None),
    "warning": ("div", "nb-amber"),
    "hint": ("div", "nb-hint"),
}


def draw_page(blocks: Iterable[doc.Block | None]) -> str:
    """Return a document with its style, for an output cell."""
    return frame(draw(*blocks))


def draw(*blocks: doc.Block | None) -> Markup:
    """Return the parts of a document; what is None is left out."""
    return join(*(_DRAWN[type(block)](block) for block in blocks if block is not None))


def draw_cell(cell: doc.Cell) -> Markup:
    """Return a cell of a table without its element."""
    return draw_inline(cell if isinstance(cell, tuple) else (cell,))


def draw_inline(parts: Iterable[doc.Inline]) -> Markup:
    """Return texts, links and marks one after the other."""
    return join(*map(_draw_part, parts))


def _draw_part(part: doc.Inline) -> str:
    match part:
        case doc.Span():
            name, kind = _LOOKS.get(part.look, ("span", None))
            return tag(name, part.text, class_=kind) if part.look else part.text
        case doc.StateMark():
            return state(part.state)
        case doc.Bar():
            return bar(part.fraction)
        case doc.Link():
            return link(part.path, part.text, part.cell)
    return part


def _draw_line(line: doc.Line) -> Markup:
    name, kind = _KINDS.get(line.kind, ("div", None))
    return tag(name, draw_inline(line.parts), class_=kind)


def _draw_table(table: doc.Table) -> Markup:
    def make_row(cell: str, row: Iterable[str], key: str | None = None) -> Markup:
        made = (
            tag(cell, part, class_="nb-right" if column.right else None)
            for part, column in zip(row, table.columns, strict=True)
        )
        return tag("tr", *made, data_row=key, tabindex=None if key is None else "-1")

    head = make_row("th", (column.title for column in table.columns))
    rows = (
        make_row("td", map(draw_cell, row), key) for row, key in zip_longest(table.rows, table.keys)
    )
    return tag("table", tag("thead", head), tag("tbody", *rows))


def _draw_listing(listing: doc.Listing) -> Markup:
    named = {"role": "region", "tabindex": "0", "aria_label": listing.label}
    return tag("pre", *(join(_draw_part(line), "\n") for line in listing.lines), **named)


def _draw_facts(facts: doc.Facts) -> Markup:
    rows = (tag("tr", tag("td", dim(name)), tag("td", draw(*lines))) for name, lines in facts.rows)
    return tag("table", tag("tbody", *rows))


def _draw_commands(commands: doc.Commands) -> Markup:
    lines = (join(tag("code", command), " ", dim(text)) for command, text in commands.lines)
    return tag("div", *(tag("div", line) for line in lines), class_="nb-next")


def _draw_section(section: doc.Section) -> Markup:
    parts = draw(*section.parts)
    if section.folded:
        return tag("details", tag("summary", draw_inline(section.title.parts)), parts)
    if section.title.kind:
        return join(_draw_line(section.title), parts)
    return tag("div", draw_inline(section.title.parts), parts, class_="nb-problem")


def _draw_pictures(pictures: doc.Pictures) -> Markup:
    sides = (("before", pictures.before), ("after", pictures.after))
    return tag("div", *(_draw_side(pictures.label, *side) for side in sides), class_="nb-sides")


def _draw_side(label: str, side: str, forms: Mapping[str, str]) -> Markup:
    """Return a picture under the word that says which it is."""
    from nbflow.present.report.cells.pictures import PICTURES, draw_picture  # noqa: PLC0415 - loads what draws cells

    kind = next((one for one in PICTURES if one in forms), "")
    alt = f"{label}, {side}"
    shown = draw_picture(kind, forms[kind], alt, {}) if kind else tag("p", "none")
    return tag("div", tag("span", label, " ", dim(side)), shown)


def _draw_gap(_: doc.Gap) -> Markup:
    return Markup()


_DRAWN: dict[type[doc.Block], Callable[[Any], Markup]] = {
    doc.Line: _draw_line,
    doc.Table: _draw_table,
    doc.Listing: _draw_listing,
    doc.Facts: _draw_facts,
    doc.Commands: _draw_commands,
    doc.Graph: lambda graph: draw_graph((graph.nodes, graph.edges), graph.states),
    doc.Pictures: _draw_pictures,
    doc.Gap: _draw_gap,
    doc.Section: _draw_section,
}
