"""What is wrong with notebooks, and where."""

from __future__ import annotations

from nbflow.model.frozen import Frozen


class Place(Frozen, frozen=True):
    """Where something stands: a cell's position from 1, all cells counted, and a line in it."""

    notebook: str
    cell: int | None = None
    line: int | None = None
    first_line: str = ""
