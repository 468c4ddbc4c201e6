"""Outputs that a kernel sent and that never came."""

from __future__ import annotations

from collections.abc import Iterator


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

    def say(self) -> Iterator[str]:
        """Yield a sentence for each cell."""
        for cell, count in self._counts.items():
            more = "at least " if count and cell in self._uncounted else ""
            some = f"{more}{count}" if count else "some"
            word = "message" if count == 1 else "messages"
            yield (
                f"Outputs of cell {cell} are missing: {some} {word} of its kernel were lost on "
                "their way. The cell itself ended as shown."
            )
