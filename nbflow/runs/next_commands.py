"""The commands that make sense after a run, each with what it does."""

from __future__ import annotations

from pathlib import Path

from nbflow.base.ids import find_last_id
from nbflow.model import STATES, Command, Next
from nbflow.runs.fold import Run


def find_after_run(run: Run, where: str = "", *, named: bool = False) -> list[Next]:
    """Return the commands that make sense after a run; `where` is a part of each.

    They name the run where that is asked for, and where it is not the newest, which is meant
    where none is named.
    """
    name = run.id if named or not _is_newest(run) else ""
    failed = [step.name for step in run.steps.values() if step.status == "failed"]
    if failed:
        return [
            (Command("open", (name, failed[0], where)), "the notebook as it failed"),
            (Command("rerun", (name, where)), "once it is fixed; what is finished is reused"),
        ]
    if run.status == "running":
        return [(Command("cancel", (run.id, where)), "stop it; what is finished is kept")]
    if run.status in {"cancelled", "lost"}:
        return [(Command("rerun", (name, where)), "go on; what is finished is reused")]
    made = [step for step in run.steps.values() if STATES[step.status].good]
    if not made:
        return []
    return [(Command("open", (name, made[-1].name, where)), "look at an executed notebook")]


def _is_newest(run: Run) -> bool:
    return not run.folder or find_last_id(Path(run.folder).parent) in {"", run.id}
