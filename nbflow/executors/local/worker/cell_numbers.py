"""Cells keep the numbers of the author's notebook, whatever papermill inserts."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

INJECTED = "injected-parameters"  # papermill's tag, and our id of such a cell
MARKER = "papermill-error-cell-tag"  # papermill's cells that point to a failure


def number_cells(cells: Sequence[Mapping[str, Any]]) -> list[tuple[int, Any]]:
    """Return the author's cells of an executed notebook, each with its number from 1."""
    return list(enumerate((cell for cell in cells if not _is_inserted(cell)), 1))


def _is_inserted(cell: Mapping[str, Any]) -> bool:
    marker = MARKER in cell.get("metadata", {}).get("tags", [])
    return marker or str(cell.get("id", "")).startswith(INJECTED)
