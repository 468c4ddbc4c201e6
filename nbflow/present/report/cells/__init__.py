"""Draws the cells of an executed notebook for a report. What they say has no rights in the page."""

from nbflow.present.report.cells.cell import draw_cell
from nbflow.present.report.cells.live_frames import FrameScripts
from nbflow.present.report.cells.markdown import draw_markdown
from nbflow.present.report.cells.source import draw_source

__all__ = ["FrameScripts", "draw_cell", "draw_markdown", "draw_source"]
