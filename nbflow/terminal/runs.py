"""Runs: what came of one, one of its steps, all of them."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Iterable, Sequence
from pathlib import Path

from rich.console import RenderableType
from rich.padding import Padding
from rich.text import Text

from nbflow.app import answers
from nbflow.app.folders import say_where
from nbflow.base.ids import find_last_id
from nbflow.base.text import say_age, say_bytes, say_count, say_seconds, say_when
from nbflow.model import STATES, Command, Next, Output
from nbflow.present.faces import find_program
from nbflow.present.places import say_failed_at, say_path
from nbflow.present.problems import say_problem
from nbflow.present.reasons import say_hint, say_step_why
from nbflow.present.runs import say_about, say_steps, say_trouble, say_warnings
from nbflow.runs.fold import Run, StepRun
from nbflow.runs.folder import RunFolder
from nbflow.terminal import parts, progress
from nbflow.terminal.traceback import make_traceback


def make_outcome(run: Run, after: Sequence[Next] = (), where: str = "") -> RenderableType:
    """Return what a run came to: numbers, failures, warnings, where things are, what next.

    `where` is what the next commands need to find the pipeline: see `say_where`.
    """
    return parts.stack(
        "",
        _make_summary(run),
        *(part for step in run.steps.values() if step.failure for part in make_failure(run, step)),
        *map(parts.make_warning, say_warnings(run)),
        "",
        _make_where(run),
        parts.make_next(after if after and run.status == "done" else find_next(run, where)),
    )


def make_run(run: Run, where: str = "", now: float | None = None) -> RenderableType:
    """Return a run with all its steps, one that is under way as it is now."""
    now = time.time() if now is None else now
    return parts.stack(progress.make_progress(run, now), make_outcome(run, where=where))


def make_runs(runs: Sequence[Run]) -> RenderableType:
    """Return a table of runs."""
    if not runs:
        return Text(f"No run yet. `{find_program()} run` makes one.")
    table = parts.make_table(
        "run", "state", "started", "took", "steps", "about", right=["took"], fold=["steps"]
    )
    for run in runs:
        table.add_row(
            Text(run.id),
            parts.make_state(run.status),
            say_when(run.started),
            say_seconds(run.seconds),
            say_steps(run),
            Text("  ".join(say_about(run))),
        )
    return table


def make_step(shown: answers.ShownStep) -> RenderableType:
    """Return one step of a run: state, reasons, outputs, failure."""
    step = shown.step
    name = Text.assemble(
        (step.name, "bold"), f" in run {shown.run.id}: ", parts.make_state(step.status)
    )
    if step.seconds is not None:
        name.append(f" in {say_seconds(step.seconds)}")
    why = say_step_why(step, say_age(step.find_age(time.time())))
    return parts.stack(
        name,
        Text(f"why: {why}") if why else None,
        make_outputs(shown.outputs) if shown.outputs else None,
        *(make_failure(shown.run, step) if step.failure else ()),
        *(parts.make_warning(say_problem(one)) for one in step.warnings),
        parts.make_line(f"kept in {say_path(shown.folder)}") if shown.folder else None,
        parts.make_next(find_step_next(shown)),
    )


def make_cleaned(cleaned: answers.Cleaned) -> RenderableType:
    """Return what was removed or would be, and how much room that makes."""
    if not cleaned.removable:
        return Text("Nothing to remove.")
    count = Counter(one.kind for one in cleaned.removable)
    said = ", ".join(say_count(number, kind) for kind, number in count.items())
    size = say_bytes(sum(one.bytes for one in cleaned.removable))
    if cleaned.removed:
        return Text(f"Removed: {said}, {size}.")
    table = parts.make_table("", "what", "size", "why", right=["size"])
    for one in cleaned.removable:
        what = f"{one.step} {one.id}".strip()
        table.add_row(one.kind, Text(what), say_bytes(one.bytes), Text(one.why))
    more: list[Next] = [(cleaned.again, "remove them")] if cleaned.again else []
    return parts.stack(
        table,
        "",
        f"Would remove: {said}, {size}.",
        parts.make_next(more),
    )


def make_outputs(outputs: Iterable[Output]) -> RenderableType:
    """Return a table of tables and values."""
    table = parts.make_table("output", "kind", "rows", "size", "columns", right=["rows", "size"])
    for one in outputs:
        rows = "" if one.rows is None else f"{one.rows:,}"
        columns = ", ".join(f"{name} {kind}" for name, kind in (one.columns or {}).items())
        about = "  ".join(part for part in (columns, one.note) if part)
        table.add_row(Text(one.name), one.kind, rows, say_bytes(one.bytes), Text(about))
    return Padding(table, (1, 0), expand=False)


def make_failure(run: Run, step: StepRun) -> list[RenderableType]:
    """Return the error of a step: where, what, the end of its traceback, what differs."""
    failure = step.failure
    assert failure is not None  # noqa: S101 - asked for failed steps only
    where = say_failed_at(step.path, failure)
    return [
        Text(""),
        Text.assemble((f"{step.name} failed", "bold red"), f" in {where}" if where else ""),
        *([parts.make_line((f"  {_say_executed(run, step)}", "dim"))] if step.notebook else []),
        parts.indent(make_traceback(failure)),
        *([parts.indent(Text(hint, "yellow"))] if (hint := say_hint(failure)) else []),
    ]


def _say_executed(run: Run, step: StepRun) -> str:
    """Return where the notebook of a failed step is; the event has it relative to the root."""
    return say_path(run.find_attempt(step).executed)


def _make_summary(run: Run) -> Text:
    text = parts.make_state(run.status)
    if run.seconds is not None:
        text.append(f" {'in' if run.status == 'done' else 'after'} {say_seconds(run.seconds)}")
    said = " · ".join(filter(None, (say_steps(run), say_trouble(run))))
    return Text.assemble(text, f": {said}")


def _make_where(run: Run) -> RenderableType | None:
    folder = RunFolder(Path(run.folder)).tasks
    if not run.folder or not any(step.status in {"done", "failed"} for step in run.steps.values()):
        return None
    return parts.make_line(f"executed notebooks: {say_path(folder)}")


def find_next(run: Run, where: str) -> list[Next]:
    """Return the commands that make sense after a run, with what they do.

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


def find_step_next(shown: answers.ShownStep) -> list[Next]:
    """Return the commands that make sense after a look at a step."""
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
