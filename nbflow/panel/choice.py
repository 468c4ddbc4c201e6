"""Which step is shown: in the graph, in the list, in detail."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from nbflow.runs.fold import StepRun

_TELLING = {"running", "failed"}  # steps that are worth to be looked at by themselves


class Choice:
    """The step that is shown; `name` is "" for none."""

    def __init__(self, graph: Any, steps: Any, detail: Any) -> None:
        self.name = ""
        self._by_hand = False
        self._graph, self._steps, self._detail = graph, steps, detail

    def take(self, name: str) -> None:
        """Show a step that somebody chose: it stays shown, whatever others do."""
        self._by_hand = bool(name)
        self.show(name)

    def forget(self) -> None:
        """Show none: another run begins."""
        self._by_hand = False
        self.show("")

    def follow(self, steps: Mapping[str, StepRun]) -> None:
        """Show the step that failed, else one that runs, as long as nobody chose one."""
        if self._by_hand:
            return
        by_status = {step.status: name for name, step in reversed(list(steps.items()))}
        wanted = by_status.get("failed") or by_status.get("running")
        current = steps.get(self.name)
        if wanted and (current is None or current.status not in _TELLING):
            self.show(wanted)

    def show(self, name: str) -> None:
        self.name = name
        self._graph.selected = name
        self._steps.mark(name)
        self._detail.choose(name)
