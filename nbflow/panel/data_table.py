"""The first rows of a table, to be scrolled, sorted and copied."""

from __future__ import annotations

from pathlib import Path

import anywidget
import traitlets

from nbflow.panel.output_preview import Grid

_SCRIPT = Path(__file__).parent / "static" / "table.js"


class DataTable(anywidget.AnyWidget):
    """A table that shows the `grid` of a preview; an empty grid shows nothing."""

    _esm = _SCRIPT

    label = traitlets.Unicode("").tag(sync=True)
    grid = traitlets.Dict().tag(sync=True)

    def show(self, label: str, grid: Grid | None) -> None:
        """Show rows, or none."""
        with self.hold_sync():
            self.label = label
            self.grid = (
                {} if grid is None else {n: getattr(grid, n) for n in grid.__struct_fields__}
            )
