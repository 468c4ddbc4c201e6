"""The panel as plain HTML: what a saved notebook shows where there is no kernel."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from IPython.display import display
from markupsafe import Markup

from nbflow.errors import NbflowError
from nbflow.html.markup import dim, join, state, table, tag
from nbflow.html.style import frame
from nbflow.model import Step
from nbflow.present.values import say_parameters, say_value
from nbflow.project import Project
from nbflow.runs.fold import Run
from nbflow.runs.request import read_request
from nbflow.text import say_count, say_seconds, say_when, shorten
from nbflow.widget.fields import Field, read_values


class Still:
    """What a saved notebook shows of a panel; `draw` gives its HTML.

    A page that was loaded anew takes no update of it: what it says must stay true.
    """

    def __init__(self, draw: Callable[[], Markup]) -> None:
        self._draw = draw
        self._handle: Any = None
        self._shown: Any = None

    def show(self) -> None:
        self._handle = display(self._make(), raw=True, display_id=True)

    def update(self, run: Run | None, steps: Mapping[str, Step]) -> None:
        """Draw it again where the run is another one, or is over, or the steps are others."""
        shown = run and (run.id, run.status), steps
        if self._handle is not None and shown != self._shown:
            self._shown = shown
            self._handle.update(self._make(), raw=True)

    def _make(self) -> dict[str, str]:
        return {"text/html": tag("div", self._draw(), class_="nbflow-still"), "text/plain": ""}


def draw_saved(
    project: Project | None,
    name: str,
    steps: Mapping[str, Step],
    fields: Iterable[Field],
    run: Run | None,
) -> Markup:
    """Return the parameters with the values of the run, and the steps as it left them.

    Of a run that goes on only its begin is told: how it ends, nobody may be there to write down.
    """
    known = list(fields)
    over = run if run and run.status != "running" else None
    return frame(
        tag(
            "div",
            join(tag("b", name), f": {say_count(len(steps), 'step')} · ", _say_run(run)),
            class_="nb-head",
        ),
        _draw_values(known, _read_values(project, known, steps, run)) if known else None,
        table(
            ("step", "state", "took") if over else ("step", "notebook"),
            [_make_row(step, over) for step in steps.values()],
            right=2,
        )
        if steps
        else None,
        tag("div", dim("Run this cell to have the controls.")),
    )


def _say_run(run: Run | None) -> Markup:
    if run is None:
        return join("not run yet")
    when = f", {say_when(run.started)}" if run.started else ""
    if run.status == "running":
        return join(f"run {run.id} was going on when this was drawn{when}")
    said = f" · {say_parameters(run.parameters)}" if run.parameters else ""
    return join(f"run {run.id} ", state(run.status), when, said)


def _read_values(
    project: Project | None, fields: list[Field], steps: Mapping[str, Step], run: Run | None
) -> Mapping[str, Any] | None:
    """Return the forms that a run was given, by field; None where there is no run."""
    if project is None or run is None:
        return None
    try:
        return read_values(fields, steps, read_request(project, run.id))
    except NbflowError:  # what was asked for is gone
        return run.parameters


def _draw_values(fields: list[Field], given: Mapping[str, Any] | None) -> Markup:
    if given is None:
        return table(("parameter", "default", "about"), map(_make_parameter, fields))
    rows = (
        (name, _say_given(field.key, given), default, about)
        for field in fields
        for name, default, about in [_make_parameter(field)]
    )
    return table(("parameter", "in this run", "default", "about"), rows)


def _say_given(key: str, given: Mapping[str, Any]) -> Markup:
    if key not in given:
        return dim("default")
    return tag("code", shorten(say_value(given[key]), 60))


def _make_parameter(field: Field) -> tuple[Markup, Markup, Markup]:
    one = field.parameter
    default = tag("code", shorten(one.default, 60)) if one.default else dim("needs a value")
    return tag("code", field.key), default, join(dim(one.help))


def _make_row(step: Step, over: Run | None) -> tuple[str, ...]:
    name = tag("b", step.name)
    if over is None:
        return name, dim(step.path)
    found = over.steps.get(step.name)
    if found is None:
        return name, dim("not in this run"), ""
    return name, state(found.status), say_seconds(found.seconds)
