"""The nodes, edges and states that a graph shows."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypedDict

from nbflow.base.text import say_age, say_made, say_seconds
from nbflow.model import Planned, Scan, Step, graph
from nbflow.present.document import Graph
from nbflow.present.problems import say_what
from nbflow.present.reasons import say_reasons, say_trouble
from nbflow.present.run_lines import find_took, say_doing
from nbflow.runs.fold import Run, StepRun

_MOST = 200  # steps; a still picture of more shows nothing


class _Node(TypedDict):
    id: str
    label: str
    title: str


class Node(_Node, total=False):
    """A step: `title` is what a tooltip says below the label, `problem` what is wrong with it."""

    problem: str


class _State(TypedDict):
    status: str


class State(_State, total=False):
    """The state of a step: its status, a text beside it, and how far it is (0 to 1)."""

    text: str
    fraction: float | None


Edge = list[str]  # from, to


def make_graph(
    nodes: list[Node], edges: list[Edge], states: Mapping[str, Any] | None = None
) -> Graph | None:
    """Return a graph to show; None where it has no edge, or too many steps to be seen."""
    return Graph(nodes, edges, states or {}) if edges and len(nodes) <= _MOST else None


def make_run_graph(run: Run) -> Graph | None:
    """Return the graph of a run's steps as they stand."""
    nodes = [Node(id=name, label=name, title=step.path) for name, step in run.steps.items()]
    known = {name: run.parents.get(name, ()) for name in run.steps}
    return make_graph(nodes, make_edges(known), make_run_states(run.steps))


def make_nodes(steps: Mapping[str, Step]) -> tuple[list[Node], list[Edge]]:
    """Return the steps as nodes, and an edge from each step to each that needs it."""
    parents = graph.make_parents(steps)
    nodes = [Node(id=name, label=name, title=_make_title(step)) for name, step in steps.items()]
    return nodes, make_edges(parents)


def mark_problems(
    nodes: list[Node], edges: list[Edge], scan: Scan
) -> tuple[list[Node], list[Edge]]:
    """Return the nodes with the errors of their notebooks, and the edges."""
    found: dict[str, list[str]] = {}
    for problem in scan.problems:
        if problem.place and problem.severity == "error":
            found.setdefault(problem.place.notebook, []).append(say_what(problem))
    wrong = {name: found[step.path] for name, step in scan.steps.items() if step.path in found}
    marked: list[Node] = [
        {**node, "problem": "\n".join(wrong[node["id"]])} if node["id"] in wrong else node
        for node in nodes
    ]
    return marked, edges


def make_edges(parents: Mapping[str, set[str]] | Mapping[str, tuple[str, ...]]) -> list[Edge]:
    """Return an edge for each parent that is itself a step, in a fixed order."""
    return [
        [parent, step]
        for step, above in parents.items()
        for parent in sorted(above)
        if parent in parents
    ]


def make_planned_states(planned: Mapping[str, Planned]) -> dict[str, State]:
    """Return what a plan does with each step: run, reuse, wait, skip, and the first reason."""
    return {
        name: State(status=one.action, text=say_reasons(one.why[:1]))
        for name, one in planned.items()
    }


def make_run_states(steps: Mapping[str, StepRun], now: float | None = None) -> dict[str, State]:
    """Return how each step of a run stands, and how far a running one is.

    With `now` a reused result is told by its age, else by the moment it was made, which stays true.
    """
    return {name: _make_run_state(step, now) for name, step in steps.items()}


def _make_run_state(step: StepRun, now: float | None) -> State:
    if step.status == "running":
        doing = say_doing(step.cells, step.cells_done, step.fraction, step.text)
        fraction, text = doing or (None, step.text)
        return State(status="running", text=text.strip(), fraction=fraction)
    said = say_trouble(step)
    if step.status == "reused":
        said = say_made(step.made) if now is None else say_age(step.find_age(now))
    return State(status=step.status, text=said or say_seconds(find_took(step.seconds, step.spent)))


def _make_title(step: Step) -> str:
    names = {
        "parameters": [one.name for one in step.parameters],
        "reads": [one.ref for one in step.inputs],
        "writes": [one.name for one in step.writes],
    }
    said = [f"{what}: {', '.join(found)}" for what, found in names.items() if found]
    return "\n".join(line for line in (step.options.description, step.path, *said) if line)
