"""The commands that make sense after a look at a step, each with what it does."""

from __future__ import annotations

from nbflow.app.answers import Compared, ShownStep
from nbflow.app.pipelines import say_where
from nbflow.model import Command, Next


def find_after_step(shown: ShownStep) -> list[Next]:
    """Return the commands that make sense after a look at a step of a run."""
    table = next((one.name for one in shown.outputs if one.kind == "table"), None)
    where = say_where(shown.pipeline)
    if shown.step.status == "blocked":
        above = str(shown.step.why[0].subject)
        return [(Command("show", (shown.run.id, above, where)), "what failed")]
    query = f'"from {shown.step.name}.{table} limit 10"'
    asking = Command("sql", (where, "--run", shown.run.id, query))
    found: list[Next] = [(asking, "look at a table")] if table else []
    return [
        *found,
        (Command("open", (shown.run.id, shown.step.name, where)), "look at the executed notebook"),
    ]


def find_after_comparison(compared: Compared) -> list[Next]:
    """Return the commands that make sense after a look at what differs between two runs."""
    runs = (compared.comparison.before.id, compared.comparison.after.id)
    where = say_where(compared.pipeline)
    page = Command("compare", (*runs, where, "-o", "what-differs.html"))
    return [(page, "as a page, with figures side by side")]
