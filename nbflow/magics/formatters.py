"""How pipelines, plans, runs and steps show themselves in IPython: in HTML and in text."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

from rich.console import RenderableType
from rich.text import Text

from nbflow.analysis.contract.scan import read_folder
from nbflow.app.folders import say_where
from nbflow.errors import NbflowError
from nbflow.magics.plain import make_plain
from nbflow.present import html
from nbflow.present.pages import pipelines as pages
from nbflow.present.pages.plans import make_plan_page
from nbflow.present.pages.runs import make_run_page
from nbflow.terminal import plans, runs, steps

Drawn = Callable[[Any], str]
Written = Callable[[Any], RenderableType]


def register(shell: Any) -> None:
    """Tell IPython; the classes are named, so that nothing is loaded for it."""
    formatters = shell.display_formatter.formatters
    for (module, name), (draw, write) in _KINDS.items():
        formatters["text/html"].for_type_by_name(module, name, _guard_html(draw))
        formatters["text/plain"].for_type_by_name(module, name, _guard_text(write))
    formatters["text/html"].for_type_by_name("nbflow.present.rows", "Rows", html.draw_rows)


def _draw_pipeline(pipeline: Any) -> str:
    project = pipeline.project
    scan = read_folder(project)
    return html.draw_page(pages.make_pipeline_page(project.folder.name, scan, project.root))


def _write_pipeline(pipeline: Any) -> RenderableType:
    project = pipeline.project
    return steps.make_steps(read_folder(project), project.root, say_where(project))


def _draw_run(run: Any) -> str:
    return html.draw_page(make_run_page(run, time.time()))


def _draw_plan(plan: Any) -> str:
    return html.draw_page(make_plan_page(plan))


def _draw_step(step: Any) -> str:
    return html.draw_page([pages.make_step(step)])


def _draw_scan(scan: Any) -> str:
    return html.draw_page(pages.make_check_page(scan))


_KINDS: dict[tuple[str, str], tuple[Drawn, Written]] = {
    ("nbflow.pipeline", "Pipeline"): (_draw_pipeline, _write_pipeline),
    ("nbflow.planning.make", "Plan"): (_draw_plan, lambda plan: plans.make_plan(plan, {})),
    ("nbflow.runs.fold", "Run"): (_draw_run, runs.make_run),
    ("nbflow.model", "Step"): (_draw_step, steps.make_contract),
    ("nbflow.model", "Scan"): (_draw_scan, lambda scan: steps.make_check(scan, None)),
}


def _guard_html(draw: Drawn) -> Callable[[Any], str | None]:
    """Leave it to the text to say what is wrong with a pipeline that cannot be read."""

    def drawn(value: Any) -> str | None:
        try:
            return draw(value)
        except NbflowError:
            return None

    return drawn


def _guard_text(write: Written) -> Callable[[Any, Any, bool], None]:
    def written(value: Any, printer: Any, cycle: bool) -> None:  # noqa: FBT001 - IPython's form
        del cycle
        try:
            part = write(value)
        except NbflowError as error:
            part = Text(f"{value!r}: {error}")
        printer.text(make_plain(part))

    return written
