"""The steps of a run as rows, of which only those are sent again that changed."""

from __future__ import annotations

import re
from collections.abc import Sequence
from html import unescape
from typing import Any

import ipywidgets as w

from nbflow import words
from nbflow.html.markup import Markup, bar, dim, join, state, tag
from nbflow.runlog import Run, StepRun
from nbflow.widget.estimate import find_expected
from nbflow.widget.models import build

_CHUNK = 20  # rows that are sent together
_TAG = re.compile(r"<[^>]*>")


class Steps:
    """A list of the steps; `box` is what is shown.

    Nothing is sent before `wanted`: the page that has the list may never be looked at.
    """

    def __init__(self) -> None:
        self.box = build(w.VBox, css="nbflow-steps nbflow")
        self.wanted = False
        self._chunks: list[Any] = []
        self._rows: dict[str, tuple[StepRun, Markup]] = {}

    def show(self, run: Run, now: float, selected: str) -> None:
        if not self.wanted:
            return
        rows = [self._make_row(step, now, selected) for step in run.steps.values()]
        self._show_rows(rows)

    def show_names(self, names: Sequence[str]) -> None:
        """Show steps that have not run yet."""
        if not self.wanted:
            return
        rows = [_join_row(name, dim("not run yet"), dim(""), dim(""), dim("")) for name in names]
        self._show_rows(rows)

    def _show_rows(self, rows: Sequence[Markup]) -> None:
        texts = ["".join(rows[at : at + _CHUNK]) for at in range(0, len(rows), _CHUNK)]
        missing = texts[len(self._chunks) :]
        self._chunks.extend(build(w.HTML, text) for text in missing)
        for chunk, text in zip(self._chunks, texts, strict=False):
            if chunk.value != text:
                chunk.value = text
        if len(self.box.children) != len(texts):
            self.box.children = self._chunks[: len(texts)]

    def _make_row(self, step: StepRun, now: float, selected: str) -> Markup:
        """Return a row; one of a step that did not change is taken as it was."""
        known = self._rows.get(step.name)
        still = step.status != "running" and step.name != selected
        if known and known[0] is step and still:
            return known[1]
        row = _make_row(step, now, chosen=step.name == selected)
        if still:
            self._rows[step.name] = (step, row)
        else:
            self._rows.pop(step.name, None)
        return row


def _make_row(step: StepRun, now: float, *, chosen: bool) -> Markup:
    doing = words.say_doing(step.cells, step.cells_done, step.fraction, step.text)
    progress = dim(words.say_outputs(step.outputs))
    if step.status == "running" and doing is not None:
        progress = join(bar(doing[0]), " ", doing[1])
    time = words.say_step_time(
        step.status, step.started, step.seconds, expected=find_expected(step, now), now=now
    )
    why = words.say_reasons(step.why, step.age, step.blocked_by, step.failure)
    return _join_row(step.name, state(step.status), progress, time, why, chosen=chosen)


def _join_row(name: str, *cells: str, chosen: bool = False) -> Markup:
    texts = (tag("span", cell, title=_strip(cell)) for cell in (tag("b", name), *cells))
    return tag("div", *texts, class_="nbflow-row nbflow-chosen" if chosen else "nbflow-row")


def _strip(cell: str) -> str:
    """Return a cell's text, to be shown in full where it is cut."""
    return unescape(_TAG.sub("", cell)) if isinstance(cell, Markup) else cell
