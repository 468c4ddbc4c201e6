"""One thread for all views of a pipeline: reads the logs of its runs and tells what they say."""

from __future__ import annotations

import threading
import time
from collections import deque
from typing import Protocol

import msgspec

from nbflow.errors import NbflowError
from nbflow.events import OutputPrinted
from nbflow.project import Project
from nbflow.runs.fold import Folding, Run
from nbflow.runs.history import find_newest_id, read_run
from nbflow.runs.liveness import is_alive
from nbflow.runs.log import Reader

TICK = 0.1  # seconds between two looks at a run that is under way
REST = 1.0  # … and where none is
_CHUNK = 4_000_000  # bytes read at a time
_LINES = 400  # of what a step prints, the last are kept
_LONGEST = 500  # characters of such a line


class Tail:
    """A run as its log says so far; `read` takes what was appended since."""

    def __init__(self, project: Project, run_id: str) -> None:
        self.run = Run(id=run_id)
        self.gone = False  # its folder is no more
        self.version = 0  # grows with each change
        self._project, self._path = project, project.runs / run_id / "events.jsonl"
        self._reader, self._folding, self._asked = Reader(self._path), Folding(), 0.0
        self._printed: dict[str, deque[tuple[str, str]]] = {}
        self._counts: dict[str, int] = {}

    @property
    def live(self) -> bool:
        return self.run.status == "running" and not self.gone

    @property
    def removed(self) -> bool:
        """Tell whether a run that was seen is no more, also where nobody follows it now."""
        return bool(self.version) and not self._path.exists()

    def read(self) -> None:
        """Take what was appended; a run that neither lives nor has ended was lost."""
        if self.run.status != "running":
            self._look_whether_there()
            return
        try:
            if not self._read_log() and self.live and time.monotonic() - self._asked > REST:
                self._look_whether_alive()
        except (OSError, NbflowError):  # its folder was removed
            self._look_whether_there()

    def read_printed(self, step: str) -> tuple[int, list[tuple[str, str]]]:
        """Return how much a step has printed, and the last of it as (stream, line)."""
        return self._counts.get(step, 0), list(self._printed.get(step, ()))

    def _look_whether_alive(self) -> None:
        self._asked = time.monotonic()
        if not is_alive(self._project, self.run.id) and not self._read_log():
            self._show(read_run(self._project, self.run.id))

    def _look_whether_there(self) -> None:
        if self.version and self.gone == self._path.exists():
            self.gone = not self.gone
            self.version += 1

    def _read_log(self) -> bool:
        lines = self._reader.read_new(_CHUNK)
        for line in lines:
            self._folding.add(line)
            if isinstance(line.event, OutputPrinted):
                self._keep(line.event)
        if lines:
            folder, results = str(self._path.parent), str(self._project.results)
            placed = {"id": self.run.id, "folder": folder, "results": results}
            self._show(msgspec.structs.replace(self._folding.run, **placed))
        return bool(lines)

    def _keep(self, event: OutputPrinted) -> None:
        kept = self._printed.setdefault(event.step, deque(maxlen=_LINES))
        for line in event.text.rstrip("\n").split("\n"):
            kept.append((event.stream, line[:_LONGEST]))
            self._counts[event.step] = self._counts.get(event.step, 0) + 1

    def _show(self, run: Run) -> None:
        self.run = run
        self.version += 1


class View(Protocol):
    """What shows a run: the one called `run_id`, or the newest where that is ""."""

    run_id: str

    def show_tail(self, tail: Tail | None) -> None:
        """Show the run; None where there is none. Called by the follower's thread."""


class Follower:
    """Follows the runs that its views show, in a thread that lives as long as there are views."""

    def __init__(self, project: Project) -> None:
        self.project = project
        self._views: list[View] = []
        self._tails: dict[str, Tail] = {}
        self._lock = threading.Lock()
        self._wake = threading.Event()
        self._thread: threading.Thread | None = None

    def add(self, view: View) -> None:
        with self._lock:
            self._views.append(view)
            if self._thread is None:
                self._thread = threading.Thread(target=self._follow, daemon=True)
                self._thread.name = "nbflow-follow"
                self._thread.start()
        self._wake.set()

    def remove(self, view: View) -> None:
        with self._lock:
            self._views = [one for one in self._views if one is not view]
        self._wake.set()

    def wake(self) -> None:
        """Look at once: a run has just been started, or another is to be shown."""
        self._wake.set()

    def _follow(self) -> None:
        while (views := self._find_views()) is not None:
            newest = find_newest_id(self.project)
            wanted = {view.run_id or newest for view in views} - {""}
            self._tails = {name: self._tails.get(name) or self._make(name) for name in wanted}
            for tail in self._tails.values():
                tail.read()
            for view in views:
                view.show_tail(self._tails.get(view.run_id or newest))
            live = any(tail.live for tail in self._tails.values())
            self._wake.wait(TICK if live else REST)
            self._wake.clear()

    def _make(self, run_id: str) -> Tail:
        return Tail(self.project, run_id)

    def _find_views(self) -> list[View] | None:
        """Return the views; with none the thread ends."""
        with self._lock:
            if not self._views:
                self._thread = None
                return None
            return list(self._views)


_followers: dict[str, Follower] = {}
_guard = threading.Lock()


def find_follower(project: Project) -> Follower:
    """Return the follower of a pipeline, the same for all views in this process."""
    with _guard:
        return _followers.setdefault(str(project.home), Follower(project))
