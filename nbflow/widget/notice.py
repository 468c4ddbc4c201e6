"""What the panel has to say: a message, an error, all problems of a pipeline."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path

import ipywidgets as w

from nbflow.errors import NbflowError, PipelineError
from nbflow.html.markup import tag
from nbflow.model import Problem
from nbflow.widget.links import Linked
from nbflow.widget.models import build, hide
from nbflow.widget.problems import draw_linked


class Notice:
    """A message and a list of problems; `boxes` are what is shown.

    Errors end here: what a callback raises would only reach the browser's console.
    """

    def __init__(self) -> None:
        self.root = Path()
        self._said = ""
        self._text, self._problems = build(w.HTML, css="nbflow-notice"), Linked()
        self.boxes = [self._text, self._problems.box]
        self.say("")

    @property
    def text(self) -> str:
        """The message as HTML, and the problems behind it."""
        return f"{self._text.value}{self._problems.shown}"

    def say(self, text: str, *, bad: bool = False) -> None:
        """Show a message instead of the one before; "" shows none."""
        self._said = text
        kind = "nbflow-box nbflow-bad" if bad else "nbflow-box"
        value = tag("div", text, class_=kind, role="alert") if text else ""
        if self._text.value != value:
            self._text.value = value
        hide(self._text, unless=text)

    def forget(self, start: str) -> None:
        """Take back a message that begins so."""
        if self._said.startswith(start):
            self.say("")

    def say_wrong(self, error: Exception) -> None:
        """Show an error in its words, the problems of a pipeline each with its cell."""
        if isinstance(error, PipelineError) and error.problems:
            self.list_problems(error.problems)
            return
        text = str(error) if isinstance(error, NbflowError) else f"{type(error).__name__}: {error}"
        self.say(text, bad=True)

    def list_problems(self, problems: Iterable[Problem]) -> None:
        """Show these problems instead of those before."""
        self._problems.show(draw_linked(problems, self.root))

    def guarded(self, act: Callable[[], None], *, quiet: bool = False) -> None:
        """Run a function and show what it raises; unless `quiet`, an earlier message goes."""
        try:
            if not quiet:
                self.say("")
            act()
        except Exception as error:  # noqa: BLE001 - the browser's console is no place for it
            self.say_wrong(error)
