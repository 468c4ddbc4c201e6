"""A plan: what happens to each step, and why."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from markupsafe import Markup

from nbflow.html.markup import dim, join, notes, state, table, tag
from nbflow.html.style import frame
from nbflow.model import Planned
from nbflow.plan import Plan
from nbflow.present.reasons import say_why
from nbflow.present.states import say_actions
from nbflow.text import say_count, say_seconds

_DIFF = {"+": "nb-add", "-": "nb-cut", "@": "nb-at"}


def draw_plan(
    plan: Plan, diffs: Mapping[str, Sequence[str]] = {}, graph: Markup | None = None
) -> str:
    """Return headline, graph, table with reasons, warnings and changed lines."""
    return frame(_make_headline(plan), graph, make_plan_table(plan, diffs))


def make_plan_table(plan: Plan, diffs: Mapping[str, Sequence[str]] = {}) -> Markup:
    """Return a row for each step, then warnings and changed lines, as a part of something."""
    outside = [_make_row(one, dim("· not run")) for one in plan.outside.values()]
    inside = [_make_row(one, state(one.action)) for one in plan.steps.values()]
    return join(
        table(("step", "plan", "last took", "why"), [*outside, *inside], right=2),
        notes(_find_warnings(plan)),
        *(_make_diff(lines) for lines in diffs.values()),
    )


def _make_headline(plan: Plan) -> Markup:
    steps = say_count(len(plan.steps), "step")
    work = say_seconds(plan.expected)
    about = f" · about {work} of work" if work else ""
    said = f": {steps}: {say_actions(plan.steps.values())}{about}"
    return tag("div", tag("b", plan.project.folder.name), said, class_="nb-head")


def _make_row(planned: Planned, action: Markup) -> tuple[str, ...]:
    why = say_why(planned)
    shown = dim(why) if planned.action == "reuse" else why
    return tag("b", planned.step), action, say_seconds(planned.expected), shown


def _find_warnings(plan: Plan) -> list[str]:
    warnings = [f"{p.step}: {text}" for p in plan.steps.values() for text in p.warnings]
    count = sum(problem.severity == "warning" for problem in plan.scan.problems)
    more = f"{say_count(count, 'warning')} in the notebooks: nbflow check"
    return [*warnings, more] if count else warnings


def _make_diff(lines: Sequence[str]) -> Markup:
    return tag("pre", *(tag("span", f"{one}\n", class_=_find_class(one)) for one in lines))


def _find_class(line: str) -> str | None:
    return None if line.startswith(("+++", "---")) else _DIFF.get(line[:1], "nb-dim")
