"""The newest runs, to look at, to run again, or to take values from."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import ipywidgets as w

from nbflow import words
from nbflow.html.markup import Markup, state, table, tag
from nbflow.project import Project
from nbflow.runlog import Run, read_run
from nbflow.store.results import read_run_ids
from nbflow.widget.models import build, hide

_COUNT = 20


class History:
    """A table of runs with what can be done with one; `box` is what is shown."""

    def __init__(self, act: Callable[[str, str], None]) -> None:
        self._choice = build(w.Dropdown, options=[], tooltip="A run", css="nbflow-choice")
        buttons = [
            _make_button("Show", "eye", lambda: act("show", self._choice.value)),
            _make_button("Run again", "repeat", lambda: act("rerun", self._choice.value)),
            _make_button("Use its values", "sliders", lambda: act("values", self._choice.value)),
        ]
        self._line = build(w.HBox, [self._choice, *buttons], css="nbflow-line")
        self._table = build(w.HTML)
        self.box = build(w.VBox, [self._line, self._table], css="nbflow-history")
        self._known: dict[str, Run] = {}  # those that are over: they change no more

    def show(self, project: Project) -> None:
        """Read the newest runs; those that are over are read once."""
        runs = [self._read(project, name) for name in read_run_ids(project)[:_COUNT]]
        options = [(_say_run(run), run.id) for run in runs]
        if list(self._choice.options) != options:
            chosen = self._choice.value
            self._choice.options = options
            known = [name for _, name in options]
            if known:
                self._choice.value = chosen if chosen in known else known[0]
        hide(self._line, unless=runs)
        self._table.value = _draw(runs)

    def _read(self, project: Project, run_id: str) -> Run:
        run = self._known.get(run_id) or read_run(project, run_id)
        if run.status != "running":
            self._known[run_id] = run
        return run


def _say_run(run: Run) -> str:
    return " · ".join(part for part in (words.say_when(run.started), run.name, run.status) if part)


def _draw(runs: list[Run]) -> Markup:
    if not runs:
        return tag("div", "No run yet.", class_="nbflow nb-dim")
    rows = (
        (
            words.say_when(run.started),
            state(run.status),
            words.say_seconds(run.seconds),
            words.say_statuses(step.status for step in run.steps.values()),
            " · ".join(part for part in (run.name, words.say_parameters(run.parameters)) if part),
            tag("code", run.id),
        )
        for run in runs
    )
    heads = ("started", "state", "took", "steps", "values", "run")
    return tag(
        "div", tag("div", table(heads, rows, right=2), class_="nbflow-scroll"), class_="nbflow"
    )


def _make_button(text: str, icon: str, act: Callable[[], Any]) -> Any:
    button = build(w.Button, description=text, icon=icon)
    button.on_click(lambda _: act())
    return button
