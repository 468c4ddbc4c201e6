"""Runs: one with its steps, one step of it, all of them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from nbflow.base.text import say_age, say_bytes, say_made, say_seconds, say_when, shorten
from nbflow.model import Failure, Next, Output
from nbflow.present import document as doc
from nbflow.present.frontends import find_program
from nbflow.present.nodes import make_run_graph
from nbflow.present.places import say_failed_at, say_path
from nbflow.present.reasons import say_hint, say_standing, say_step_why
from nbflow.present.run_lines import (
    say_about,
    say_doing,
    say_headline,
    say_step_time,
    say_steps,
    say_took,
    say_trouble,
    say_warnings,
)
from nbflow.present.tracebacks import is_current, say_traceback
from nbflow.present.values import say_outputs
from nbflow.runs.fold import Run, StepRun
from nbflow.runs.folder import RunFolder

MANY = 50  # reused steps, which from here on are only counted
_WHY = 120  # characters
_STEPS = (  # the widths let the table stand still while a run goes on
    doc.Column("step", gives_way=True),
    doc.Column("state", least=11),
    doc.Column("progress", one_line=True, gives_way=True, least=16, most=38),
    doc.Column("time", right=True, least=6),
    doc.Column("why", one_line=True),
)
_RUNS = (
    doc.Column("run"),
    doc.Column("state"),
    doc.Column("started"),
    doc.Column("took", right=True),
    doc.Column("steps", gives_way=True),
    doc.Column("about"),
)
_OUTPUTS = (
    doc.Column("output"),
    doc.Column("kind"),
    doc.Column("rows", right=True),
    doc.Column("size", right=True),
    doc.Column("columns"),
)


def make_run_page(run: Run, now: float, after: Iterable[Next] = ()) -> doc.Document:
    """Return a run with all its steps; `after` are commands to type next, `now` is a time.

    A reused result is told by the moment that it was made, which stays true in a saved notebook.
    """
    steps = run.steps.values()
    rows = (_make_row(one, now, shorten(_say_why(one, None), _WHY)) for one in steps)
    return doc.make_document(
        make_headline(run, now, say_trouble(run)),
        make_run_graph(run),
        doc.Gap(),
        doc.Table(_STEPS, tuple(rows)),
        *make_ending(run, after),
    )


def make_live_page(run: Run, now: float, after: Iterable[Next] = ()) -> doc.Document:
    """Return a run with all its steps as it is now; many reused steps are only counted."""
    return doc.make_document(
        make_headline(run, now),
        doc.Gap(),
        *make_live_table(run, leave_out_reused(run), now),
        *make_outcome_page(run, after),
    )


def leave_out_reused(run: Run) -> list[StepRun]:
    """Return the steps, without the reused ones where their number says more than their names."""
    steps = list(run.steps.values())
    others = [step for step in steps if step.status != "reused"]
    return others if len(steps) - len(others) > MANY else steps


def make_live_table(run: Run, shown: Sequence[StepRun], now: float) -> doc.Document:
    """Return a row for each of these steps, with the ages of results, and how many others are."""
    known = {step.name for step in shown}
    hidden = Counter(step.status for step in run.steps.values() if step.name not in known)
    others = ", ".join(f"{count} {status}" for status, count in hidden.items())
    return doc.make_document(
        doc.Table(_STEPS, tuple(_make_row(step, now, _say_why(step, now)) for step in shown)),
        doc.make_line(doc.Span(f"… and {others}", "dim")) if others else None,
    )


def make_outcome_page(run: Run, after: Iterable[Next] = ()) -> doc.Document:
    """Return what a run that is over came to."""
    return (doc.Gap(), make_summary(run), *make_ending(run, after))


def make_headline(run: Run, now: float, *more: str) -> doc.Line:
    """Return `▸ running notebooks · 20261123-064312-1f3a · 3 of 9 steps · 12 s`."""
    said = " · ".join(filter(None, (say_headline(run, now), *more)))
    return doc.make_line(doc.StateMark(run.status), f" {said}", kind="headline")


def make_summary(run: Run) -> doc.Line:
    """Return `✓ done in 3.0 s: 2 ran, 1 reused`."""
    word = "in" if run.status == "done" else "after"
    took = "" if run.seconds is None else f" {word} {say_seconds(run.seconds)}"
    said = " · ".join(filter(None, (say_steps(run), say_trouble(run))))
    return doc.make_line(doc.StateMark(run.status), f"{took}: {said}")


def make_ending(run: Run, after: Iterable[Next] = ()) -> doc.Document:
    """Return what failed, the warnings, where the executed notebooks are, and what to type next."""
    return doc.make_document(
        *(part for step in run.steps.values() for part in make_failure(run, step)),
        *doc.make_warnings(say_warnings(run)),
        doc.Gap(),
        _make_where(run),
        doc.make_commands(after),
    )


def make_step_page(
    run: Run,
    step: StepRun,
    outputs: Sequence[Output] = (),
    folder: str = "",
    after: Iterable[Next] = (),
    *,
    now: float | None = None,
) -> doc.Document:
    """Return one step of a run: state, reasons, what it wrote, its error.

    A reused result is told by its age at `now`, without it by the moment that it was made.
    """
    state = doc.StateMark(step.status), say_took(step.seconds, step.spent)
    title = (doc.Span(step.name, "strong"), f" in run {run.id}: ", *state)
    why = say_step_why(step, _say_made(step, now))
    return doc.make_document(
        doc.make_line(*title, kind="headline"),
        doc.make_line(doc.Span("why: ", "dim"), why) if why else None,
        *((doc.Gap(), make_outputs_table(outputs), doc.Gap()) if outputs else ()),
        *make_failure(run, step),
        *doc.make_warnings(step.warnings),
        doc.make_line(doc.Span(f"kept in {say_path(folder)}", "dim"), kind="copied")
        if folder
        else None,
        doc.make_commands(after),
    )


def make_runs_page(runs: Sequence[Run]) -> doc.Document:
    """Return a table of runs."""
    if not runs:
        return (doc.make_line(f"No run yet. `{find_program()} run` makes one."),)
    return (make_runs_table(runs),)


def make_runs_table(runs: Sequence[Run], *, keyed: bool = False) -> doc.Table:
    """Return a row for each run; `keyed` ones can be chosen by their ids."""
    keys = tuple(run.id for run in runs) if keyed else ()
    return doc.Table(_RUNS, tuple(map(_make_run, runs)), keys)


def make_failure(run: Run, step: StepRun) -> Iterator[doc.Block]:
    """Yield the error of a step: where, what, its traceback, what differs; nothing without one."""
    failure = step.failure
    if failure is None:
        return
    where = say_failed_at(step.path, failure)
    title = (doc.Span(f"{step.name} failed", "failed"), f" in {where}" if where else "")
    executed = run.find_attempt(step).executed if step.notebook else None
    parts = doc.make_document(
        _make_place("as executed", executed) if executed else None,
        make_traceback(failure),
        make_changes(failure),
    )
    yield doc.Gap()
    yield doc.Section(doc.make_line(*title, kind="headline"), parts)


def make_traceback(failure: Failure) -> doc.Listing:
    """Return the frames in cells and in the project, and the error; libraries' are counted."""
    lines = (doc.Span(line, _find_look(line)) for line in say_traceback(failure))
    return doc.Listing(tuple(lines), "Traceback")


def make_changes(failure: Failure) -> doc.Line | None:
    """Return what to do about a failure, and what changed since the last success."""
    hint = say_hint(failure)
    return doc.make_line(hint, kind="warning") if hint else None


def make_outputs_table(outputs: Iterable[Output]) -> doc.Table:
    """Return a table of tables and values."""
    return doc.Table(_OUTPUTS, tuple(map(_make_output, outputs)))


def make_progress(step: StepRun) -> doc.Cell:
    """Return how far a step is: what it says itself, else by its cells; what a done one wrote."""
    if step.status == "running":
        doing = say_doing(step.cells, step.cells_done, step.fraction, step.text)
        if doing is not None:
            return doc.Bar(doing[0]), f" {doing[1]}"
    return doc.Span(say_outputs(step.outputs), "dim")


def _make_row(step: StepRun, now: float, why: str) -> tuple[doc.Cell, ...]:
    time = say_step_time(step, now, step.expected)
    name = doc.Span(step.name, "strong")
    return name, doc.StateMark(step.status), make_progress(step), time, why


def _say_why(step: StepRun, now: float | None) -> str:
    return say_standing(step, _say_made(step, now))


def _say_made(step: StepRun, now: float | None) -> str:
    return say_made(step.made) if now is None else say_age(step.find_age(now))


def _make_run(run: Run) -> tuple[doc.Cell, ...]:
    return (
        doc.Span(run.id, "code"),
        doc.StateMark(run.status),
        say_when(run.started),
        say_seconds(run.seconds),
        say_steps(run),
        "  ".join(say_about(run)),
    )


def _make_output(one: Output) -> tuple[doc.Cell, ...]:
    rows = "" if one.rows is None else f"{one.rows:,}"
    columns = ", ".join(f"{name} {kind}" for name, kind in (one.columns or {}).items())
    about = "  ".join(part for part in (columns, one.note) if part)
    return one.name, one.kind, rows, say_bytes(one.bytes), about


def _find_look(line: str) -> doc.Look:
    return "strong" if is_current(line) else "dim" if line.startswith("… ") else ""


def _make_where(run: Run) -> doc.Line | None:
    made = any(step.status in {"done", "failed"} for step in run.steps.values())
    if not run.folder or not made:
        return None
    return _make_place("executed notebooks", RunFolder(Path(run.folder)).tasks)


def _make_place(said: str, path: Path) -> doc.Line:
    parts = doc.Span(f"{said}: ", "dim"), doc.Span(say_path(path), "code")
    return doc.make_line(*parts, kind="copied")
