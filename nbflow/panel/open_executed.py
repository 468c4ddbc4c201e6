"""Opens a step's notebook as it is now, and a copy of it as it was executed."""

from __future__ import annotations

from collections.abc import Callable
from itertools import count
from pathlib import Path

import ipywidgets as w
from markupsafe import Markup

from nbflow.app.open import copy_executed
from nbflow.errors import NbflowError
from nbflow.panel.linked_html import LinkedHtml
from nbflow.panel.run_state import Detail
from nbflow.panel.widget_factory import build, hide
from nbflow.present.html.links import link
from nbflow.present.html.markup import dim, join, tag
from nbflow.runs.fold import Run
from nbflow.workspace.pipeline_folder import PipelineFolder

_numbers = count(1)


class ExecutedOpener:
    """A link to a step's notebook, and a button for the copy; `box` is the widget to show.

    A click makes the copy. Only the front end can open it, so a link to the copy is shown, and
    `follow` is called with the class of that link.
    """

    def __init__(
        self, later: Callable[[Callable[[], None]], None], follow: Callable[..., None]
    ) -> None:
        self._follow = follow
        says = {"icon": "external-link", "tooltip": "Open a copy, as the run left it"}
        self._button = build(w.Button, **says, css="nbflow-link")
        self._button.on_click(lambda _: later(self._open))
        self._links, self._made = LinkedHtml(), LinkedHtml()
        line = build(w.HBox, [self._button, self._links.box])
        self.box = build(w.VBox, [line, self._made.box], css="nbflow-opener")
        self._asked: tuple[PipelineFolder, Run, Detail] | None = None

    def show(self, pipeline: PipelineFolder | None, run: Run | None, detail: Detail) -> None:
        """Offer the notebook of a step that has ended or is no part of the run."""
        left = detail.left
        there = pipeline is not None and bool(detail.name) and (left or detail.step is None)
        self._asked = (pipeline, run, detail) if pipeline and run and left else None
        self._button.description = _at_cell("Open as executed", detail)
        hide(self._button, unless=left and left.executed)
        self._links.show(_draw_source(pipeline, detail) if pipeline and there else Markup())
        wrong = left.wrong if left else ""
        self._made.show(tag("div", wrong, class_="nbflow-wrong") if wrong else Markup())
        hide(self.box, unless=there)

    def _open(self) -> None:
        """Make the copy, and have it opened."""
        if self._asked is None:
            return
        pipeline, run, detail = self._asked
        kind = f"nbflow-made-{next(_numbers)}"
        self._made.show(tag("div", dim("Opening …")))  # the first one loads what signs it
        try:
            path = copy_executed(pipeline, run, detail.name)
        except (NbflowError, OSError) as error:  # it was removed, or the folder is read-only
            self._made.show(tag("div", str(error), class_="nbflow-wrong"))
            return
        text = path.relative_to(pipeline.project.root).as_posix()
        self._made.show(link(path, text, _find_cell(detail), kind))
        self._follow(kind, quiet=not _has_widgets(path))


def _has_widgets(path: Path) -> bool:
    """Tell whether a notebook holds widgets: JupyterLab draws them only beside a kernel."""
    return b"application/vnd.jupyter.widget-state+json" in path.read_bytes()


def _draw_source(pipeline: PipelineFolder, detail: Detail) -> Markup:
    """Return a link to the step's notebook; nothing if it was removed."""
    path = detail.step.path if detail.step else detail.notebook.path if detail.notebook else ""
    source = pipeline.project.root / path
    if not path or not source.is_file():
        return join()
    return link(source, _at_cell("Open the notebook", detail), _find_cell(detail))


def _find_cell(detail: Detail) -> int | None:
    return detail.step.failure.cell if detail.step and detail.step.failure else None


def _at_cell(text: str, detail: Detail) -> str:
    cell = _find_cell(detail)
    return f"{text} at cell {cell}" if cell else text
