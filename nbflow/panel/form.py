"""The form of a pipeline's parameters, grouped by step. A group is made when it is opened."""

from __future__ import annotations

import html
from collections.abc import Callable, Iterable, Mapping
from typing import Any

import ipywidgets as w

from nbflow.base.text import say_count, shorten
from nbflow.errors import ParameterError
from nbflow.model import Parameter
from nbflow.panel.form_fields import SHARED, Field
from nbflow.panel.form_inputs import UNSET, is_same, make_input
from nbflow.panel.form_values import FormValues, Held
from nbflow.panel.widget_factory import build, hide, set_class
from nbflow.present.problems import say_error_here
from nbflow.present.sentence_templates import say_range

_FLAT = 14  # fields up to which all groups stand open
_GROUPS = 20  # groups that are shown; the search finds the others


class Form:
    """Shows the fields of a pipeline; `box` is what is shown.

    `FormValues` keeps the values, because most controls of a large form are never made.
    """

    def __init__(self, values: FormValues) -> None:
        self.box = build(w.VBox, css="nbflow-form")
        self._values = values
        self._fields: list[Field] | None = None  # those that are drawn
        self._rows: dict[str, _Row] = {}
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

    def show(self) -> None:
        """Show the fields as they are now, and what they hold."""
        if self._fields != self._values.fields:
            self._fields, self._rows = self._values.fields, {}
            self._draw()
        for key, row in list(self._rows.items()):
            row.show(self._values.find(key))

    def show_wrong(self) -> None:
        """Show the first field whose text is no value."""
        found = (field for field in self._values.fields if field.key in self._values.wrong)
        field = next(found, None)
        if field is not None and self._is_large and field.group != self._opened:
            self._search.value = " ".join((field.parameter.name, *field.steps))

    @property
    def _is_large(self) -> bool:
        return len(self._values.fields) > _FLAT

    def _draw(self) -> None:
        words = self._search.value.lower().split()
        groups: dict[str, list[Field]] = {}
        for field in self._values.fields:
            if all(word in _find_text(field) for word in words):
                groups.setdefault(field.group, []).append(field)
        shown = dict(list(groups.items())[:_GROUPS])
        if self._is_large:
            self._groups.children = [self._make_accordion(shown)] if shown else []
        else:
            self._groups.children = [self._make_group(*group) for group in shown.items()]
        rest = len(groups) - len(shown)
        note = _note(
            f"{say_count(rest, 'more step')} with parameters: type above to find them"
            if rest
            else ""
            if shown
            else "No parameter fits."
            if self._values.fields
            else "This pipeline has no parameters."
        )
        search = [self._search] if self._is_large else []
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
                row = self._rows[field.key] = _Row(field, self._values.take)
                row.show(self._values.find(field.key))
            made.append(row.box)
        return made


class _Row:
    """A field: its label, its control, a button for the default, and its help or what is wrong."""

    def __init__(self, field: Field, take: Callable[..., None]) -> None:
        self._field, self._take = field, take
        self._input = make_input(field.parameter, field.default)
        self._back = build(
            w.Button, icon="undo", tooltip="Back to the default", css="nbflow-back nbflow-unseen"
        )
        self._back.on_click(lambda _: self._input.show(UNSET))
        self._note = build(w.HTML)
        control = build(w.HBox, [self._input.box, self._back])
        self._input.box.add_class("nbflow-control")
        self._input.control.description = field.parameter.name  # for screen readers
        self._input.control.add_class("nbflow-quiet")
        self.box = build(
            w.HBox,
            [build(w.HTML, _make_label(field)), build(w.VBox, [control, self._note])],
            css="nbflow-field",
        )
        self._input.control.observe(lambda _: self._take(field.key, *self._read()), "value")
        self._say(UNSET, "")

    def show(self, held: Held) -> None:
        """Show what the field holds; a text that is no value is shown already."""
        form, wrong = held
        shown, unfit = self._read()
        if not wrong and (unfit or not is_same(shown, form)):
            self._input.show(form)
        self._say(*self._read())

    def _read(self) -> Held:
        try:
            return self._input.read(), ""
        except ParameterError as error:
            return UNSET, say_error_here(error)

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
    title = html.escape(f"{one.name}: {one.type}" if str(one.type) else one.name)
    return f'<label class="nbflow-label" title="{title}">{html.escape(one.name)}{needed}</label>'


def _make_help(field: Field) -> str:
    one = field.parameter
    parts = [one.help] if one.help else []
    if one.type.bounds and not (one.help and ".." in one.help):
        parts.append(say_range(one.type.bounds))
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
