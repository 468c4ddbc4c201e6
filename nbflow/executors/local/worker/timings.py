"""Measures how long a job spends in each of its phases."""

from __future__ import annotations

import time

from nbflow.model import Spent
from nbflow.notebook_api.import_audit import Used


class Timings:
    """The times at which a job reached its phases, on the monotonic clock; None: not yet."""

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
        """Return the seconds of each phase, up to `ended`; their sum is the job's duration."""
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
