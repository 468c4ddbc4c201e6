"""One thread for all views of a pipeline: it reads the logs of the runs and tells the views."""

from __future__ import annotations

import threading
from typing import Protocol

from nbflow.runs.follow import Followed
from nbflow.runs.history import find_newest_id
from nbflow.workspace.pipeline_folder import PipelineFolder

TICK = 0.1  # seconds between two looks at a run that is under way
REST = 1.0  # seconds where no run is under way
_CHUNK = 4_000_000  # bytes read at a time
_LINES = 400  # the last lines that a step printed are kept


class View(Protocol):
    """What shows a run: the run `run_id`, or the newest run if that is ""."""

    run_id: str

    def show_tail(self, tail: Followed | None) -> None:
        """Show the run; None where there is none. Called by the follower's thread."""


class Follower:
    """Follows the runs that its views show. Its thread ends when the last view is removed."""

    def __init__(self, pipeline: PipelineFolder) -> None:
        self.pipeline = pipeline
        self._views: list[View] = []
        self._tails: dict[str, Followed] = {}
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
        """Read the logs at once: a run was started, or a view shows another run."""
        self._wake.set()

    def _follow(self) -> None:
        while (views := self._find_views()) is not None:
            newest = find_newest_id(self.pipeline)
            wanted = {view.run_id or newest for view in views} - {""}
            self._tails = {name: self._tails.get(name) or self._make(name) for name in wanted}
            for tail in self._tails.values():
                tail.read()
            for view in views:
                view.show_tail(self._tails.get(view.run_id or newest))
            live = any(tail.live for tail in self._tails.values())
            self._wake.wait(TICK if live else REST)
            self._wake.clear()

    def _make(self, run_id: str) -> Followed:
        return Followed(self.pipeline, run_id, most=_CHUNK, kept=_LINES)

    def _find_views(self) -> list[View] | None:
        """Return the views; None if there are none, and then the thread ends."""
        with self._lock:
            if not self._views:
                self._thread = None
                return None
            return list(self._views)


_followers: dict[str, Follower] = {}
_guard = threading.Lock()


def find_follower(pipeline: PipelineFolder) -> Follower:
    """Return the follower of a pipeline, the same for all views in this process."""
    with _guard:
        return _followers.setdefault(str(pipeline.home), Follower(pipeline))
