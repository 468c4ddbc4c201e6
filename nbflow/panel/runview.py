"""A run as a panel shows it: first line, buttons, graph, list, the step that is chosen."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from nbflow.model import Scan
from nbflow.panel.busy import Busy
from nbflow.panel.buttons import Buttons
from nbflow.panel.choice import Choice
from nbflow.panel.detail import Detail
from nbflow.panel.estimate import Foresight
from nbflow.panel.fields import Field
from nbflow.panel.graph import Graph
from nbflow.panel.head import draw_head
from nbflow.panel.saved import Still, draw_saved
from nbflow.panel.steps import Steps
from nbflow.planning import Plan
from nbflow.present.nodes import make_planned_states, make_run_states
from nbflow.runs.fold import Run
from nbflow.runs.follow import Followed
from nbflow.workspace.project import Project

_AGEING = 30  # seconds after which ages are told anew


@dataclass(frozen=True)
class Parts:
    """What of a panel shows its run."""

    head: Any
    buttons: Buttons
    graph: Graph
    steps: Steps
    detail: Detail
    busy: Busy


class RunView:
    """Draws a run in the parts of a panel; only what changed is sent.

    `turned` is called when a run has begun or is over: with whether it was seen to begin.
    """

    def __init__(self, parts: Parts, turned: Callable[[bool], None]) -> None:
        self.tail: Followed | None = None
        self.stopping = ""
        self.choice = Choice(parts.graph, parts.steps, parts.detail)
        self.still = Still(self.draw_still)
        self._parts, self._turned = parts, turned
        self._project: Project | None = None
        self._scan, self._fields, self._name = Scan({}), list[Field](), ""
        self._foresight = Foresight()
        self._seen: tuple[Any, ...] = ()
        self._drawn: tuple[Any, ...] = ()  # what of the run the graph shows
        self._planned = False  # whether the graph shows a plan instead
        self._was_live = False

    def read(self, project: Project | None, name: str, scan: Scan, fields: Sequence[Field]) -> None:
        """Take what the panel has read of the notebooks."""
        self._project, self._name, self._scan, self._fields = project, name, scan, list(fields)
        self._seen = ()

    @property
    def run(self) -> Run | None:
        """The run that is shown, as it can be foreseen; None where there is none."""
        run = self.tail.run if self.tail else None
        return self._foresight.look(self._project, run) if run and run.steps else None

    def draw_still(self) -> str:
        run = self.tail.run if self.tail else None
        return draw_saved(self._project, self._name, self._scan.steps, self._fields, run)

    def draw_again(self) -> None:
        """Draw all when next a run is shown, the graph too."""
        self._seen = self._drawn = ()

    def show(self, tail: Followed | None) -> str:
        """Show the run as it is now, and return what else is to be said of it."""
        shown = self.tail
        if tail is not shown:
            self.tail, self._seen, self.stopping = tail, (), ""
        run, now = self.run, time.time()
        live = run is not None and run.status == "running"
        age = int(now if live else now // _AGEING)
        seen = (tail and tail.version, age, self._parts.busy.doing, self.stopping, self.choice.name)
        if seen == self._seen:
            return ""
        before, self._seen = self._seen, seen
        self.show_state()
        self.still.update(run, self._scan.steps)
        self._show_steps(run, now)
        removed = shown is not None and shown.removed
        if removed:
            self._parts.graph.states, self._drawn = {}, ()
        if self._project is not None:
            self._parts.detail.show(self._project, tail, run, self.choice.name)
        if live != self._was_live:
            self._was_live = live
            self._turned(live and not before)
        return f"Run {shown.run.id} was removed." if removed and shown is not None else ""

    def show_plan(self, plan: Plan) -> None:
        """Show in the graph what a plan says, until a run goes on."""
        if self.tail is None or not self.tail.live:
            self._parts.graph.states = make_planned_states(plan.outside | plan.steps)
            self._planned = True

    def show_state(self) -> None:
        """Show the first line and which buttons can be clicked."""
        run, doing = self.run, self._parts.busy.doing
        live = run is not None and run.status == "running"
        head = draw_head(self._name, run, time.time(), doing or (self.stopping if live else ""))
        if self._parts.head.value != head:
            self._parts.head.value = head
        usable, stopping = bool(self._scan.steps), bool(self.stopping)
        self._parts.buttons.show(run, usable=usable, busy=bool(doing), stopping=stopping)

    def _show_steps(self, run: Run | None, now: float) -> None:
        parts = self._parts
        if run is None:
            parts.steps.show_names(list(self._scan.steps))
            return
        drawn = (run.id, run.seq, run.status)
        if self._drawn != drawn or not self._planned:  # else a plan stays as it is drawn
            self._planned, self._drawn = False, drawn
            parts.graph.states = make_run_states(run.steps, now)
        self.choice.follow(run.steps)
        parts.steps.show(run, now)
