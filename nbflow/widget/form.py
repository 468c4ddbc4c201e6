"""The form of a pipeline's parameters, grouped by step; a group is made when it is opened."""

from __future__ import annotations

import html
from collections.abc import Callable, Iterable, Mapping
from typing import Any

import ipywidgets as w

from nbflow.errors import ParameterError
from nbflow.model import Parameter
from nbflow.present.problem_cases import say_range
from nbflow.present.problems import say_error_here
from nbflow.text import say_count, shorten
from nbflow.widget.fields import SHARED, Field
from nbflow.widget.inputs import UNSET, make_input
from nbflow.widget.models import build, hide, set_class

_FLAT = 14  # fields up to which all groups stand open
_GROUPS = 20  # shown at a time, of more the search finds the others


class UnfitError(ParameterError):
    """Values in the form that do not fit: each field says why."""


class Form:
    """The fields of a pipeline; `box` is what is shown, `values` what was chosen.

    Values are kept apart from the controls: most of a large form's were never made.
    """

    def __init__(self, changed: Callable[[], None] = lambda: None) -> None:
        self.box = build(w.VBox, css="nbflow-form")
        self._changed = changed
        self._fields: list[Field] = []
        self._forms: dict[str, Any] = {}  # by key: what differs from the default
        self._wrong: dict[str, str] = {}  # by key: why a control's value does not fit
        self._rows: dict[str, _Row] = {}
        self._showing = False  # what changes then is told once
        self._opened: str | None = None  # the group of an accordion that stands open
        self._search = build(
            w.Text,
            placeholder="Find a parameter or a step",
            description="Find a parameter or a step",
            continuous_update=False,
            css="nbflow-search nbflow-quiet",
        )
        self._search.observe(lambda _: self._draw(), "value")
        self._groups = build(w.VBox)

    def show_fields(self, fields: list[Field]) -> None:
        """Show these fields; what was chosen stays where the field is still there."""
        if fields == self._fields:
            return
        known = {field.key for field in fields}
        self._fields = fields
        self._forms = {key: form for key, form in self._forms.items() if key in known}
        self._wrong, self._rows = {}, {}
        self._draw()
        self._changed()

    def show_values(self, forms: Mapping[str, Any]) -> list[str]:
        """Choose these values and the defaults for the rest; return the keys that are not there."""
        known = {field.key: field for field in self._fields}
        self._wrong = {}
        self._forms = {
            key: form
            for key, form in forms.items()
            if key in known and not _same(form, known[key].default)
        }
        self._showing = True
        for key, row in list(self._rows.items()):
            row.show(self._forms.get(key, UNSET))
        self._showing = False
        self._changed()
        return [key for key in forms if key not in known]

    @property
    def fields(self) -> list[Field]:
        return self._fields

    @property
    def values(self) -> dict[str, Any]:
        """The JSON forms that differ from the defaults, by key."""
        return dict(self._forms)

    @property
    def problems(self) -> list[str]:
        """The parameters whose values in the form do not fit: their fields say why."""
        return list(self._wrong)

    def refuse(self) -> None:
        """Raise ParameterError for values that do not fit; the first one's field is shown."""
        found = (field for field in self._fields if field.key in self._wrong)
        field = next(found, None)
        if field is not None and len(self._fields) > _FLAT and field.group != self._opened:
            self._search.value = " ".join((field.parameter.name, *field.steps))
        raise UnfitError(f"Does not fit yet, see below: {', '.join(self._wrong)}.")

    def _draw(self) -> None:
        words = self._search.value.lower().split()
        groups: dict[str, list[Field]] = {}
        for field in self._fields:
            if all(word in _find_text(field) for word in words):
                groups.setdefault(field.group, []).append(field)
        shown = dict(list(groups.items())[:_GROUPS])
        if len(self._fields) <= _FLAT:
            self._groups.children = [self._make_group(*group) for group in shown.items()]
        else:
            self._groups.children = [self._make_accordion(shown)] if shown else []
        rest = len(groups) - len(shown)
        note = _note(
            f"{say_count(rest, 'more step')} with parameters: type above to find them"
            if rest
            else ""
            if shown
            else "No parameter fits."
            if self._fields
            else "This pipeline has no parameters."
        )
        search = [self._search] if len(self._fields) > _FLAT else []
        self.box.children = [*search, self._groups, *note]

    def _make_group(self, group: str, fields: list[Field]) -> Any:
        return build(w.VBox, [_make_heading(group), *self._make_rows(fields)], css="nbflow-group")

    def _make_accordion(self, groups: Mapping[str, list[Field]]) -> Any:
        """Return a closed group for each step; its fields are made when it is opened."""
        boxes = [build(w.VBox) for _ in groups]
        accordion = build(w.Accordion, boxes, titles=tuple(map(_say_group, groups.items())))

        def fill(change: Any) -> None:
            at = change["new"]
            self._opened = None if at is None else list(groups)[at]
            if at is not None and not boxes[at].children:
                boxes[at].children = self._make_rows(list(groups.values())[at])

        accordion.observe(fill, "selected_index")
        accordion.selected_index = 0
        return accordion

    def _make_rows(self, fields: Iterable[Field]) -> list[Any]:
        made = []
        for field in fields:
            row = self._rows.get(field.key)
            if row is None:
                row = self._rows[field.key] = _Row(field, self._take)
                row.show(self._forms.get(field.key, UNSET))
            made.append(row.box)
        return made

    def _take(self, key: str, form: Any, wrong: str) -> None:
        self._wrong.pop(key, None)
        self._forms.pop(key, None)
        if wrong:
            self._wrong[key] = wrong
        elif form is not UNSET:
            self._forms[key] = form
        if not self._showing:
            self._changed()


class _Row:
    """A field's label, control, way back to the default, and its help or what is wrong."""

    def __init__(self, field: Field, take: Callable[[str, Any, str], None]) -> None:
        self._field, self._take = field, take
        self._input = make_input(field.parameter, field.default)
        self._back = build(
            w.Button, icon="undo", tooltip="Back to the default", css="nbflow-back nbflow-unseen"
        )
        self._back.on_click(lambda _: self._input.show(UNSET))
        self._note = build(w.HTML)
        control = build(w.HBox, [self._input.box, self._back])
        self._input.box.add_class("nbflow-control")
        self._input.control.description = field.parameter.name  # for who hears the panel
        self._input.control.add_class("nbflow-quiet")
        self.box = build(
            w.HBox,
            [build(w.HTML, _make_label(field)), build(w.VBox, [control, self._note])],
            css="nbflow-field",
        )
        self._input.control.observe(lambda _: self._read(), "value")
        self._say(UNSET, "")

    def show(self, form: Any) -> None:
        self._input.show(form)
        self._read()

    def _read(self) -> None:
        form, wrong = UNSET, ""
        try:
            form = self._input.read()
        except ParameterError as error:
            wrong = say_error_here(error)
        self._say(form, wrong)
        self._take(self._field.key, form, wrong)

    def _say(self, form: Any, wrong: str) -> None:
        changed = form is not UNSET or bool(wrong)
        set_class(self._back, "nbflow-unseen", wanted=not changed)
        help_text = html.escape(_make_help(self._field))
        self._note.value = (
            f'<div class="nbflow-wrong" role="alert">{html.escape(wrong)}</div>'
            if wrong
            else f'<div class="nbflow-help">{help_text}</div>'
        )
        hide(self._note, unless=wrong or help_text)


def _make_label(field: Field) -> str:
    one = field.parameter
    needed = ' <span class="nbflow-needed" title="has no default">*</span>' if one.required else ""
    title = html.escape(f"{one.name}: {one.type}" if one.type else one.name)
    return f'<label class="nbflow-label" title="{title}">{html.escape(one.name)}{needed}</label>'


def _make_help(field: Field) -> str:
    one = field.parameter
    parts = [one.help] if one.help else []
    if one.bounds and not (one.help and ".." in one.help):
        parts.append(say_range(one.bounds))
    return " · ".join(parts)


def _make_heading(group: str) -> Any:
    text = html.escape(group) if group != SHARED else "Shared by several steps"
    return build(w.HTML, f'<div class="nbflow-heading">{text}</div>')


def _say_group(group: tuple[str, list[Field]]) -> str:
    name, fields = group
    names = shorten(", ".join(field.parameter.name for field in fields), 60)
    return f"{name or 'Shared by several steps'}  ·  {names}"


def _find_text(field: Field) -> str:
    one: Parameter = field.parameter
    return " ".join((one.name, one.help, *field.steps)).lower()


def _note(text: str) -> list[Any]:
    return [build(w.HTML, f'<div class="nbflow-help">{html.escape(text)}</div>')] if text else []


def _same(one: Any, other: Any) -> bool:
    return bool(one == other and type(one) is type(other))
