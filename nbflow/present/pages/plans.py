"""A plan: what happens to each step, and why."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from nbflow.base.text import say_count, say_seconds
from nbflow.model import Planned
from nbflow.planning import Plan
from nbflow.present import document as doc
from nbflow.present.nodes import make_graph, make_nodes, make_planned_states
from nbflow.present.reasons import say_why
from nbflow.present.run_lines import say_plan_warnings
from nbflow.present.states import say_actions

MANY = 50  # reused steps, which from here on may only be counted
_COLUMNS = (
    doc.Column("step", gives_way=True),
    doc.Column("plan"),
    doc.Column("last took", right=True),
    doc.Column("why"),
)
_DIFF: dict[str, doc.Look] = {"+": "added", "-": "removed", "@": "hunk"}


def make_plan_page(
    plan: Plan, diffs: Mapping[str, Sequence[str]] = {}, *, every: bool = True, graph: bool = True
) -> doc.Document:
    """Return headline, graph, table with reasons, warnings and changed lines.

    Without `every`, reused steps are only counted where they are many.
    """
    return doc.make_document(
        make_headline(plan),
        _make_graph(plan) if graph else None,
        doc.Gap(),
        *_make_steps(plan, every=every),
        *doc.make_warnings(say_plan_warnings(plan)),
        *(part for lines in diffs.values() for part in (doc.Gap(), make_diff(lines), doc.Gap())),
    )


def make_headline(plan: Plan) -> doc.Line:
    """Return `notebooks: 9 steps: 3 to run, 5 reused, 1 waiting · about 2 min of work`."""
    steps, work = say_count(len(plan.steps), "step"), say_seconds(plan.expected)
    about = f" · about {work} of work" if work else ""
    said = f": {steps}: {say_actions(plan.steps.values())}{about}"
    return doc.make_line(doc.Span(plan.pipeline.folder.name, "strong"), said, kind="headline")


def _make_graph(plan: Plan) -> doc.Graph | None:
    steps = {name: plan.scan.steps[name] for name in (*plan.outside, *plan.steps)}
    return make_graph(*make_nodes(steps), make_planned_states(plan.steps))


def _make_steps(plan: Plan, *, every: bool) -> Iterator[doc.Block]:
    planned = [*plan.outside.values(), *plan.steps.values()]
    reused = sum(one.action == "reuse" for one in planned)
    folded = reused > MANY and not every
    rows = [_make_row(one, plan) for one in planned if not (folded and one.action == "reuse")]
    if rows:
        yield doc.Table(_COLUMNS, tuple(rows))
    if folded:
        yield doc.make_line(doc.Span(f"… and {reused} reused; -v names them", "dim"))


def _make_row(planned: Planned, plan: Plan) -> tuple[doc.Cell, ...]:
    why = say_why(planned)
    outside = planned.step in plan.outside
    action: doc.Inline = doc.Span("· not run", "dim") if outside else doc.StateMark(planned.action)
    shown: doc.Inline = doc.Span(why, "dim") if planned.action == "reuse" else why
    return doc.Span(planned.step, "strong"), action, say_seconds(planned.expected), shown


def make_diff(lines: Sequence[str]) -> doc.Listing:
    """Return the lines of a unified diff."""
    return doc.Listing(tuple(doc.Span(line, _find_look(line)) for line in lines), "Changed lines")


def _find_look(line: str) -> doc.Look:
    return "strong" if line.startswith(("+++", "---")) else _DIFF.get(line[:1], "dim")
