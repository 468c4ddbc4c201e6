"""Graphs of what is shown in a cell: of a pipeline, a plan, a run."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from markupsafe import Markup

from nbflow.html.graph import draw_graph
from nbflow.html.nodes import (
    Edge,
    Node,
    make_edges,
    make_nodes,
    make_planned_states,
    make_run_states,
    mark_problems,
)
from nbflow.model import Scan
from nbflow.plan import Plan
from nbflow.runs.fold import Run

_MOST = 200  # steps; a still picture of more shows nothing


def picture_pipeline(scan: Scan) -> Markup | None:
    """Return the graph of the steps; None where there is nothing to see in one."""
    return _draw(*mark_problems(*make_nodes(scan.steps), scan))


def picture_plan(plan: Plan) -> Markup | None:
    """Return the graph of the steps with what happens to each."""
    steps = {name: plan.scan.steps[name] for name in (*plan.outside, *plan.steps)}
    return _draw(*make_nodes(steps), make_planned_states(plan.steps))


def picture_run(run: Run) -> Markup | None:
    """Return the graph of a run's steps as they stand."""
    nodes = [Node(id=name, label=name, title=step.path) for name, step in run.steps.items()]
    known = {name: run.parents.get(name, ()) for name in run.steps}
    return _draw(nodes, make_edges(known), make_run_states(run.steps))


def _draw(
    nodes: list[Node], edges: list[Edge], states: Mapping[str, Any] | None = None
) -> Markup | None:
    if not edges or len(nodes) > _MOST:
        return None
    return draw_graph((nodes, edges), states)
