"""How a run differs from another one, as a document: what went in, what came out, step by step."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence

from nbflow.base.text import say_seconds, say_when, shorten
from nbflow.model import Next
from nbflow.model.profiles import ColumnProfile
from nbflow.model.table_differences import TableComparison
from nbflow.present import document as doc
from nbflow.present.comparison_texts import (
    ARROW,
    SIGNS,
    say_cell,
    say_kept,
    say_output,
    say_runs,
    say_same,
    say_sides,
    say_steps,
    say_times,
    say_value_change,
    say_why,
)
from nbflow.present.problems import say_problem
from nbflow.present.reasons import say_failure
from nbflow.present.report.column_texts import say_range
from nbflow.present.run_lines import say_steps as say_counts
from nbflow.present.table_differences import (
    say_column_change,
    say_column_difference,
    say_key,
    say_row_change,
)
from nbflow.reports.comparison import (
    Change,
    CodeChange,
    Comparison,
    DiffLine,
    LineKind,
    OutputComparison,
    StepComparison,
)
from nbflow.runs.fold import Run

_KEY = 40  # characters of a row's key
_ROWS = 3  # changed rows of a table that are shown
_COLUMNS = 8  # columns of a table that are named
_LINES = 40  # of a change of code
_LOOKS: dict[LineKind, doc.Look] = {"added": "added", "removed": "removed", "same": ""}
_RUNS = (
    doc.Column(""),
    doc.Column("run"),
    doc.Column("state"),
    doc.Column("started"),
    doc.Column("took", right=True),
    doc.Column("steps"),
)
_STEPS = (
    doc.Column("step", gives_way=True),
    doc.Column("took", right=True),
    doc.Column("why it differs"),
)
_CHANGES = (doc.Column("what"), doc.Column("differs", gives_way=True), doc.Column("in"))
_NUMBERS = (
    doc.Column("what it says", gives_way=True),
    doc.Column("before", right=True),
    doc.Column(""),
    doc.Column("after", right=True),
)


def make_comparison_page(comparison: Comparison, after: Iterable[Next] = ()) -> doc.Document:
    """Return what differs, from parameters to rows; `after` are commands to type next."""
    same = say_same(comparison)
    return doc.make_document(
        doc.make_line(doc.Span(say_runs(comparison), "strong"), kind="headline"),
        doc.Gap(),
        _make_runs(comparison),
        *_make_went_in(comparison),
        *_make_numbers(comparison),
        *_make_steps(comparison.steps),
        doc.Gap(),
        doc.make_line(same) if same else None,
        *(part for step in comparison.steps for part in make_step(step)),
        doc.Gap(),
        doc.make_commands(after) if comparison.steps else None,
    )


def make_step(step: StepComparison) -> Iterator[doc.Block]:
    """Yield what differs in a step: its code, its error, what it wrote."""
    parts = doc.make_document(
        *_make_failures(step),
        *map(make_code, step.code),
        *map(_make_output, step.outputs),
        _make_figures(step),
        *make_pictures(step),
        *(doc.make_line(f"! {say_problem(one)}", kind="warning") for one in step.problems),
    )
    if parts:
        yield doc.Gap()
        yield doc.Section(doc.make_line(doc.Span(step.name, "strong"), kind="headline"), parts)


def make_pictures(step: StepComparison) -> Iterator[doc.Pictures]:
    """Yield the figures that differ: those that were written, then those that cells show."""
    written = [(one.ref, one.pictures) for one in step.outputs if one.pictures is not None]
    known = [(one.before, one.after) for _, one in written]
    shown = [
        (f"figure of cell {one.cell}", one)
        for one in step.figures
        if (one.before, one.after) not in known
    ]
    for label, one in (*written, *shown):
        yield doc.Pictures(one.before, one.after, label)


def make_code(change: CodeChange) -> doc.Section:
    """Return the lines of a cell that differ."""
    title = doc.make_line(doc.Span(say_cell(change), "dim"))
    listing = doc.Listing(tuple(make_diff(change.lines)), f"Changed lines of {say_cell(change)}")
    return doc.Section(title, (listing,))


def make_diff(lines: Sequence[DiffLine]) -> Iterator[doc.Span]:
    """Yield lines with their signs; of very many, the first."""
    for line in lines[:_LINES]:
        yield doc.Span(f"{SIGNS[line.kind]}{line.text}", _LOOKS[line.kind])
    if len(lines) > _LINES:
        yield doc.Span(f"… {len(lines) - _LINES} lines more", "dim")


# --- the runs ---------------------------------------------------------------------------------


def _make_runs(comparison: Comparison) -> doc.Table:
    sides = (("before", comparison.before), ("after", comparison.after))
    return doc.Table(_RUNS, tuple(_make_run(said, run) for said, run in sides))


def _make_run(said: str, run: Run) -> tuple[doc.Cell, ...]:
    return (
        doc.Span(said, "dim"),
        doc.Span(run.id, "code"),
        doc.StateMark(run.status),
        say_when(run.started),
        say_seconds(run.seconds),
        say_counts(run),
    )


def _make_went_in(comparison: Comparison) -> doc.Document:
    """Return parameters, versions, files and modules that differ."""
    rows = (
        *_make_changes("parameter", comparison.parameters),
        *_make_changes("version", comparison.environment),
        *_make_changes("file", comparison.files, say_kept),
        *_make_changes("module", comparison.modules, say_kept),
    )
    return (doc.Gap(), doc.Table(_CHANGES, rows)) if rows else ()


def _say_sides(change: Change) -> str:
    return say_sides(change.before, change.after)


def _make_changes(
    kind: str, changes: Iterable[Change], say: Callable[[Change], str] = _say_sides
) -> Iterator[tuple[doc.Cell, ...]]:
    for one in changes:
        what = (doc.Span(f"{kind} ", "dim"), one.name)
        yield what, say(one), doc.Span(say_steps(one.steps), "dim")


def _make_numbers(comparison: Comparison) -> doc.Document:
    """Return the large numbers of both runs."""
    rows = tuple(
        (
            one.label,
            one.before or "-",
            doc.Span(ARROW if one.before != one.after else "=", "dim"),
            doc.Span(one.after or "-", "" if one.before == one.after else "strong"),
        )
        for one in comparison.numbers
    )
    return (doc.Gap(), doc.Table(_NUMBERS, rows)) if rows else ()


# --- steps ------------------------------------------------------------------------------------


def _make_steps(steps: Sequence[StepComparison]) -> doc.Document:
    rows = tuple((doc.Span(one.name, "strong"), say_times(one), say_why(one)) for one in steps)
    return (doc.Gap(), doc.Table(_STEPS, rows)) if rows else ()


def _make_failures(step: StepComparison) -> Iterator[doc.Line]:
    for said, state in (("before", step.before), ("after", step.after)):
        if state is not None and state.failure is not None:
            yield doc.make_line(
                doc.Span(f"{said}: ", "dim"), doc.Span(say_failure(state.failure), "failed")
            )


def _make_output(output: OutputComparison) -> doc.Section | doc.Line:
    """Return how an output differs: a sentence, and below it columns, rows and values."""
    title = doc.make_line(
        doc.Span(output.ref.partition(".")[2], "strong"), f"  {say_output(output)}"
    )
    table = output.table
    parts = doc.make_document(
        *((_make_facts(_say_columns(table)), _make_facts(_say_rows(table))) if table else ()),
        *([_make_key(table)] if table else []),
        _make_facts(_say_values(output)),
        doc.Listing(tuple(make_diff(output.lines)), f"Changed lines of {output.ref}")
        if output.lines
        else None,
        doc.make_line(f"! {say_problem(output.problem)}", kind="warning")
        if output.problem
        else None,
    )
    return doc.Section(title, parts) if parts else title


def _make_facts(rows: Iterable[tuple[str, str]]) -> doc.Facts | None:
    made = tuple((name, (doc.make_line(said),)) for name, said in rows)
    return doc.Facts(made) if made else None


def _make_figures(step: StepComparison) -> doc.Line | None:
    cells = [str(one.cell) for one in step.figures]
    if not cells:
        return None
    which = f"cell {cells[0]}" if len(cells) == 1 else f"cells {', '.join(dict.fromkeys(cells))}"
    return doc.make_line(doc.Span(f"other figures in {which}", "dim"))


def _say_values(output: OutputComparison) -> Iterator[tuple[str, str]]:
    yield from map(say_value_change, output.values)
    if output.more:
        yield "…", f"{output.more:,} more"


def _say_columns(table: TableComparison) -> Iterator[tuple[str, str]]:
    """Yield the columns that came, went or differ, with their ranges."""
    difference = table.difference
    yield from ((one.name, say_column_change(one)) for one in difference.schema)
    before, after = ({one.name: one for one in side} for side in (table.before, table.after))
    for column in difference.columns[:_COLUMNS]:
        ranges = _say_ranges(before.get(column.name), after.get(column.name))
        yield column.name, f"{say_column_difference(column)}{ranges}"
    if len(difference.columns) > _COLUMNS:
        yield "…", f"{len(difference.columns) - _COLUMNS} columns more"


def _say_rows(table: TableComparison) -> Iterator[tuple[str, str]]:
    """Yield some of the rows that differ, by their keys."""
    for row in table.difference.examples[:_ROWS]:
        key = " ".join("null" if one is None else one for one in row.key)
        yield shorten(key, _KEY), say_row_change(row)


def _make_key(table: TableComparison) -> doc.Line | None:
    said = say_key(table.difference)
    return doc.make_line(doc.Span(said, "dim")) if said else None


def _say_ranges(before: ColumnProfile | None, after: ColumnProfile | None) -> str:
    sides = [say_range(one) if one else "" for one in (before, after)]
    if not any(sides) or sides[0] == sides[1]:
        return ""
    return f"; {f' {ARROW} '.join(one or '-' for one in sides)}"
