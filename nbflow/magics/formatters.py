"""How pipelines, plans, runs and steps show themselves in IPython: in HTML and in text."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

from nbflow.analysis.contract.scan import read_folder
from nbflow.app.answers import Listed, ShownPlan
from nbflow.app.pages import make_page
from nbflow.errors import NbflowError
from nbflow.present import html
from nbflow.present.document import Document, make_line
from nbflow.present.pages.pipelines import make_check_page, make_step
from nbflow.present.pages.runs import make_live_page, make_run_page
from nbflow.runs.next_commands import find_after_run
from nbflow.terminal.plain import make_plain

Page = Callable[[Any, bool], Document]  # of a value; whether it is to be still, see `make_page`


def register(shell: Any) -> None:
    """Tell IPython; the classes are named, so that nothing is loaded for it."""
    formatters = shell.display_formatter.formatters
    for (module, name), make in _PAGES.items():
        formatters["text/html"].for_type_by_name(module, name, _make_drawing(make))
        formatters["text/plain"].for_type_by_name(module, name, _make_writing(make))
    formatters["text/html"].for_type_by_name("nbflow.present.rows", "Rows", html.draw_rows)


def _make_pipeline_page(pipeline: Any, still: bool) -> Document:  # noqa: FBT001 - as below
    return make_page(Listed(pipeline.location, read_folder(pipeline.location)), still=still)


def _make_run_page(run: Any, still: bool) -> Document:  # noqa: FBT001 - one form for all
    now = time.time()
    return make_run_page(run, now) if still else make_live_page(run, now, find_after_run(run))


_PAGES: dict[tuple[str, str], Page] = {
    ("nbflow.pipeline", "Pipeline"): _make_pipeline_page,
    ("nbflow.planning.make", "Plan"): lambda plan, still: make_page(ShownPlan(plan), still=still),
    ("nbflow.runs.fold", "Run"): _make_run_page,
    ("nbflow.model", "Step"): lambda step, _: (make_step(step),),
    ("nbflow.model", "Scan"): lambda scan, _: make_check_page(scan),
}


def _make_drawing(make: Page) -> Callable[[Any], str | None]:
    """Return a function that draws a value; it gives None where the text says what is wrong."""

    def draw(value: Any) -> str | None:
        try:
            return html.draw_page(make(value, True))  # noqa: FBT003
        except NbflowError:
            return None

    return draw


def _make_writing(make: Page) -> Callable[[Any, Any, bool], None]:
    def write(value: Any, printer: Any, cycle: bool) -> None:  # noqa: FBT001 - IPython's form
        del cycle
        try:
            page = make(value, False)  # noqa: FBT003
        except NbflowError as error:
            page = (make_line(f"{value!r}: {error}"),)
        printer.text(make_plain(page))

    return write
