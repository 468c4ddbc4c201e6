"""The commands that make sense after a look at something, each with what it does."""

from __future__ import annotations

from pathlib import Path

from nbflow.app.answers import ShownStep
from nbflow.app.pipelines import say_where
from nbflow.base.ids import find_last_id
from nbflow.model import STATES, Command, Next
from nbflow.runs.fold import Run


def find_after_run(run: Run, where: str = "") -> list[Next]:
    """Return the commands that make sense after a run; see `say_where` for `where`.

    They name the run where it is not the newest, which is meant where none is named.
    """
    newest = not run.folder or find_last_id(Path(run.folder).parent) in {"", run.id}
    named = "" if newest else run.id
    failed = [step.name for step in run.steps.values() if step.status == "failed"]
    if failed:
        return [
            (Command("open", (named, failed[0], where)), "the notebook as it failed"),
            (Command("rerun", (named, where)), "once it is fixed; what is finished is reused"),
        ]
    if run.status == "running":
        return [(Command("cancel", (run.id, where)), "stop it; what is finished is kept")]
    if run.status in {"cancelled", "lost"}:
        return [(Command("rerun", (named, where)), "go on; what is finished is reused")]
    made = [step for step in run.steps.values() if STATES[step.status].good]
    if not made:
        return []
    return [(Command("open", (named, made[-1].name, where)), "look at an executed notebook")]


def find_after_step(shown: ShownStep) -> list[Next]:
    """Return the commands that make sense after a look at a step of a run."""
    table = next((one.name for one in shown.outputs if one.kind == "table"), None)
    where = say_where(shown.project)
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
