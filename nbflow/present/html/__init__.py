"""Draws values as HTML that needs no script. Everything from users is escaped."""

from nbflow.present.html.graph import draw_graph
from nbflow.present.html.render import draw_page
from nbflow.present.html.rows import draw_rows

__all__ = ["draw_graph", "draw_page", "draw_rows"]
