"""The queue by which the threads of jobs tell the loop of a run what happens."""

from __future__ import annotations

import queue
import threading
import time
from concurrent.futures import Future

from nbflow.model import Outcome
from nbflow.model.events import Event

AHEAD = 1_000  # events that wait to be written; then the jobs wait, and with them their cells
PAUSE = 0.002  # seconds


class EventQueue(queue.Queue[Event | Future[Outcome]]):
    """Events and ends of jobs, in their order."""

    def __init__(self, stop: threading.Event) -> None:
        super().__init__()
        self._stop = stop

    def tell(self, event: Event) -> None:
        """Add an event; wait while there are many, unless the run is to stop."""
        while self.qsize() > AHEAD and not self._stop.is_set():
            time.sleep(PAUSE)
        self.put(event)
