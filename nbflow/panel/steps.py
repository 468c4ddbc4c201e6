"""The steps of a run as rows, of which only those are sent again that changed."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from html import unescape
from typing import Any

import ipywidgets as w
from markupsafe import Markup

from nbflow.base.text import say_age
from nbflow.panel.estimate import find_expected
from nbflow.panel.models import build
from nbflow.panel.rows import LIST, Rows
from nbflow.present.html.markup import bar, dim, join, state, tag
from nbflow.present.reasons import say_standing
from nbflow.present.runs import say_doing, say_step_time
from nbflow.present.values import say_outputs
from nbflow.runs.fold import Run, StepRun

_END = 12  # letters of a name that are always shown
_CHUNK = 20  # rows that are sent together
_TAG = re.compile(r"<[^>]*>")


class Steps:
    """A list of the steps; `box` is what is shown.

    `choose` is called with the name of a step that was clicked. Nothing is sent before
    `wanted`: the page that has the list may never be looked at.
    """

    def __init__(self, choose: Callable[[str], None]) -> None:
        self.box = build(w.VBox, css=f"nbflow-steps nbflow {LIST}")
        self.wanted = False
        self._choose, self._chosen = choose, ""
        self._chunks: list[Any] = []
        self._rows: dict[str, tuple[Any, Markup]] = {}
        self._width = 0  # letters of the longest name

    def show(self, run: Run, now: float) -> None:
        if not self.wanted:
            return
        self._width = max(map(len, run.steps))
        rows = [self._make_row(step, now) for step in run.steps.values()]
        self._show_rows(rows)

    def show_names(self, names: Sequence[str]) -> None:
        """Show steps that have not run yet."""
        if not self.wanted:
            return
        self._width = max(map(len, names), default=0)
        self._show_rows([_join_row(name, dim("not run yet"), "", "") for name in names])

    def mark(self, name: str) -> None:
        """Show a step as the chosen one, "" for none."""
        self._chosen = name
        for chunk in self._chunks:
            chunk.chosen = name

    def _take(self, chunk: Rows) -> None:
        """Take a click; a step may have been chosen for a run instead of to be looked at."""
        if chunk.chosen != self._chosen:
            self._choose(chunk.chosen)
            chunk.chosen = self._chosen

    def _show_rows(self, rows: Sequence[Markup]) -> None:
        chunks = (rows[at : at + _CHUNK] for at in range(0, len(rows), _CHUNK))
        # All rows leave the same room for names, that of the longest.
        room = f"--nbflow-names:{self._width + 1}ch"
        texts = [str(tag("div", *chunk, style=room)) for chunk in chunks]
        missing = texts[len(self._chunks) :]
        self._chunks.extend(self._make_chunk(text) for text in missing)
        for chunk, text in zip(self._chunks, texts, strict=False):
            chunk.html = text
        if len(self.box.children) != len(texts):
            self.box.children = self._chunks[: len(texts)]

    def _make_chunk(self, text: str) -> Rows:
        chunk: Rows = build(Rows, html=text, chosen=self._chosen, label="Steps of the run")
        chunk.observe(lambda _: self._take(chunk), "chosen")
        return chunk

    def _make_row(self, step: StepRun, now: float) -> Markup:
        """Return a row; one of a step that did not change is taken as it was."""
        made_of = (step, say_age(step.find_age(now)))
        known = self._rows.get(step.name)
        if known and known[0] == made_of and step.status != "running":
            return known[1]
        row = _make_row(step, now)
        self._rows[step.name] = (made_of, row)
        return row


def _make_row(step: StepRun, now: float) -> Markup:
    expected = find_expected(step, now)
    time = say_step_time(step.status, step.started, step.seconds, expected=expected, now=now)
    return _join_row(step.name, state(step.status), time, _make_about(step, now))


def _make_about(step: StepRun, now: float) -> str:
    """Return what matters most of a step: how far it is, what it wrote, or why it stands so."""
    if step.status == "running":
        doing = say_doing(step.cells, step.cells_done, step.fraction, step.text)
        return join(bar(doing[0]), " ", doing[1]) if doing is not None else ""
    if step.status == "cancelled":
        return ""
    wrote = dim(say_outputs(step.outputs)) if step.status == "done" else ""
    return wrote or say_standing(step, say_age(step.find_age(now)))


def _join_row(name: str, *cells: str) -> Markup:
    texts = (tag("span", cell, title=_strip(cell) or None) for cell in cells)
    return tag(
        "div",
        _draw_name(name),
        *texts,
        class_="nbflow-row",
        data_row=name,
        role="option",
        tabindex="-1",
    )


def _draw_name(name: str) -> Markup:
    """Return a name whose middle is cut where there is no room: names differ at their ends."""
    end = max(len(name) - _END, (len(name) + 1) // 2)
    halves = [tag("b", part) for part in (name[:end], name[end:]) if part]
    return tag("span", *halves, title=name, class_="nbflow-cut")


def _strip(cell: str) -> str:
    """Return a cell's text, to be shown in full where it is cut."""
    return unescape(_TAG.sub("", cell)) if isinstance(cell, Markup) else cell
