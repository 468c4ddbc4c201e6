"""Which tasks of a run are decided next and which start next: those that delay most come first."""

from __future__ import annotations

import heapq
import time
from collections.abc import Mapping

from nbflow.model import Reason, TaskId, graph

_Heap = list[tuple[tuple[float, int], TaskId]]


class Schedule:
    """The tasks of a run, each until it is settled.

    A task is open until it starts or is settled. It is ready for a decision when all that it needs
    is settled, and startable when it has been decided to run.
    """

    def __init__(self, parents: Mapping[str, set[str]], seconds: Mapping[str, float]) -> None:
        """Take the steps' parents and expected seconds, both in the order of the plan."""
        above = {name: parents[name] & parents.keys() for name in parents}
        delays = graph.longest_paths(above, seconds)
        self.parents = {TaskId(name): set(map(TaskId, above[name])) for name in parents}
        self.open = dict.fromkeys(self.parents)
        self.ready_since: dict[TaskId, float] = {}  # on the monotonic clock
        self.blame: dict[TaskId, tuple[Reason, ...]] = {}  # why a failed or blocked task did so
        self._children = graph.make_children(self.parents)
        self._missing = {task: len(needed) for task, needed in self.parents.items()}
        self._rank = {task: (-delays[task.step], at) for at, task in enumerate(self.parents)}
        self._ready: _Heap = []
        self._startable: _Heap = []
        for task, count in self._missing.items():
            if count == 0:
                self._note_ready(task)

    @property
    def has_ready(self) -> bool:
        return bool(self._ready)

    @property
    def has_startable(self) -> bool:
        return bool(self._startable)

    def take_ready(self) -> TaskId:
        """Return the ready task that delays most, of equals the one that the plan has first."""
        return heapq.heappop(self._ready)[1]

    def take_startable(self) -> TaskId:
        """Return the startable task that delays most."""
        return heapq.heappop(self._startable)[1]

    def allow_start(self, task: TaskId) -> None:
        """Note that a task was decided to run."""
        heapq.heappush(self._startable, (self._rank[task], task))

    def decide_again(self, task: TaskId) -> None:
        """Note that a task that was decided is to be decided again."""
        heapq.heappush(self._ready, (self._rank[task], task))

    def settle(self, task: TaskId, blame: tuple[Reason, ...] = (), *, release: bool = True) -> None:
        """Note how a task ended. With `release`, children that miss nothing else become ready."""
        self.open.pop(task, None)
        if blame:
            self.blame[task] = blame
        for child in sorted(self._children[task], key=str):
            self._missing[child] -= 1
            if self._missing[child] == 0 and release:
                self._note_ready(child)

    def find_blame(self, task: TaskId) -> tuple[Reason, ...]:
        """Return which tasks above failed; nothing where none did."""
        return graph.find_blame(self.parents[task], self.blame)

    def _note_ready(self, task: TaskId) -> None:
        self.ready_since[task] = time.monotonic()
        self.decide_again(task)
