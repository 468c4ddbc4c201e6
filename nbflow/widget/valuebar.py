"""The line above the form: named sets of values to choose, save and remove."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import ipywidgets as w

from nbflow.errors import ParameterError
from nbflow.project import Project
from nbflow.widget.form import Form
from nbflow.widget.models import build, hide
from nbflow.widget.valuesets import read_sets, remove_set, save_set

_DEFAULTS = "Defaults"
_CHANGED = ""  # the choice where the form holds no set's values; no set has this name


class ValueBar:
    """Chooses among the sets of a pipeline; `box` is what is shown.

    `take` shows a set's values in the form, `guarded` runs a function and shows what it raises.
    Where the form no longer holds the values of the chosen set, the choice says so, and the set
    can be chosen again.
    """

    def __init__(
        self,
        form: Form,
        take: Callable[[dict[str, Any]], None],
        guarded: Callable[[Callable[[], None]], None],
    ) -> None:
        self._form, self._take = form, take
        self._project: Project | None = None
        self._sets: dict[str, dict[str, Any]] = {}
        self._chosen = _DEFAULTS
        self._held: dict[str, Any] = {}  # the values of the chosen set, as the form holds them
        self._showing = False  # what the choice says then is no click
        self._choice = build(
            w.Dropdown,
            options=[_DEFAULTS],
            description="Values",
            tooltip="A named set of values",
            css="nbflow-choice nbflow-named",
        )
        self._name = build(
            w.Text,
            placeholder="name for these values",
            description="Name for these values",
            continuous_update=False,
            css="nbflow-quiet",
        )
        self._save_button = build(
            w.Button, description="Save", icon="save", tooltip="Keep these values by a name"
        )
        self._remove = build(
            w.Button, icon="trash", tooltip="Remove this set of values", css="nbflow-icon"
        )
        self.box = build(
            w.HBox,
            [self._choice, self._remove, self._name, self._save_button],
            css="nbflow-line",
        )
        self._choice.observe(lambda change: guarded(lambda: self._use(change["new"])), "value")
        self._save_button.on_click(lambda _: guarded(self._save))
        self._remove.on_click(lambda _: guarded(self._drop))

    def show(self, project: Project) -> None:
        """Offer the sets of a pipeline; raises StoreError for a damaged file."""
        self._project = project
        self._sets = read_sets(project)
        if self._chosen not in self._sets:
            self._chosen, self._held = _DEFAULTS, {}
        self.show_choice()

    def show_choice(self) -> None:
        """Say whose values the form holds: called when they change."""
        if self._showing:
            return
        values, wrong = self._form.values, bool(self._form.problems)
        if self._held and not values and not wrong:
            self._chosen, self._held = _DEFAULTS, {}
        changed = wrong or values != self._held
        options = [(name, name) for name in (_DEFAULTS, *self._sets)]
        if changed:
            options.insert(0, (f"{self._chosen}, changed", _CHANGED))
        self._showing = True
        with self._choice.hold_sync():
            if list(self._choice.options) != options:
                self._choice.options = options
            self._choice.value = _CHANGED if changed else self._chosen
        self._showing = False
        hide(self._remove, unless=self._chosen != _DEFAULTS)

    def _use(self, name: str) -> None:
        if self._showing or name == _CHANGED:
            return
        self._showing = True
        try:
            self._take(self._sets.get(name, {}))
        finally:
            self._showing = False
        self._chosen, self._held = name, self._form.values
        self.show_choice()

    def _save(self) -> None:
        assert self._project is not None  # noqa: S101 - shown before
        name = _check_name(self._name.value.strip(), self._chosen)
        if self._form.problems:
            raise ParameterError("Not saved: correct the value in red first.")
        save_set(self._project, name, self._form.values)
        self._name.value = ""
        self._chosen, self._held = name, self._form.values
        self.show(self._project)

    def _drop(self) -> None:
        """Remove the chosen set; what the form holds stays."""
        assert self._project is not None  # noqa: S101 - shown before
        remove_set(self._project, self._chosen)
        self.show(self._project)


def _check_name(typed: str, chosen: str) -> str:
    """Return the name to save by: the chosen set's where none is typed."""
    if typed.casefold() == _DEFAULTS.casefold():
        raise ParameterError(
            f"“{_DEFAULTS}” always stands for the values in the notebooks. Type another name."
        )
    if not typed and chosen == _DEFAULTS:
        raise ParameterError("Type a name for these values, beside “Save”.")
    return typed or chosen
