"""The choice of steps to run: all, up to some, from some on, or only some."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

import ipywidgets as w

from nbflow.errors import UnknownNameError
from nbflow.model import Request
from nbflow.panel.widget_factory import HIDDEN, build, hide
from nbflow.planning.selection import select

ALL, TO, FROM, ONLY = "all", "to", "from", "only"
_MODES = [("All steps", ALL), ("Up to …", TO), ("From … on", FROM), ("Only …", ONLY)]


class Selection:
    """The choice of steps; `box` is what is shown."""

    def __init__(self, changed: Callable[[], None]) -> None:
        self._changed = changed
        self._mode = build(
            w.Dropdown,
            options=_MODES,
            value=ALL,
            description="Which steps to run",
            tooltip="Which steps to run",
            css="nbflow-mode nbflow-quiet",
        )
        self._names = build(
            w.TagsInput,
            allow_duplicates=False,
            placeholder="click in the graph, or type",
            css=f"nbflow-names {HIDDEN}",
        )
        self.box = build(w.HBox, [self._mode, self._names], css="nbflow-selection")
        self._mode.observe(lambda _: self._show(), "value")
        self._names.observe(lambda _: changed(), "value")

    @property
    def mode(self) -> str:
        return str(self._mode.value)

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(self._names.value) if self.mode != ALL else ()

    def show_steps(self, steps: Iterable[str]) -> None:
        """Offer these steps; steps that were removed are no longer chosen."""
        known = list(steps)
        self._names.allowed_tags = []  # while the names change
        self._names.value = [name for name in self._names.value if name in known]
        self._names.allowed_tags = known

    def show(self, request: Request) -> None:
        """Show what a request asks for."""
        asked = {TO: request.to, FROM: request.from_, ONLY: request.only}
        mode = next((mode for mode, names in asked.items() if names), ALL)
        known = set(self._names.allowed_tags)
        self._names.value = [name for name in asked.get(mode, ()) if name in known]
        self._mode.value = mode

    def toggle(self, name: str) -> bool:
        """Choose a step, or no longer choose it; return False if no steps are being chosen."""
        if self.mode == ALL or name not in self._names.allowed_tags:
            return False
        chosen = list(self._names.value)
        kept = [one for one in chosen if one != name]
        self._names.value = kept if name in chosen else [*chosen, name]
        return True

    @property
    def is_open(self) -> bool:
        """Tell whether some steps are to be chosen and none is."""
        return self.mode != ALL and not self.names

    def make_request(self) -> dict[str, Any]:
        """Return the fields of a Request."""
        return {} if self.mode == ALL else {_FIELDS[self.mode]: self.names}

    def find_marked(self, parents: Mapping[str, set[str]]) -> list[str]:
        """Return the steps that would run; none if all would."""
        if not self.names:
            return []
        try:
            return sorted(select(parents, Request(**self.make_request())))
        except UnknownNameError:
            return []

    def _show(self) -> None:
        hide(self._names, unless=self.mode != ALL)
        self._changed()


_FIELDS = {TO: "to", FROM: "from_", ONLY: "only"}
