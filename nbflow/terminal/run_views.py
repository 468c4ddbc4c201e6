"""Shows the events of a run in a thread of its own, so that the run never waits."""

from __future__ import annotations

import contextlib
import queue
import sys
import threading
from collections.abc import Iterator

from nbflow.model.events import Line, RunFinished, StepStarted
from nbflow.runs.log import to_line


@contextlib.contextmanager
def watch(*, as_json: bool, log: bool) -> Iterator[View]:
    """Give a view of a run's events: JSON lines, or a drawing that fits the output."""
    if as_json:
        yield JsonLines()
        return
    drawn = Drawn(log=log)
    try:
        yield drawn
    finally:
        drawn.close()


class View:
    """Shows a run. When its terminal or pipe is gone, the view goes quiet and the run goes on."""

    def __init__(self) -> None:
        self._broken = False

    def observe(self, line: Line) -> None:
        """Take an event, as the run appends it."""
        if not self._broken:
            try:
                self._add(line)
            except (OSError, ValueError):  # a closed file is a ValueError
                self._broken = True

    def stop(self, said: str) -> None:
        """Say that the run was asked to stop; called by a signal's handler."""

    def _add(self, line: Line) -> None:
        raise NotImplementedError


class JsonLines(View):
    """The events themselves."""

    def _add(self, line: Line) -> None:
        sys.stdout.write(to_line(line).decode())
        sys.stdout.flush()


class Drawn(View):
    """Draws events in a thread, which loads rich when the first job is under way.

    Loading takes 50 ms, in which the first kernel starts.
    """

    def __init__(self, *, log: bool) -> None:
        super().__init__()
        self._log = log
        self._lines: queue.SimpleQueue[Line | None] = queue.SimpleQueue()
        self._busy = threading.Event()
        self._view: View | None = None
        self._stopped = ""
        self._error: BaseException | None = None
        self._thread = threading.Thread(target=self._work, name="nbflow-view", daemon=True)
        self._thread.start()

    def stop(self, said: str) -> None:
        self._stopped = said
        if self._view is not None:
            self._view.stop(said)

    def close(self) -> None:
        """Draw what is left; raise the thread's error."""
        self._lines.put(None)
        self._busy.set()
        self._thread.join()
        if self._error is not None:
            raise self._error

    def _add(self, line: Line) -> None:
        self._lines.put(line)
        if isinstance(line.event, StepStarted | RunFinished):
            self._busy.set()

    def _work(self) -> None:
        self._busy.wait()
        try:
            self._draw()
        except BaseException as error:  # noqa: BLE001 - raised by `close`
            self._error = error

    def _draw(self) -> None:
        from nbflow.terminal.live_views import drawing  # noqa: PLC0415 - rich

        with drawing(log=self._log) as view:
            self._view = view
            if self._stopped:
                view.stop(self._stopped)
            while (line := self._lines.get()) is not None:
                view.observe(line)
