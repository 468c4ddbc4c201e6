"""Tables in HTML, as pandas and Polars give them out, in the look of the report's own."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from html.parser import HTMLParser

from markupsafe import Markup, escape

from nbflow.present.html.markup import join, tag

_UNIT = r"(?:[%€$£‰°]|(?:ns|µs|ms|s|min|h|d|days|[kMGT]?B|[mck]?m|k?g|m/s|km/h)\b)"
_NUMBER = re.compile(
    rf"[-+\u2212]?[$€£]?[\d,]*\.?\d+(?:[eE][-+]?\d+)?(?:\s?{_UNIT})?"
    r"|NaN|<NA>|NaT|None|nan|inf|-inf|\.\.\.|…|"
)
_DIGIT = re.compile(r"\d")


@dataclass(slots=True)
class _Cell:
    head: bool
    across: int = 1  # columns
    down: int = 1  # rows
    text: str = ""
    at: int = 0  # its column


@dataclass(slots=True)
class _Table:
    head: list[list[_Cell]] = field(default_factory=list)
    body: list[list[_Cell]] = field(default_factory=list)


def draw_tables(html: str, label: str) -> Markup | None:
    """Return the tables in some HTML, and the texts beside them; None where it has no table.

    Nothing of the markup stays: it is made anew from the texts.
    """
    reader = _Reader()
    reader.feed(html)
    reader.close()
    if not any(isinstance(part, _Table) for part in reader.parts):
        return None
    return join(*(_draw_part(part, label) for part in reader.parts))


class _Reader(HTMLParser):
    """Reads tables into `parts`, in order with the texts between them."""

    def __init__(self) -> None:
        super().__init__()
        self.parts: list[_Table | str] = []
        self._table: _Table | None = None
        self._rows: list[list[_Cell]] | None = None
        self._cell: _Cell | None = None
        self._quiet = 0  # within style or script

    def handle_starttag(self, name: str, attributes: list[tuple[str, str | None]]) -> None:
        if name in {"style", "script"}:
            self._quiet += 1
        elif name == "table":
            self._table = _Table()
            self._rows = self._table.body
            self.parts.append(self._table)
        elif self._table is not None:
            self._start_in_table(self._table, name, dict(attributes))

    def _start_in_table(self, table: _Table, name: str, said: dict[str, str | None]) -> None:
        if name in {"thead", "tbody", "tfoot"}:
            self._rows = table.head if name == "thead" else table.body
        elif name == "tr" and self._rows is not None:
            self._rows.append([])
        elif name in {"td", "th"} and self._rows is not None:
            if not self._rows:
                self._rows.append([])
            across, down = (_read_count(said.get(key)) for key in ("colspan", "rowspan"))
            self._cell = _Cell(name == "th", across, down)
            self._rows[-1].append(self._cell)
        elif name == "br" and self._cell is not None:
            self._cell.text += "\n"

    def handle_endtag(self, name: str) -> None:
        if name in {"style", "script"}:
            self._quiet = max(0, self._quiet - 1)
        elif name == "table":
            self._table = self._rows = self._cell = None
        elif name in {"td", "th"}:
            self._cell = None

    def handle_data(self, text: str) -> None:
        if self._quiet:
            return
        if self._cell is not None:
            self._cell.text += text
        elif self._table is None and text.strip():
            self.parts.append(text.strip())


def _read_count(text: str | None) -> int:
    return max(1, min(1000, int(text))) if text and text.isdecimal() else 1


def _draw_part(part: _Table | str, label: str) -> Markup:
    if isinstance(part, str):
        return tag("p", part, class_="nb-note")
    _place(part.head)
    _place(part.body)
    _join_heads(part.head)
    right = _find_numbers(part.body)
    rows = [tag("tr", *(_draw_cell(cell, right, "col") for cell in row)) for row in part.head]
    body = [tag("tr", *(_draw_cell(cell, right, "row") for cell in row)) for row in part.body]
    table = tag(
        "table", tag("thead", *rows) if rows else None, tag("tbody", *body), class_="nb-data"
    )
    return tag("div", table, class_="nb-scroll", tabindex="0", role="group", aria_label=label)


def _place(rows: list[list[_Cell]]) -> None:
    """Give each cell its column; what spans rows takes room in those below."""
    taken: dict[int, int] = {}  # column: rows that it is still taken in
    for row in rows:
        at = 0
        starts: dict[int, int] = {}
        for cell in row:
            while taken.get(at, 0):
                at += 1
            cell.at = at
            starts |= {at + step: cell.down for step in range(cell.across)}
            at += cell.across
        taken = {column: count - 1 for column, count in taken.items() if count > 1}
        taken |= {column: count - 1 for column, count in starts.items() if count > 1}


def _join_heads(rows: list[list[_Cell]]) -> None:
    """Put the names of an index, which pandas gives a row of their own, into the row above."""
    if len(rows) < 2:  # noqa: PLR2004
        return
    above = {cell.at: cell for cell in rows[-2] if cell.across == cell.down == 1}
    names = [cell for cell in rows[-1] if cell.text.strip()]
    if all(cell.at in above and not above[cell.at].text.strip() for cell in names):
        for cell in names:
            above[cell.at].text = cell.text
        rows.pop()


def _find_numbers(body: list[list[_Cell]]) -> set[int]:
    """Return the columns of numbers."""
    texts: dict[int, list[str]] = {}
    for row in body:
        for cell in row:
            if not cell.head:
                texts.setdefault(cell.at, []).append(cell.text.strip())
    return {
        at
        for at, column in texts.items()
        if all(map(_NUMBER.fullmatch, column)) and any(map(_DIGIT.search, column))
    }


def _draw_cell(cell: _Cell, right: set[int], scope: str) -> Markup:
    text = cell.text.strip()
    spans = {
        "colspan": cell.across if cell.across > 1 else None,
        "rowspan": cell.down if cell.down > 1 else None,
    }
    content = Markup("<br>").join(map(escape, text.split("\n")))
    if cell.head and text:
        kind = "nb-right" if scope == "col" and cell.at in right else None
        return tag("th", content, scope=scope, class_=kind, **spans)
    return tag("td", content, class_="nb-right" if cell.at in right else None, **spans)
