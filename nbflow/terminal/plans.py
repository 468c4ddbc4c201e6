"""A plan: what happens to each step, and why."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from rich.console import RenderableType
from rich.text import Text

from nbflow.base.text import say_count, say_seconds
from nbflow.model import Planned
from nbflow.planning import Plan
from nbflow.present.reasons import say_why
from nbflow.present.runs import say_plan_warnings
from nbflow.present.states import say_actions
from nbflow.terminal import parts
from nbflow.terminal.progress import MANY


def make_plan(
    plan: Plan, diffs: Mapping[str, Sequence[str]], *, every: bool = False
) -> RenderableType:
    """Return headline, table, warnings and diffs; with `every`, a row for each reused step."""
    return parts.stack(
        make_headline(plan),
        "",
        _make_table([*plan.outside.values(), *plan.steps.values()], plan, every=every),
        *map(parts.make_warning, say_plan_warnings(plan)),
        *(make_diff(lines) for lines in diffs.values()),
    )


def make_headline(plan: Plan) -> Text:
    """Return `notebooks: 3 steps run, 5 are reused, 1 waits · about 2 min of work`."""
    steps = say_count(len(plan.steps), "step")
    work = say_seconds(plan.expected)
    about = f" · about {work} of work" if work else ""
    name = plan.project.folder.name
    return Text.assemble((name, "bold"), f": {steps}: {say_actions(plan.steps.values())}{about}")


def make_diff(lines: Sequence[str]) -> Text:
    """Return a unified diff in colours."""
    styles = {"+": "green", "-": "red", "@": "cyan"}
    text = Text("\n")
    for line in lines:
        strong = line.startswith(("+++", "---"))
        text.append(line + "\n", "bold" if strong else styles.get(line[:1], "dim"))
    return text


def _make_table(planned: Sequence[Planned], plan: Plan, *, every: bool) -> RenderableType:
    reused = sum(one.action == "reuse" for one in planned)
    folded = reused > MANY and not every
    table = parts.make_table("step", "plan", "last took", "why", right=["last took"])
    for one in planned:
        if folded and one.action == "reuse":
            continue
        action = parts.make_state(one.action)
        if one.step in plan.outside:
            action = Text("· not run", "dim")
        why = Text(say_why(one), "dim" if one.action == "reuse" else "")
        table.add_row(Text(one.step), action, say_seconds(one.expected), why)
    more = Text(f"… and {reused} reused; -v names them", "dim") if folded else None
    return parts.stack(table if table.row_count else None, more)
