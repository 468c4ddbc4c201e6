"""When a job reached each of its timings, and so where its time went."""

from __future__ import annotations

import time

from nbflow.model import Spent
from nbflow.notebook_api.watch import Used


class Timings:
    """A job's moments, on the monotonic clock; None is not reached."""

    def __init__(self) -> None:
        self.began = time.monotonic()
        self.ready: float | None = None  # the kernel takes cells
        self.executed: float | None = None  # the last cell has ended
        self.used = Used()

    def enter_cells(self) -> None:
        self.ready = time.monotonic()

    def leave_cells(self) -> None:
        """Note the end of the cells; the first time counts."""
        if self.ready is not None and self.executed is None:
            self.executed = time.monotonic()

    def make_spent(self, ended: float) -> Spent:
        """Return the seconds of each stage of a job that ended then; they add up."""
        ready = self.ready or ended
        executed = self.executed or ended
        cells = executed - ready
        reading = min(self.used.reading, cells)
        writing = min(self.used.writing, cells - reading)
        return Spent(
            start=ready - self.began,
            cells=cells - reading - writing,
            reading=reading,
            writing=writing,
            shutdown=ended - executed,
        )
