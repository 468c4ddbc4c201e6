"""The panel as plain HTML: what a saved notebook shows where there is no kernel."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from IPython.display import display

from nbflow import words
from nbflow.html.markup import Markup, dim, join, state, table, tag
from nbflow.html.style import frame
from nbflow.model import Step
from nbflow.runlog import Run
from nbflow.widget.fields import Field

# JupyterLab says so itself, in red, where the panel's models ended with their kernel.
_STYLE = ".jp-OutputArea:has(.nbflow-still) .jupyter-widgets:not(:has(*)){display:none}"


class Still:
    """What a saved notebook shows of a panel; `draw` gives its HTML."""

    def __init__(self, draw: Callable[[], str]) -> None:
        self._draw = draw
        self._handle: Any = None
        self._shown: Any = None

    def show(self) -> None:
        self._handle = display(self._make(), raw=True, display_id=True)

    def update(self, run: Run | None) -> None:
        """Draw it again where the run is another one, or has come further."""
        state = run and (run.id, run.status)
        if self._handle is not None and state != self._shown:
            self._shown = state
            self._handle.update(self._make(), raw=True)

    def _make(self) -> dict[str, str]:
        html = join(tag("style", Markup(_STYLE)), Markup(self._draw()))
        return {"text/html": str(tag("div", html, class_="nbflow-still")), "text/plain": ""}


def draw_saved(
    name: str,
    steps: Mapping[str, Step],
    fields: Iterable[Field],
    forms: Mapping[str, Any],
    run: Run | None,
) -> str:
    """Return the parameters with their values, and the steps as the last run left them."""
    values = [_make_value(field, forms) for field in fields]
    states = run.steps if run else {}
    rows = [
        (tag("b", one), state(states[one].status if one in states else "waiting"),
         words.say_seconds(states[one].seconds) if one in states else "")
        for one in steps
    ]  # fmt: skip
    last = f" · {_say_run(run)}" if run else " · not run yet"
    return frame(
        tag(
            "div",
            tag("b", name),
            f": {words.say_count(len(steps), 'step')}{last}",
            class_="nb-head",
        ),
        table(("parameter", "value", "about"), values) if values else None,
        table(("step", "state", "took"), rows, right=2) if rows else None,
        tag("div", dim("Run this cell to have the controls.")),
    )


def _say_run(run: Run) -> str:
    when = f", {words.say_when(run.started)}" if run.started else ""
    return f"run {run.id} {words.say_state(run.status)}{when}"


def _make_value(field: Field, forms: Mapping[str, Any]) -> tuple[Markup, Markup, Markup]:
    one = field.parameter
    chosen = field.key in forms
    value = words.say_value(forms[field.key]) if chosen else one.default or "needs a value"
    return tag("code", field.key), tag("code", words.shorten(value, 60)), join(dim(one.help))
