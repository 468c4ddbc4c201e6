"""The half of a panel that shows a run: keeps what is known, and draws the view of it."""

from __future__ import annotations

import contextlib
import threading
import time
from collections.abc import Callable
from typing import Any

import ipywidgets as w
from msgspec.structs import replace

from nbflow.errors import NbflowError
from nbflow.panel.buttons import Buttons
from nbflow.panel.forecast import foresee
from nbflow.panel.graph import Graph
from nbflow.panel.run_state import Known, follow_steps, make_view
from nbflow.panel.status_line import draw_head
from nbflow.panel.step_detail import ENDED, StepDetail, read_left
from nbflow.panel.step_list import StepList
from nbflow.panel.widget_factory import build
from nbflow.runs.fold import Run
from nbflow.runs.follow import Followed
from nbflow.runs.request_file import read_request
from nbflow.workspace.pipeline_folder import PipelineFolder

_AGEING = 30  # seconds after which ages are told anew


class RunPage:
    """Shows a run in widgets, which send only what changed.

    `later` runs a function in a thread; `choose` is called with a step that was clicked; `turned`
    when a run has begun or is over, with whether it was seen to begin.
    """

    def __init__(
        self,
        buttons: Buttons,
        choose: Callable[[str], None],
        later: Callable[[Callable[[], None]], None],
        turned: Callable[[bool], None],
    ) -> None:
        self.known = Known()
        self.tail: Followed | None = None
        self.pipeline: PipelineFolder | None = None
        self.head, self.graph = build(w.HTML), build(Graph)
        self.steps = StepList(choose)
        self.detail = StepDetail(choose, later, self.graph.follow)
        split = [self.steps.box, *self.detail.boxes]
        self.box = build(w.VBox, split, css="nbflow-split")
        self._buttons, self._later, self._turned = buttons, later, turned
        self._keep_going = False  # whether the run goes on after a failure
        self._seen: tuple[Any, ...] = ()
        self._asked: tuple[Any, ...] = ()  # the step whose results are read or were read
        self._lock = threading.RLock()

    @property
    def is_live(self) -> bool:
        return self.known.run is not None and self.known.run.status == "running"

    def change(self, **changes: Any) -> None:
        """Draw what is another since these facts changed."""
        with self._lock:
            self.known = replace(self.known, **changes)
            self._draw()

    def choose(self, name: str, *, by_hand: bool = True) -> None:
        """Show a step, "" for none; one that a person chose stays, whatever other steps do."""
        tail = self.tail
        printed = tail.read_printed(name) if tail and name else (0, [])
        self.change(
            chosen=name,
            by_hand=by_hand and bool(name),
            printed=(printed[0], tuple(printed[1])),
        )

    def show(self, tail: Followed | None) -> str:
        """Show the run as it is now, and return what else is to be said of it."""
        with self._lock:
            before, was_live, first = self.tail, self.is_live, not self._seen
            if tail is not before:
                self._follow(tail)
            if self._is_seen(tail):
                return ""
            run = self._find_run(tail)
            known = replace(self.known, run=run)
            if _identify(run) != _identify(self.known.run):
                known = replace(known, plan=None)
            self.known = known
            self.choose(follow_steps(known), by_hand=known.by_hand)
        if self.is_live != was_live:
            self._turned(self.is_live and not first)
        removed = before is not None and before.removed
        return f"Run {before.run.id} was removed." if before and removed else ""

    def _follow(self, tail: Followed | None) -> None:
        self.tail, self._keep_going = tail, False
        self.known = replace(self.known, stopping=False)
        if tail is not None and self.pipeline is not None:
            with contextlib.suppress(NbflowError):
                self._keep_going = read_request(self.pipeline, tail.run.id).keep_going

    def _is_seen(self, tail: Followed | None) -> bool:
        """Tell whether nothing changed since the last time; what runs changes each second."""
        age = int(time.time() / (1 if tail and tail.live else _AGEING))
        seen = (tail, tail and tail.version, age)
        same = seen == self._seen
        self._seen = seen
        return same

    def _find_run(self, tail: Followed | None) -> Run | None:
        """Return the run as it can be foreseen; None where there is none, or it was removed."""
        if tail is None or not tail.run.steps or tail.removed:
            return None
        return foresee(tail.run, keep_going=self._keep_going)

    def _draw(self) -> None:
        self._read_left()
        view = make_view(self.known, time.time())
        self.head.value = draw_head(view.head)
        self._buttons.show(view.enabled)
        self.graph.states = view.states
        self.graph.selected = view.detail.name
        self.steps.show(view.rows, view.detail.name)
        self.detail.show(self.pipeline, self.known.run, view.detail)

    def _read_left(self) -> None:
        """Read in a thread what the chosen step left, once it has ended."""
        run = self.known.run
        step = run.steps.get(self.known.chosen) if run else None
        asked = (run.id, step) if run and step else ()
        if asked == self._asked:
            return
        self._asked = asked
        self.known = replace(self.known, left=None)
        if run is not None and step is not None and step.status in ENDED:
            self._later(lambda: self._take_left(run, step.name, asked))

    def _take_left(self, run: Run, name: str, asked: tuple[Any, ...]) -> None:
        left = read_left(run, name)
        with self._lock:
            if self._asked == asked:  # else another step was chosen meanwhile
                self.change(left=left)


def _identify(run: Run | None) -> tuple[Any, ...]:
    return (run.id, run.seq, run.status) if run else ()
