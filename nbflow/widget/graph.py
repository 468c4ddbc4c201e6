"""The graph of a pipeline as a widget."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import anywidget
import traitlets

from nbflow.html import nodes as plain
from nbflow.html.graph import STYLE, draw_graph
from nbflow.html.nodes import Edge, Node
from nbflow.model import Step
from nbflow.pipeline import Pipeline

_SCRIPT = Path(__file__).parent / "static" / "graph.js"


class Graph(anywidget.AnyWidget):
    """Steps and the edges between them, each step with its state.

    >>> nodes, edges = make_nodes(Pipeline("notebooks"))
    >>> Graph(nodes=nodes, edges=edges, states={"load": {"status": "running", "fraction": 0.4}})

    A click, or Enter on a step, sets `selected`, "" for none; setting it selects in the browser.
    `on_click` calls a function at each click, also at one on the step that is selected.
    `marked` steps are ringed and the others fade: the steps that would run.
    `height` is in pixels, 0 for as high as the graph needs.
    """

    _esm = _SCRIPT
    _css = STYLE

    nodes = traitlets.List[Any]().tag(sync=True)
    edges = traitlets.List[Any]().tag(sync=True)
    states = traitlets.Dict().tag(sync=True)
    selected = traitlets.Unicode("").tag(sync=True)
    marked = traitlets.List[str]().tag(sync=True)
    height = traitlets.Int(0).tag(sync=True)
    unsaved = traitlets.List[str]().tag(sync=True)  # files with changes that only the page has

    def on_click(self, call: Callable[[str], None]) -> None:
        """Call a function with the step that was clicked, "" for none."""

        def take(_: Any, content: Any, __: Any) -> None:
            if isinstance(content, dict) and "clicked" in content:
                call(str(content["clicked"]))

        self.on_msg(take)

    def follow(self, kind: str, *, quiet: bool = False) -> None:
        """Have the front end open the link of this class in the panel, as a click on it does.

        What is `quiet` starts no kernel where the front end can be told so.
        """
        self.send({"follow": kind, "quiet": quiet})

    def __str__(self) -> str:
        """Return the steps and their states, a line each: what front ends without HTML show."""
        states = {node["id"]: self.states.get(node["id"], {}) for node in self.nodes}
        return "\n".join(
            " · ".join(part for part in (name, state.get("status"), state.get("text")) if part)
            for name, state in states.items()
        )

    def _repr_mimebundle_(self, **options: Any) -> Any:
        """Add the drawn graph and its text, for front ends that know no widgets."""
        bundle = super()._repr_mimebundle_(**options)
        if bundle is None:
            return None
        data, metadata = bundle
        drawn = draw_graph((self.nodes, self.edges), self.states)
        return {**data, "text/plain": str(self), "text/html": drawn}, metadata


def make_nodes(pipeline: Pipeline | Mapping[str, Step]) -> tuple[list[Node], list[Edge]]:
    """Return a pipeline's steps as `Graph.nodes` and what they read of each other as `edges`."""
    return plain.make_nodes(pipeline.steps if isinstance(pipeline, Pipeline) else pipeline)
