"""Values as HTML that needs nothing else: pure functions, everything from users escaped."""

from nbflow.html.graph import draw_graph
from nbflow.html.nodes import make_nodes
from nbflow.html.outputs import draw_outputs
from nbflow.html.pictures import picture_pipeline, picture_plan, picture_run
from nbflow.html.pipelines import draw_check, draw_pipeline, draw_problems, draw_step, draw_told
from nbflow.html.plans import draw_plan
from nbflow.html.rows import draw_rows
from nbflow.html.runs import draw_run, draw_runs, draw_step_run

__all__ = [
    "draw_check",
    "draw_graph",
    "draw_outputs",
    "draw_pipeline",
    "draw_plan",
    "draw_problems",
    "draw_rows",
    "draw_run",
    "draw_runs",
    "draw_step",
    "draw_step_run",
    "draw_told",
    "make_nodes",
    "picture_pipeline",
    "picture_plan",
    "picture_run",
]
