"""One step of a run: state, error, notebook, what it wrote, what it prints."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import ipywidgets as w
from markupsafe import Markup

from nbflow.base.text import say_count, say_made, say_seconds
from nbflow.errors import NbflowError, RemovedError, UnknownNameError
from nbflow.model import Output, Step
from nbflow.panel.models import build
from nbflow.panel.opener import Opener
from nbflow.panel.written import Written
from nbflow.present.document import make_warnings
from nbflow.present.html.markup import dim, join, state, tag
from nbflow.present.html.render import draw
from nbflow.present.pages.pipelines import make_contract
from nbflow.present.pages.runs import make_changes, make_traceback
from nbflow.present.places import say_failed_at
from nbflow.present.reasons import say_step_why
from nbflow.runs.fold import Run, StepRun
from nbflow.runs.follow import Followed
from nbflow.storage.results.outputs import read_outputs
from nbflow.workspace.project import Project

_ENDED = {"done", "reused", "failed"}
_ESCAPE = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]")


class Detail:
    """The step that is chosen; `boxes` are what is shown: what matters first, and what is wide.

    `later` runs a function in a thread: copying a notebook and reading a table take time.
    `follow` has the front end open the link of this class.
    """

    def __init__(
        self,
        choose: Callable[[str], None],
        later: Callable[[Callable[[], None]], None],
        follow: Callable[..., None],
    ) -> None:
        self._later = later
        self._step = build(
            w.Dropdown,
            options=[("choose a step", "")],
            value="",
            description="Step",
            css="nbflow-choice nbflow-named",
        )
        self._step.observe(lambda change: choose(change["new"]), "value")
        self._head, self._trace, self._log = build(w.HTML), build(w.HTML), build(w.HTML)
        self._opener, self._written = Opener(later, follow), Written(later)
        about = [self._step, self._head, self._opener.box]
        wide = [self._trace, self._written.box, self._log]
        self.boxes = [
            build(w.VBox, about, css="nbflow-detail"),
            build(w.VBox, wide, css="nbflow-detail nbflow-made"),
        ]
        self._steps: dict[str, Step] = {}
        self._shown: tuple[Any, ...] = ()
        self._printed: tuple[Any, ...] = ()
        self._clear(None, None, "")

    def show_steps(self, steps: Mapping[str, Step]) -> None:
        """Offer these steps."""
        self._steps = dict(steps)
        options = [("choose a step", ""), *((name, name) for name in steps)]
        if list(self._step.options) != options:
            chosen = self._step.value
            self._step.options = options
            self._step.value = chosen if (chosen, chosen) in options else ""

    def choose(self, name: str) -> None:
        """Show a step's name as the chosen one."""
        known = {value for _, value in self._step.options}
        self._step.value = name if name in known else ""

    def show(self, project: Project, tail: Followed | None, run: Run | None, name: str) -> None:
        """Show a step as the run, that of the tail as it can be foreseen, has it now."""
        step = run.steps.get(name) if run else None
        if tail is None or run is None or step is None:
            self._clear(project, run, name)
            return
        self._show_printed(tail, name)
        if self._shown == (run.id, step):
            return
        self._shown = (run.id, step)
        self._head.value = _draw_head(step)
        self._trace.value = _draw_trace(step)
        if step.status in _ENDED:
            self._later(lambda: self._show_made(project, run, step))
        else:
            self._hide_made()

    def _clear(self, project: Project | None, run: Run | None, name: str) -> None:
        """Show a step that is no part of the run by what its notebook says."""
        step = self._steps.get(name)
        shown = (run and run.id, name, step)
        if self._shown == shown:
            return
        self._shown, self._printed = shown, ()
        self._trace.value = self._log.value = ""
        self._hide_made()
        if not name or project is None:
            text = dim("Choose a step here, in the list or in the graph.")
        else:
            text = join("Not run yet." if run is None else "Not a part of this run.")
            text = join(text, draw(make_contract(step)) if step else None)
            self._opener.show_source(project, step.path if step else "")
        self._head.value = tag("div", text, class_="nbflow")

    def _hide_made(self) -> None:
        self._opener.hide()
        self._written.show(Path(), {})

    def _show_printed(self, tail: Followed, name: str) -> None:
        count, lines = tail.read_printed(name)
        if self._printed == (tail.run.id, name, count):
            return
        self._printed = (tail.run.id, name, count)
        self._log.value = _draw_log(count, lines)

    def _show_made(self, project: Project, run: Run, step: StepRun) -> None:
        """Show what an ended step left: its notebook, its tables and values."""
        wrong = Markup()
        try:
            folder = run.find_folder(step.name)
            outputs = read_outputs(folder)
        except NbflowError as error:
            folder, outputs = Path(), dict[str, Output]()
            if isinstance(error, RemovedError) or not isinstance(error, UnknownNameError):
                wrong = tag("div", str(error), class_="nbflow-wrong")
        if self._shown != (run.id, step):
            return  # another was chosen meanwhile
        self._opener.show(project, run, step, wrong)
        self._written.show(folder, outputs)


def _draw_head(step: StepRun) -> Markup:
    took = f" in {say_seconds(step.seconds)}" if step.seconds else ""
    why = say_step_why(step, say_made(step.made))
    return tag(
        "div",
        tag("div", state(step.status), took, class_="nb-head"),
        _draw_failure(step),
        tag("div", dim("why: "), why) if why else None,
        draw(*make_warnings(step.warnings)),
        class_="nbflow",
    )


def _draw_failure(step: StepRun) -> Markup | None:
    """Return what went wrong, and where: what is looked for first."""
    failure = step.failure
    if failure is None:
        return None
    said = f"{failure.type}: {failure.message}" if failure.message else failure.type
    return join(
        tag("div", said, class_="nbflow-error"),
        tag("div", say_failed_at(step.path, failure)),
        draw(make_changes(failure)),
    )


def _draw_trace(step: StepRun) -> str:
    if step.failure is None:
        return ""
    trace = draw(make_traceback(step.failure))
    return tag("div", tag("div", dim("Traceback")), trace, class_="nbflow")


def _draw_log(count: int, lines: list[tuple[str, str]]) -> str:
    if not lines:
        return ""
    cut = f"… {say_count(count - len(lines), 'earlier line')}\n" if count > len(lines) else ""
    said = (
        tag("span", f"{_ESCAPE.sub('', text)}\n", class_="nb-amber")
        if stream == "stderr"
        else f"{_ESCAPE.sub('', text)}\n"
        for stream, text in lines
    )
    named = {"role": "region", "tabindex": "0", "aria_label": "What the step printed"}
    text = tag("pre", dim(cut) if cut else None, *said, class_="nbflow-log", **named)
    return tag("div", tag("div", dim("Printed")), text, class_="nbflow")
