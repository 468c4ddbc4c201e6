"""The line above the form: named sets of values to choose, save and remove."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import ipywidgets as w

from nbflow.project import Project
from nbflow.widget.models import build, hide
from nbflow.widget.valuesets import read_sets, remove_set, save_set

_DEFAULTS = "Defaults"


class ValueBar:
    """Chooses among the sets of a pipeline; `box` is what is shown.

    `take` shows a set's values in the form, `give` returns those that are in it, `guarded` runs
    a function and shows what it raises.
    """

    def __init__(
        self,
        take: Callable[[dict[str, Any]], None],
        give: Callable[[], dict[str, Any]],
        guarded: Callable[[Callable[[], None]], None],
    ) -> None:
        self._take, self._give = take, give
        self._project: Project | None = None
        self._sets: dict[str, dict[str, Any]] = {}
        self._choice = build(
            w.Dropdown, options=[_DEFAULTS], tooltip="A named set of values", css="nbflow-choice"
        )
        self._name = build(w.Text, placeholder="name for these values", continuous_update=False)
        save = build(
            w.Button, description="Save", icon="save", tooltip="Keep these values by a name"
        )
        self._remove = build(
            w.Button, icon="trash", tooltip="Remove this set of values", css="nbflow-icon"
        )
        label = build(w.HTML, '<span class="nbflow-label">Values</span>')
        self.box = build(
            w.HBox, [label, self._choice, self._remove, self._name, save], css="nbflow-line"
        )
        self._choice.observe(lambda _: guarded(self._use), "value")
        save.on_click(lambda _: guarded(self._save))
        self._remove.on_click(lambda _: guarded(self._drop))

    def show(self, project: Project) -> None:
        """Offer the sets of a pipeline; raises StoreError for a damaged file."""
        self._project = project
        self._offer(self._choice.value)

    def _offer(self, chosen: str) -> None:
        assert self._project is not None  # noqa: S101 - shown before
        self._sets = read_sets(self._project)
        options = [_DEFAULTS, *self._sets]
        if list(self._choice.options) != options:
            self._choice.options = options
        self._choice.value = chosen if chosen in options else _DEFAULTS
        hide(self._remove, unless=self._choice.value != _DEFAULTS)

    def _use(self) -> None:
        hide(self._remove, unless=self._choice.value != _DEFAULTS)
        self._take(self._sets.get(self._choice.value, {}))

    def _save(self) -> None:
        assert self._project is not None  # noqa: S101 - shown before
        name = self._name.value.strip() or self._choice.value
        save_set(self._project, "" if name == _DEFAULTS else name, self._give())
        self._name.value = ""
        self._offer(name)

    def _drop(self) -> None:
        assert self._project is not None  # noqa: S101 - shown before
        remove_set(self._project, self._choice.value)
        self._offer(_DEFAULTS)
