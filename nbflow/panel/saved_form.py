"""The panel as plain HTML: what a saved notebook shows where there is no kernel."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from IPython.display import display
from markupsafe import Markup

from nbflow.base.text import say_count, say_seconds, say_when, shorten
from nbflow.errors import NbflowError
from nbflow.model import Step
from nbflow.panel.form_fields import Field, read_values
from nbflow.present import document as doc
from nbflow.present.html.markup import tag
from nbflow.present.run_lines import find_took
from nbflow.present.values import say_parameters, say_value
from nbflow.runs.fold import Run
from nbflow.runs.request_file import read_request
from nbflow.workspace.pipeline_folder import PipelineFolder

_NAME, _GIVEN = doc.Column("parameter"), doc.Column("in this run")
_DEFAULT, _ABOUT = doc.Column("default"), doc.Column("about")
_AFTER = (doc.Column("step"), doc.Column("state"), doc.Column("took", right=True))
_BEFORE = (doc.Column("step"), doc.Column("notebook"))


class SavedForm:
    """What a saved notebook shows of a panel; `draw` gives its HTML.

    A page that was loaded anew takes no update of it: what it says must stay true.
    """

    def __init__(self, draw: Callable[[], str]) -> None:
        self._draw = draw
        self._handle: Any = None
        self._shown: Any = None

    def show(self) -> None:
        self._handle = display(self._make(), raw=True, display_id=True)

    def update(self, run: Run | None, steps: Mapping[str, Step]) -> None:
        """Draw it again if the run is another one or is over, or if the steps changed."""
        shown = run and (run.id, run.status), steps
        if self._handle is not None and shown != self._shown:
            self._shown = shown
            self._handle.update(self._make(), raw=True)

    def _make(self) -> dict[str, str]:
        drawn = Markup(self._draw())  # noqa: S704 - escaped by its renderer
        return {"text/html": tag("div", drawn, class_="nbflow-still"), "text/plain": ""}


def read_saved(
    pipeline: PipelineFolder | None,
    name: str,
    steps: Mapping[str, Step],
    fields: Sequence[Field],
    run: Run | None,
) -> doc.Document:
    """Return the parameters with the values of the run, and the steps as the run left them.

    Of a run that goes on, only its start is told, because the notebook may be closed at its end.
    """
    over = run if run and run.status != "running" else None
    rows = tuple(_make_row(step, over) for step in steps.values())
    title = (doc.Span(name, "strong"), f": {say_count(len(steps), 'step')} · ", *_say_run(run))
    given = _read_values(pipeline, fields, steps, run) if fields else None
    return doc.make_document(
        doc.make_line(*title, kind="headline"),
        _make_values(fields, given) if fields else None,
        doc.Gap(),
        doc.Table(_AFTER if over else _BEFORE, rows) if steps else None,
    )


def _say_run(run: Run | None) -> Iterator[doc.Inline]:
    if run is None:
        yield "not run yet"
        return
    when = f", {say_when(run.started)}" if run.started else ""
    if run.status == "running":
        yield f"run {run.id} was going on when this was drawn{when}"
        return
    yield from (f"run {run.id} ", doc.StateMark(run.status), when)
    if run.parameters:
        yield f" · {say_parameters(run.parameters)}"


def _read_values(
    pipeline: PipelineFolder | None,
    fields: Sequence[Field],
    steps: Mapping[str, Step],
    run: Run | None,
) -> Mapping[str, Any] | None:
    """Return the forms that a run was given, by field; None where there is no run."""
    if pipeline is None or run is None:
        return None
    try:
        return read_values(fields, steps, read_request(pipeline, run.id))
    except NbflowError:  # its request was removed
        return run.parameters


def _make_values(fields: Sequence[Field], given: Mapping[str, Any] | None) -> doc.Table:
    if given is None:
        return doc.Table((_NAME, _DEFAULT, _ABOUT), tuple(map(_make_parameter, fields)))
    rows = []
    for field in fields:
        name, *rest = _make_parameter(field)
        rows.append((name, _say_given(field.key, given), *rest))
    return doc.Table((_NAME, _GIVEN, _DEFAULT, _ABOUT), tuple(rows))


def _say_given(key: str, given: Mapping[str, Any]) -> doc.Cell:
    if key not in given:
        return doc.Span("default", "dim")
    return doc.Span(shorten(say_value(given[key]), 60), "code")


def _make_parameter(field: Field) -> tuple[doc.Cell, ...]:
    one = field.parameter
    needed = doc.Span("needs a value", "dim")
    default = doc.Span(shorten(one.default, 60), "code") if one.default else needed
    return doc.Span(field.key, "code"), default, doc.Span(one.help, "dim")


def _make_row(step: Step, over: Run | None) -> tuple[doc.Cell, ...]:
    name = doc.Span(step.name, "strong")
    if over is None:
        return name, doc.Span(step.path, "dim")
    found = over.steps.get(step.name)
    if found is None:
        return name, doc.Span("not in this run", "dim"), ""
    return name, doc.StateMark(found.status), say_seconds(find_took(found.seconds, found.spent))
