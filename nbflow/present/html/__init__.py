"""Values as HTML that needs nothing else: pure functions, everything from users escaped."""

from nbflow.present.html.graph import draw_graph
from nbflow.present.html.render import draw_page
from nbflow.present.html.rows import draw_rows

__all__ = ["draw_graph", "draw_page", "draw_rows"]
