"""Cells keep the numbers of the author's notebook, whatever papermill inserts."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

INJECTED = "injected-parameters"  # papermill's tag, and our id of such a cell
MARKER = "papermill-error-cell-tag"  # papermill's cells that point to a failure


def number_cells(cells: Sequence[Mapping[str, Any]]) -> list[tuple[int, Any]]:
    """Return the author's cells of an executed notebook, each with its number from 1."""
    own = (cell for cell in cells if not is_inserted(cell.get("id", ""), cell.get("metadata", {})))
    return list(enumerate(own, 1))


def is_inserted(identity: str, metadata: Mapping[str, Any]) -> bool:
    """Tell whether a cell with this id was added by papermill, or by nbflow as papermill does."""
    return MARKER in metadata.get("tags", []) or str(identity).startswith(INJECTED)
