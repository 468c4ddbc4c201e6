"""Outputs that a kernel sent and that never came."""

from __future__ import annotations

from collections.abc import Iterator

from nbflow.model import Problem, make_warning


class Missing:
    """How many messages of each cell were lost, by the cell's number."""

    def __init__(self) -> None:
        self._counts: dict[int, int] = {}
        self._uncounted: set[int] = set()

    def add(self, cell: int, count: int) -> None:
        """Note that some of a cell's are lost; `count` is 0 where nobody knows how many."""
        self._counts[cell] = self._counts.get(cell, 0) + count
        if not count:
            self._uncounted.add(cell)

    def make_warnings(self) -> Iterator[Problem]:
        """Yield a warning for each cell."""
        for cell, count in self._counts.items():
            exact = cell not in self._uncounted
            yield make_warning("outputs-lost", cell=cell, count=count, exact=exact)
