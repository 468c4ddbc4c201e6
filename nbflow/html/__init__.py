"""Values as HTML that needs nothing else: pure functions, everything from users escaped."""

from nbflow.html.graph import draw_graph
from nbflow.html.render import draw_page
from nbflow.html.rows import draw_rows

__all__ = ["draw_graph", "draw_page", "draw_rows"]
