"""One step of a run: state, error, notebook, what it prints, its tables."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import ipywidgets as w

from nbflow import words
from nbflow.errors import NbflowError, RemovedError, UnknownNameError
from nbflow.html.markup import Markup, dim, join, notes, state, tag
from nbflow.html.runs import make_traceback
from nbflow.model import Output
from nbflow.project import Project
from nbflow.runlog import Run, StepRun
from nbflow.store.outputs import read_outputs
from nbflow.widget.follow import Tail
from nbflow.widget.models import build, hide
from nbflow.widget.opener import Opener

_ENDED = {"done", "reused", "failed"}
_ESCAPE = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]")


class Detail:
    """The step that is chosen; `box` is what is shown.

    `later` runs a function in a thread: copying a notebook and reading a table take time.
    `follow` has the front end open the link of this class.
    """

    def __init__(
        self,
        choose: Callable[[str], None],
        later: Callable[[Callable[[], None]], None],
        follow: Callable[[str], None],
    ) -> None:
        self._later = later
        self._step = build(
            w.Dropdown, options=[("choose a step", "")], value="", css="nbflow-choice"
        )
        self._step.observe(lambda change: choose(change["new"]), "value")
        self._head, self._log = build(w.HTML), build(w.HTML)
        self._opener = Opener(later, follow)
        self._table = build(w.Dropdown, options=[])
        self._table.observe(lambda _: self._later(self._show_table), "value")
        self._tables = build(
            w.HBox,
            [build(w.HTML, '<span class="nbflow-label">Table</span>'), self._table],
            css="nbflow-line",
        )
        self._preview = build(w.HTML)
        parts = [self._head, self._opener.box, self._tables, self._preview, self._log]
        self.box = build(w.VBox, [self._step, *parts], css="nbflow-detail")
        self._shown: tuple[Any, ...] = ()
        self._printed: tuple[Any, ...] = ()
        self._found: tuple[Path, dict[str, Output]] = (Path(), {})
        self._clear()

    def show_names(self, names: Iterable[str]) -> None:
        """Offer these steps."""
        options = [("choose a step", ""), *((name, name) for name in names)]
        if list(self._step.options) != options:
            chosen = self._step.value
            self._step.options = options
            self._step.value = chosen if (chosen, chosen) in options else ""

    def choose(self, name: str) -> None:
        """Show a step's name as the chosen one."""
        known = {value for _, value in self._step.options}
        self._step.value = name if name in known else ""

    def show(self, project: Project, tail: Tail | None, run: Run | None, name: str) -> None:
        """Show a step as the run, that of the tail as it can be foreseen, has it now."""
        step = run.steps.get(name) if run else None
        if tail is None or run is None or step is None:
            self._clear(name)
            return
        self._show_printed(tail, name)
        if self._shown == (run.id, step):
            return
        self._shown = (run.id, step)
        self._head.value = _draw_head(step)
        if step.status in _ENDED:
            self._later(lambda: self._show_made(project, run, step))
        else:
            self._hide_made()

    def _clear(self, name: str = "") -> None:
        if self._shown == (name,):
            return
        self._shown, self._printed = (name,), ()
        said = f"{name} is no part of this run." if name else "Choose a step here or in the graph."
        self._head.value = tag("div", dim(said), class_="nbflow")
        self._log.value = ""
        self._hide_made()

    def _hide_made(self) -> None:
        self._opener.hide()
        hide(self._tables)
        self._found = (Path(), {})
        self._preview.value = ""

    def _show_printed(self, tail: Tail, name: str) -> None:
        count, lines = tail.read_printed(name)
        if self._printed == (tail.run.id, name, count):
            return
        self._printed = (tail.run.id, name, count)
        self._log.value = _draw_log(count, lines)

    def _show_made(self, project: Project, run: Run, step: StepRun) -> None:
        """Show what an ended step left: its notebook and its tables."""
        wrong = ""
        try:
            folder = run.find_folder(step.name)
            outputs = read_outputs(folder)
        except NbflowError as error:
            folder, outputs = Path(), {}
            if isinstance(error, RemovedError) or not isinstance(error, UnknownNameError):
                wrong = tag("div", str(error), class_="nbflow-wrong")
        if self._shown != (run.id, step):
            return  # another was chosen meanwhile
        self._opener.show(project, run, step, wrong)
        self._found = (folder, outputs)
        hide(self._tables, unless=outputs)
        before = self._table.value
        self._table.options = list(outputs)
        if outputs:
            self._table.value = before if before in outputs else next(iter(outputs))
        if self._table.value == before:  # else the change is heard
            self._show_table()

    def _show_table(self) -> None:
        found = folder, outputs = self._found
        output = outputs.get(self._table.value or "")
        if output is None:
            self._preview.value = ""
            return
        from nbflow.widget.preview import draw_output  # noqa: PLC0415 - duckdb: not to open a panel

        try:
            drawn = draw_output(folder, output)
        except NbflowError as error:
            drawn = tag("div", str(error), class_="nbflow-wrong")
        if self._found == found:  # else another step was chosen meanwhile
            self._preview.value = tag("div", drawn, class_="nbflow")


def _draw_head(step: StepRun) -> Markup:
    took = f" in {words.say_seconds(step.seconds)}" if step.seconds else ""
    why = words.say_reasons(step.why, step.age, step.blocked_by)
    return tag(
        "div",
        tag("div", state(step.status), took, class_="nb-head"),
        tag("div", dim("why: "), why) if why else None,
        _draw_failure(step),
        notes(step.warnings),
        class_="nbflow",
    )


def _draw_failure(step: StepRun) -> Markup | None:
    failure = step.failure
    if failure is None:
        return None
    return join(
        tag("div", tag("b", words.say_failed_at(step.path, failure), class_="nb-failed")),
        make_traceback(failure),
        tag("div", failure.hint, class_="nb-warning") if failure.hint else None,
    )


def _draw_log(count: int, lines: list[tuple[str, str]]) -> str:
    if not lines:
        return ""
    cut = f"… {words.say_count(count - len(lines), 'earlier line')}\n" if count > len(lines) else ""
    said = (
        tag("span", f"{_ESCAPE.sub('', text)}\n", class_="nb-warning")
        if stream == "stderr"
        else f"{_ESCAPE.sub('', text)}\n"
        for stream, text in lines
    )
    text = tag("pre", dim(cut) if cut else None, *said, class_="nbflow-log")
    return tag("div", tag("div", dim("Output")), text, class_="nbflow")
