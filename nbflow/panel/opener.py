"""Opens a step's notebook: as it is now, and a copy of it as it was executed."""

from __future__ import annotations

from collections.abc import Callable
from itertools import count
from pathlib import Path

import ipywidgets as w
from markupsafe import Markup

from nbflow.app.open import copy_executed, find_executed
from nbflow.errors import NbflowError
from nbflow.panel.links import Linked
from nbflow.panel.models import build, hide, is_hidden
from nbflow.present.html.links import link
from nbflow.present.html.markup import dim, join, tag
from nbflow.runs.fold import Run, StepRun
from nbflow.workspace.project import Project

_numbers = count(1)


class Opener:
    """A link to a step's notebook, and a button for the copy; `box` is what is shown.

    The copy is made when it is asked for. Only the front end can open it: a link to it is shown,
    and `follow` is called with the link's class.
    """

    def __init__(
        self, later: Callable[[Callable[[], None]], None], follow: Callable[..., None]
    ) -> None:
        self._follow = follow
        self._button = build(
            w.Button,
            icon="external-link",
            tooltip="Open a copy, as the run left it",
            css="nbflow-link",
        )
        self._button.on_click(lambda _: later(self._open))
        self._links, self._made = Linked(), Linked()
        self.box = build(
            w.VBox,
            [build(w.HBox, [self._button, self._links.box]), self._made.box],
            css="nbflow-opener",
        )
        self._asked: tuple[Project, Run, StepRun] | None = None
        self.hide()

    @property
    def shown(self) -> str:
        """What is offered, as text and HTML."""
        offered = "" if is_hidden(self._button) else self._button.description
        return f"{offered}{self._links.shown}{self._made.shown}"

    def hide(self) -> None:
        self._asked = None
        hide(self.box)

    def show_source(self, project: Project, path: str) -> None:
        """Offer the notebook of a step that did not run."""
        self._asked = None
        hide(self._button)
        self._links.show(_draw_link(project, path, "Open the notebook"))
        self._made.show(Markup())
        hide(self.box, unless=True)

    def show(self, project: Project, run: Run, step: StepRun, wrong: Markup) -> None:
        """Offer what there is of a step that has ended; `wrong` is shown below."""
        self._asked = (project, run, step)
        there = _is_executed(run, step)
        self._button.description = _at_cell("Open as executed", step)
        hide(self._button, unless=there)
        self._links.show(_draw_source(project, step))
        self._made.show(wrong)
        hide(self.box, unless=True)

    def _open(self) -> None:
        """Make the copy, and have it opened."""
        if self._asked is None:
            return
        project, run, step = self._asked
        kind = f"nbflow-made-{next(_numbers)}"
        self._made.show(tag("div", dim("Opening …")))  # the first one loads what signs it
        try:
            path = copy_executed(project, run, step.name)
        except (NbflowError, OSError) as error:  # it was removed, or the folder is read-only
            self._made.show(tag("div", str(error), class_="nbflow-wrong"))
            return
        text = path.relative_to(project.root).as_posix()
        self._made.show(link(path, text, _find_cell(step), kind))
        self._follow(kind, quiet=not _has_widgets(path))


def _has_widgets(path: Path) -> bool:
    """Tell whether a notebook holds widgets: JupyterLab draws them only beside a kernel."""
    return b"application/vnd.jupyter.widget-state+json" in path.read_bytes()


def _is_executed(run: Run, step: StepRun) -> bool:
    try:
        find_executed(run, step.name)
    except NbflowError:
        return False
    return True


def _draw_source(project: Project, step: StepRun) -> Markup:
    return _draw_link(project, step.path, _at_cell("Open the notebook", step), _find_cell(step))


def _draw_link(project: Project, path: str, text: str, cell: int | None = None) -> Markup:
    """Return a link to a notebook; nothing where it is no more."""
    source = project.root / path
    return link(source, text, cell) if path and source.is_file() else join()


def _find_cell(step: StepRun) -> int | None:
    return step.failure.cell if step.failure else None


def _at_cell(text: str, step: StepRun) -> str:
    cell = _find_cell(step)
    return f"{text} at cell {cell}" if cell else text
