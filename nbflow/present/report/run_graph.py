"""The graph of a report: steps with times and rows, and the chain that decided how long it took."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import pairwise

from markupsafe import Markup

from nbflow.base.text import say_age, say_count, say_seconds
from nbflow.model import Output, find_state
from nbflow.present.html.graph import Look, draw_picture
from nbflow.present.html.markup import join, tag
from nbflow.present.layout.picture import make_picture
from nbflow.present.nodes import Node
from nbflow.present.report.drawn_steps import MOST, DrawnStep, choose_steps
from nbflow.present.report.rails import draw_rails
from nbflow.present.run_lines import find_took
from nbflow.reports.facts import Report, ReportStep

_WIDE = 800  # pixels, from which on a tablet shows the list with rails


def draw_run_graph(report: Report) -> Markup | None:
    """Return the graph, and for a narrow page the same as a list with rails; None of no edge."""
    drawn = choose_steps(report)
    if not drawn and len(report.run.steps) > MOST:
        return tag("p", "So many steps ran that no graph is drawn.", class_="nb-note")
    if not any(one.parents for one in drawn):
        return None
    lines = {str(one.state.task): say_step(one) for one in report.steps}
    shown = {str(one.state.task) for one in report.steps}
    narrow = draw_rails(
        drawn, lines, find_tones(report), links=shown, chain=report.chain, kind="nb-for-graph"
    )
    return join(_draw_wide(report, drawn, lines), narrow)


def find_tones(report: Report) -> dict[str, str]:
    """Return the colour of each step's state, by its task; of those outside the run too."""
    outside = {str(one.state.task): one.state for one in report.outside}
    return {name: find_state(one.status).tone for name, one in (outside | report.run.steps).items()}


def say_step(step: ReportStep) -> str:
    """Return what a box of the graph says of a step: `4.8 s · 336,776 rows`, `2 h old`."""
    state = step.state
    if state.status == "reused":
        return say_age(state.age)
    took = say_seconds(find_took(state.seconds, state.spent))
    if state.status == "done":
        return " · ".join(filter(None, (took, _say_wrote(step))))
    return took


def _draw_wide(report: Report, drawn: Sequence[DrawnStep], lines: dict[str, str]) -> Markup:
    nodes = [Node(id=one.id, label=one.label, title=lines.get(one.id, "")) for one in drawn]
    edges = [[parent, one.id] for one in drawn for parent in one.parents]
    shown = {str(one.state.task) for one in report.steps}
    states = {
        one.id: _make_state(report, one, lines.get(one.id, "")) for one in drawn if one.count == 1
    }
    look = Look(
        links={one.id: f"#{one.id}" for one in drawn if one.id in shown},
        strong=frozenset(pairwise(report.chain)),
        smallest=0.85,
        style=False,
    )
    picture = make_picture(nodes, edges)
    kind = "nb-graph nb-wide" if picture.width > _WIDE else "nb-graph"
    return tag("div", draw_picture(picture, states, look), class_=kind)


def _make_state(report: Report, one: DrawnStep, line: str) -> dict[str, str]:
    if one.id not in report.run.steps:
        return {}
    status = report.run.steps[one.id].status
    plain = {"word": ""} if status == "done" and line else {}  # its sign says so
    return {"status": status, "text": line, **plain}


def _say_wrote(step: ReportStep) -> str:
    """Return the rows of one table, or how many things a step wrote."""
    outputs = step.state.outputs or tuple(one.output for one in step.outputs)
    tables = [one for one in outputs if one.kind == "table"]
    if len(tables) == 1:
        return say_count(tables[0].rows or 0, "row")
    return say_count(len(tables), "table") if tables else _say_names(outputs)


def _say_names(outputs: Iterable[Output]) -> str:
    names = [one.name for one in outputs]
    return names[0] if len(names) == 1 else say_count(len(names), "value") if names else ""
