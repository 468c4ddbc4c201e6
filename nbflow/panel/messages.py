"""The messages of the panel: a text, an error, the problems of a pipeline."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path

import ipywidgets as w

from nbflow.errors import NbflowError, PipelineError
from nbflow.model import Problem
from nbflow.panel.linked_html import LinkedHtml
from nbflow.panel.widget_factory import build, hide
from nbflow.present.document import Document, make_document, make_line
from nbflow.present.frontends import spelled_for
from nbflow.present.html.markup import tag
from nbflow.present.html.render import draw
from nbflow.present.pages.pipelines import make_problems


class Messages:
    """A message and a list of problems; `boxes` are what is shown.

    Errors end here, because what a callback raises would only reach the browser's console.
    """

    def __init__(self) -> None:
        self.root = Path()
        self._said, self._listed = "", list[Problem]()
        self._error: Exception | None = None  # what the message is about
        self._text, self._problems = build(w.HTML, css="nbflow-notice"), LinkedHtml()
        self.boxes = [self._text, self._problems.box]
        self.say("")

    @property
    def text(self) -> str:
        """The message as HTML, and the problems behind it."""
        return f"{self._text.value}{self._problems.shown}"

    def make_page(self) -> Document:
        """Return the message and the problems."""
        said = make_line(self._said) if self._said else None
        return make_document(said, *make_problems(self._listed, self.root))

    def say(self, text: str, *, error: Exception | None = None, bad: bool = False) -> None:
        """Show a message instead of the one before; "" shows none."""
        self._said, self._error = text, error
        kind = "nbflow-box nbflow-bad" if bad else "nbflow-box"
        value = tag("div", text, class_=kind, role="alert") if text else ""
        if self._text.value != value:
            self._text.value = value
        hide(self._text, unless=text)

    def forget(self, kind: type[Exception]) -> None:
        """Take back a message about an error of this kind."""
        if isinstance(self._error, kind):
            self.say("")

    @spelled_for("notebook")
    def say_wrong(self, error: Exception, *, asked: bool = False) -> None:
        """Show an error; the problems of a pipeline are listed with their cells.

        If a person `asked` for something, say that nothing was done, even if the list is the same.
        """
        if isinstance(error, PipelineError) and error.problems:
            self.list_problems(error.problems)
            if asked:
                said = "Nothing was done: correct what is listed here first."
                self.say(said, error=error, bad=True)
            return
        text = str(error) if isinstance(error, NbflowError) else f"{type(error).__name__}: {error}"
        self.say(text, error=error, bad=True)

    @spelled_for("notebook")
    def list_problems(self, problems: Iterable[Problem]) -> None:
        """Show these problems instead of those before."""
        self._listed = list(problems)
        self._problems.show(draw(*make_problems(self._listed, self.root)))

    def guarded(self, act: Callable[[], None], *, quiet: bool = False, asked: bool = False) -> None:
        """Run a function and show what it raises; unless `quiet`, an earlier message goes."""
        try:
            if not quiet:
                self.say("")
            act()
        except Exception as error:  # noqa: BLE001 - the browser's console is no place for it
            self.say_wrong(error, asked=asked)
