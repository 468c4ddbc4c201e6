"""One step of a run: state, error, notebook, what it wrote, what it prints."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import ipywidgets as w
from markupsafe import Markup

from nbflow.app.open import find_executed
from nbflow.base.text import say_count, say_made
from nbflow.errors import NbflowError, RemovedError, UnknownNameError
from nbflow.model import Failure
from nbflow.panel.open_executed import ExecutedOpener
from nbflow.panel.output_viewer import OutputViewer
from nbflow.panel.run_state import Detail, Left, Printed
from nbflow.panel.widget_factory import build
from nbflow.present.document import make_warnings
from nbflow.present.html.markup import dim, join, state, tag
from nbflow.present.html.render import draw
from nbflow.present.pages.pipelines import make_contract
from nbflow.present.pages.runs import make_changes, make_traceback
from nbflow.present.places import say_failed_at
from nbflow.present.reasons import say_failure, say_step_why
from nbflow.present.run_lines import say_took
from nbflow.runs.fold import Run, StepRun
from nbflow.storage.results.outputs import read_outputs
from nbflow.workspace.pipeline_folder import PipelineFolder

ENDED = {"done", "reused", "failed"}  # the states of a step that left something
_ESCAPE = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]")
_NONE = ("choose a step", "")


class StepDetail:
    """The step that is chosen; `boxes` are the widgets to show: the summary, and what is wide.

    `later` runs a function in a thread, because copying a notebook and reading a table take time.
    `follow` lets the front end open the link of a class.
    """

    def __init__(
        self,
        choose: Callable[[str], None],
        later: Callable[[Callable[[], None]], None],
        follow: Callable[..., None],
    ) -> None:
        says = {"description": "Step", "css": "nbflow-choice nbflow-named"}
        self._step = build(w.Dropdown, options=[_NONE], value="", **says)
        self._choose, self._showing = choose, False  # a change that we make is no click
        self._step.observe(lambda change: self._take(change["new"]), "value")
        self._head, self._trace, self._log = build(w.HTML), build(w.HTML), build(w.HTML)
        self._opener, self._written = ExecutedOpener(later, follow), OutputViewer(later)
        about = [self._step, self._head, self._opener.box]
        wide = [self._trace, self._written.box, self._log]
        self.boxes = [
            build(w.VBox, about, css="nbflow-detail"),
            build(w.VBox, wide, css="nbflow-detail nbflow-made"),
        ]
        self._shown: Detail | None = None

    def show(self, pipeline: PipelineFolder | None, run: Run | None, detail: Detail) -> None:
        """Show a step as it is in the run, or as its notebook describes it if it did not run."""
        before, self._shown = self._shown, detail
        if detail == before:
            return
        self._show_choice(detail)
        self._head.value = _draw_head(detail)
        self._trace.value = _draw_trace(detail.step)
        self._log.value = _draw_log(detail.printed)
        if before is None or _find_made(before) != _find_made(detail):
            left = detail.left or Left()
            self._opener.show(pipeline, run, detail)
            self._written.show(left.folder, left.outputs, _find_home(pipeline, detail))

    def _show_choice(self, detail: Detail) -> None:
        options = [_NONE, *((name, name) for name in detail.names)]
        self._showing = True
        if list(self._step.options) != options:
            self._step.options = options  # this resets the value
        self._step.value = detail.name if detail.name in detail.names else ""
        self._showing = False

    def _take(self, name: str) -> None:
        if not self._showing:
            self._choose(name)


def _find_home(pipeline: PipelineFolder | None, detail: Detail) -> Path | None:
    """Return the pipeline's folder if a result holds what is shown: it will not change any more."""
    held = pipeline is not None and detail.step is not None and detail.step.result
    return pipeline.home if pipeline is not None and held else None


def read_left(run: Run, name: str) -> Left:
    """Return what an ended step of a run left."""
    executed = _is_executed(run, name)
    try:
        folder = run.find_folder(name)
        return Left(folder, read_outputs(folder), executed)
    except NbflowError as error:
        never = isinstance(error, UnknownNameError) and not isinstance(error, RemovedError)
        return Left(executed=executed, wrong="" if never else str(error))


def _is_executed(run: Run, name: str) -> bool:
    try:
        return bool(find_executed(run, name))
    except NbflowError:
        return False


def _find_made(detail: Detail) -> tuple[Any, ...]:
    return detail.run_id, detail.name, detail.step, detail.notebook, detail.left


def _draw_head(detail: Detail) -> Markup:
    if not detail.name:
        return tag("div", dim("Choose a step here, in the list or in the graph."), class_="nbflow")
    step = detail.step
    if step is None:
        text = "Not a part of this run." if detail.run_id else "Not run yet."
        contract = make_contract(detail.notebook) if detail.notebook else None
        return tag("div", text, draw(contract), class_="nbflow")
    why = say_step_why(step, say_made(step.made))
    return tag(
        "div",
        tag("div", state(step.status), say_took(step.seconds, step.spent), class_="nb-head"),
        _draw_failure(step, step.failure) if step.failure else None,
        tag("div", dim("why: "), why) if why else None,
        draw(*make_warnings(step.warnings)),
        class_="nbflow",
    )


def _draw_failure(step: StepRun, failure: Failure) -> Markup:
    """Return what went wrong, and where."""
    said = say_failure(failure) if failure.message else failure.type
    return join(
        tag("div", said, class_="nbflow-error"),
        tag("div", say_failed_at(step.path, failure)),
        draw(make_changes(failure)),
    )


def _draw_trace(step: StepRun | None) -> str:
    if step is None or step.failure is None:
        return ""
    return tag(
        "div", tag("div", dim("Traceback")), draw(make_traceback(step.failure)), class_="nbflow"
    )


def _draw_log(printed: Printed) -> str:
    count, lines = printed
    if not lines:
        return ""
    cut = f"… {say_count(count - len(lines), 'earlier line')}\n" if count > len(lines) else ""
    said = (
        tag("span", text, class_="nb-amber") if stream == "stderr" else text
        for stream, text in ((stream, f"{_ESCAPE.sub('', text)}\n") for stream, text in lines)
    )
    named = {"role": "region", "tabindex": "0", "aria_label": "What the step printed"}
    text = tag("pre", dim(cut) if cut else None, *said, class_="nbflow-log", **named)
    return tag("div", tag("div", dim("Printed")), text, class_="nbflow")
