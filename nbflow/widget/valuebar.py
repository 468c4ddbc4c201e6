"""The line above the form: named sets of values to choose, save and remove."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import ipywidgets as w

from nbflow.project import Project
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
        self._choice = w.Dropdown(options=[_DEFAULTS], tooltip="A named set of values")
        self._choice.add_class("nbflow-choice")
        self._name = w.Text(placeholder="name for these values", continuous_update=False)
        save = w.Button(description="Save", icon="save", tooltip="Keep these values by a name")
        self._remove = w.Button(icon="trash", tooltip="Remove this set of values")
        self._remove.add_class("nbflow-icon")
        label = w.HTML('<span class="nbflow-label">Values</span>')
        self.box = w.HBox([label, self._choice, self._remove, self._name, save])
        self.box.add_class("nbflow-line")
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
        self._remove.layout.display = "" if self._choice.value != _DEFAULTS else "none"

    def _use(self) -> None:
        self._remove.layout.display = "" if self._choice.value != _DEFAULTS else "none"
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
