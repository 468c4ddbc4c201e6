"""The graph of a pipeline as a widget."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import anywidget
import msgspec
import traitlets

from nbflow.model import Step
from nbflow.pipeline import Pipeline
from nbflow.present import nodes as plain
from nbflow.present.html.graph import draw_picture
from nbflow.present.html.style import STATIC
from nbflow.present.layout.picture import make_picture
from nbflow.present.layout.texts import make_line
from nbflow.present.nodes import Edge, Node

_SCRIPT = Path(__file__).parent / "static" / "graph.js"


def _add_lines(states: dict[str, Any], graph: Graph) -> dict[str, Any]:
    """Return states as they are sent: each with the text that fits on the card of its step."""

    def make(status: str = "", text: str | None = None, **_: Any) -> str:
        return make_line(status, text or "", graph.drawn.room)

    return {name: {**state, "line": make(**state)} for name, state in states.items()}


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
    _css = STATIC / "graph.css"

    nodes = traitlets.List[Any]()
    edges = traitlets.List[Any]()
    picture = traitlets.Dict().tag(sync=True)  # of nodes and edges: all that the browser draws
    states = traitlets.Dict().tag(sync=True, to_json=_add_lines)
    selected = traitlets.Unicode("").tag(sync=True)
    marked = traitlets.List[str]().tag(sync=True)
    height = traitlets.Int(0).tag(sync=True)
    unsaved = traitlets.List[str]().tag(sync=True)  # files with unsaved changes in the page

    def __init__(self, **traits: Any) -> None:
        self.drawn = make_picture((), ())
        self._known: tuple[list[Any], list[Any]] = ([], [])
        super().__init__(**traits)

    def show(self, nodes: list[Node], edges: list[Edge]) -> None:
        """Show these steps; they are laid out only if they changed."""
        with self.hold_trait_notifications():
            self.nodes, self.edges = nodes, edges

    @traitlets.observe("nodes", "edges")
    def _lay_out(self, _: Any) -> None:
        if self._known == (known := (self.nodes, self.edges)):
            return  # both have changed at once
        self._known, self.drawn = known, make_picture(*known)
        self.picture = msgspec.to_builtins(self.drawn)
        self.send_state("states")  # their texts may have more room, or less

    def on_click(self, call: Callable[[str], None]) -> None:
        """Call a function with the step that was clicked, "" for none."""

        def take(_: Any, content: Any, __: Any) -> None:
            if isinstance(content, dict) and "clicked" in content:
                call(str(content["clicked"]))

        self.on_msg(take)

    def follow(self, kind: str, *, quiet: bool = False) -> None:
        """Let the front end open the link of this class, as a click on it does.

        With `quiet`, it starts no kernel if the front end supports that.
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
        drawn = draw_picture(self.drawn, self.states)
        return {**data, "text/plain": str(self), "text/html": drawn}, metadata


def make_nodes(pipeline: Pipeline | Mapping[str, Step]) -> tuple[list[Node], list[Edge]]:
    """Return a pipeline's steps as `Graph.nodes` and what they read of each other as `edges`."""
    return plain.make_nodes(pipeline.steps if isinstance(pipeline, Pipeline) else pipeline)
