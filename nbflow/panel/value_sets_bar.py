"""The line above the form: named sets of values to choose, save and remove."""

from __future__ import annotations

from collections.abc import Callable

import ipywidgets as w

from nbflow.panel.form_values import CHANGED, DEFAULTS, FormValues
from nbflow.panel.widget_factory import build, hide
from nbflow.workspace.pipeline_folder import PipelineFolder


class ValueSetsBar:
    """Shows the sets of a pipeline's values; `box` is what is shown.

    `guarded` runs a function and shows what it raises; `say_missing` is given the keys of a set
    that no step has any more. If the form holds other values than the chosen set, the choice says
    so, and the set can be chosen again.
    """

    def __init__(
        self,
        values: FormValues,
        say_missing: Callable[[list[str]], None],
        guarded: Callable[[Callable[[], None]], None],
    ) -> None:
        self.pipeline: PipelineFolder | None = None
        self._values, self._say_missing = values, say_missing
        self._showing = False  # then a change of the choice is no click
        self._choice = build(
            w.Dropdown,
            options=[DEFAULTS],
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
        save = build(
            w.Button, description="Save", icon="save", tooltip="Keep these values by a name"
        )
        self._remove = build(
            w.Button, icon="trash", tooltip="Remove this set of values", css="nbflow-icon"
        )
        self.box = build(w.HBox, [self._choice, self._remove, self._name, save], css="nbflow-line")
        self._choice.observe(lambda change: guarded(lambda: self._use(change["new"])), "value")
        save.on_click(lambda _: guarded(self._save))
        self._remove.on_click(lambda _: guarded(self._drop))

    def show(self) -> None:
        """Show which set of values the form holds."""
        values = self._values
        options = [(name, name) for name in (DEFAULTS, *values.sets)]
        if values.choice == CHANGED:
            options.insert(0, (f"{values.chosen}, changed", CHANGED))
        self._showing = True
        with self._choice.hold_sync():
            if list(self._choice.options) != options:
                self._choice.options = options
            self._choice.value = values.choice
        self._showing = False
        hide(self._remove, unless=values.chosen != DEFAULTS)

    def _use(self, name: str) -> None:
        if not self._showing and name != CHANGED:
            self._say_missing(self._values.use_set(name))

    def _save(self) -> None:
        assert self.pipeline is not None  # noqa: S101 - shown before
        self._values.save_set(self.pipeline, self._name.value)
        self._name.value = ""

    def _drop(self) -> None:
        assert self.pipeline is not None  # noqa: S101 - shown before
        self._values.remove_set(self.pipeline)
