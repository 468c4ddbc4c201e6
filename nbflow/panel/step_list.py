"""The steps of a run as rows; only chunks of rows that changed are sent again."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from html import unescape

import ipywidgets as w
from markupsafe import Markup

from nbflow.panel.row_list import LIST, RowList
from nbflow.panel.run_state import Row
from nbflow.panel.widget_factory import build
from nbflow.present.html.markup import dim, state, tag
from nbflow.present.html.render import draw_cell
from nbflow.present.pages.runs import make_progress
from nbflow.present.reasons import say_standing

_END = 12  # letters of a name that are always shown
_CHUNK = 20  # rows that are sent together
_TAG = re.compile(r"<[^>]*>")


class StepList:
    """A list of the steps; `box` is what is shown.

    `choose` is called with the name of a step that was clicked.
    """

    def __init__(self, choose: Callable[[str], None]) -> None:
        self.box = build(w.VBox, css=f"nbflow-steps nbflow {LIST}")
        self.chunks: list[RowList] = []
        self._choose, self._chosen = choose, ""
        self._drawn: list[tuple[int, Sequence[Row]]] = []

    def show(self, rows: Sequence[Row], chosen: str) -> None:
        """Show these rows, and one of them as the chosen one."""
        width = max((len(row.name) for row in rows), default=0)
        parts = [(width, rows[at : at + _CHUNK]) for at in range(0, len(rows), _CHUNK)]
        self.chunks += [self._make_chunk() for _ in parts[len(self.chunks) :]]
        for at, (chunk, part) in enumerate(zip(self.chunks, parts, strict=False)):
            if self._drawn[at : at + 1] != [part]:
                chunk.html = _draw_rows(*part)
        self._drawn = parts
        if len(self.box.children) != len(parts):
            self.box.children = self.chunks[: len(parts)]
        self._chosen = chosen
        for chunk in self.chunks:
            chunk.chosen = chosen

    def _make_chunk(self) -> RowList:
        chunk: RowList = build(RowList, chosen=self._chosen, label="Steps of the run")
        chunk.observe(lambda _: self._take(chunk), "chosen")
        return chunk

    def _take(self, chunk: RowList) -> None:
        """Take a click; the step may be chosen to run instead of to be shown."""
        if chunk.chosen != self._chosen:
            self._choose(chunk.chosen)
            chunk.chosen = self._chosen


def _draw_rows(width: int, rows: Sequence[Row]) -> Markup:
    """Return the rows; all leave the same room for names, as wide as the longest."""
    return tag("div", *map(_draw_row, rows), style=f"--nbflow-names:{width + 1}ch")


def _draw_row(row: Row) -> Markup:
    status = dim("not run yet") if row.step is None else state(row.step.status)
    cells = (status, row.time, _draw_about(row))
    texts = (tag("span", cell, title=_strip(cell) or None) for cell in cells)
    named = {"data_row": row.name, "role": "option", "tabindex": "-1"}
    return tag("div", _draw_name(row.name), *texts, class_="nbflow-row", **named)


def _draw_about(row: Row) -> str:
    """Return what matters most of a step: how far it is, what it wrote, or why it stands so."""
    step = row.step
    if step is None or step.status == "cancelled":
        return ""
    if step.status in {"running", "done"}:
        return draw_cell(make_progress(step))
    return say_standing(step, row.age)


def _draw_name(name: str) -> Markup:
    """Return a name that is cut in its middle if there is no room: names differ at their ends."""
    end = max(len(name) - _END, (len(name) + 1) // 2)
    halves = [tag("b", part) for part in (name[:end], name[end:]) if part]
    return tag("span", *halves, title=name, class_="nbflow-cut")


def _strip(cell: str) -> str:
    """Return a cell's text, to be shown in full where it is cut."""
    return unescape(_TAG.sub("", cell)) if isinstance(cell, Markup) else cell
