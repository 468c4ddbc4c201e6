"""The newest runs, to look at, to run again, or to take values from."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import ipywidgets as w
from markupsafe import Markup

from nbflow.app.answers import Compared, Told
from nbflow.app.pages import make_page
from nbflow.panel.linked_html import LinkedHtml
from nbflow.panel.row_list import RowList
from nbflow.panel.widget_factory import build, hide
from nbflow.present.html.links import link
from nbflow.present.html.markup import dim, tag
from nbflow.present.html.render import draw
from nbflow.present.pages.runs import make_runs_table
from nbflow.runs.fold import Run
from nbflow.runs.history import read_run, read_run_ids
from nbflow.workspace.pipeline_folder import PipelineFolder

_COUNT = 20


class History:
    """A table of runs, and buttons for the chosen one; `box` is the widget to show."""

    def __init__(self, act: Callable[[str, str], None]) -> None:
        buttons = [
            _make_button("Show", "eye", lambda: act("show", self.table.chosen)),
            _make_button("Run again", "repeat", lambda: act("rerun", self.table.chosen)),
            _make_button("Compare", "columns", lambda: act("compare", self.table.chosen)),
            _make_button("Report", "file-text-o", lambda: act("report", self.table.chosen)),
            _make_button("Use its values", "sliders", lambda: act("values", self.table.chosen)),
        ]
        hint = build(w.HTML, '<span class="nbflow-help">for the run that is chosen below</span>')
        self._line = build(w.HBox, [*buttons, hint], css="nbflow-line")
        self.table = build(RowList, label="Runs, newest first")
        self.made = LinkedHtml()
        self.box = build(w.VBox, [self._line, self.made.box, self.table], css="nbflow-history")
        self._known: dict[str, Run] = {}  # those that are over: they change no more

    def show(self, pipeline: PipelineFolder) -> None:
        """Read the newest runs and show them; a run that is over is read only once."""
        runs = [self._read(pipeline, name) for name in read_run_ids(pipeline, _COUNT)]
        hide(self._line, unless=runs)
        self.table.html = _draw(runs)
        known = [run.id for run in runs]
        if self.table.chosen not in known:
            self.table.chosen = known[0] if known else ""

    def show_report(self, told: Told) -> None:
        """Show a link to a report that was written, and what was masked in it."""
        path = Path(told.facts["path"])
        rest = told.text.partition("\n")[2]
        self.made.show(tag("div", "Report: ", link(path, path.name), " ", dim(rest)))

    def show_comparison(self, compared: Compared) -> None:
        """Show what differs between two runs."""
        self.made.show(draw(*make_page(compared, still=True)))

    def _read(self, pipeline: PipelineFolder, run_id: str) -> Run:
        run = self._known.get(run_id) or read_run(pipeline, run_id)
        if run.status != "running":
            self._known[run_id] = run
        return run


def _draw(runs: list[Run]) -> Markup:
    if not runs:
        return tag("div", "No run yet.", class_="nbflow nb-dim")
    made = draw(make_runs_table(runs, keyed=True))
    return tag("div", tag("div", made, class_="nbflow-scroll"), class_="nbflow")


def _make_button(text: str, icon: str, act: Callable[[], Any]) -> Any:
    button = build(w.Button, description=text, icon=icon)
    button.on_click(lambda _: act())
    return button
