"""How a run differs from another one, as a document: what went in, what came out, step by step."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence

from nbflow.base.text import say_seconds, say_when
from nbflow.model import Next
from nbflow.model.profiles import ColumnProfile
from nbflow.model.table_differences import TableComparison
from nbflow.present import document as doc
from nbflow.present.comparison_texts import (
    ARROW,
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

_ROWS = 3  # changed rows of a table that are shown
_COLUMNS = 8  # columns of a table that are named
_LINES = 40  # of a change of code
_LOOKS: dict[LineKind, doc.Look] = {"added": "added", "removed": "removed", "same": ""}
_SIGNS: dict[LineKind, str] = {"added": "+ ", "removed": "- ", "same": "  "}
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
        _make_outputs(step.outputs),
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
        yield doc.Span(f"{_SIGNS[line.kind]}{line.text}", _LOOKS[line.kind])
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


def _make_outputs(outputs: Iterable[OutputComparison]) -> doc.Facts | None:
    rows = tuple(
        (one.ref.partition(".")[2], tuple(doc.make_line(part) for part in _say_lines(one)))
        for one in outputs
    )
    return doc.Facts(rows) if rows else None


def _make_figures(step: StepComparison) -> doc.Line | None:
    cells = [str(one.cell) for one in step.figures]
    if not cells:
        return None
    which = f"cell {cells[0]}" if len(cells) == 1 else f"cells {', '.join(dict.fromkeys(cells))}"
    return doc.make_line(doc.Span(f"other figures in {which}", "dim"))


def _say_lines(output: OutputComparison) -> Iterator[doc.Inline]:
    yield say_output(output)
    if output.table is not None:
        yield from _say_table(output.table)
    for change in output.values:
        path, said = say_value_change(change)
        yield f"  {path}: {said}" if path else f"  {said}"
    if output.more:
        yield doc.Span(f"  … {output.more:,} more", "dim")
    yield from (doc.Span(f"  {line.text}", line.look) for line in make_diff(output.lines))
    if output.problem is not None:
        yield doc.Span(f"  {say_problem(output.problem)}", "warning")


def _say_table(table: TableComparison) -> Iterator[doc.Inline]:
    """Yield the columns that differ with their ranges, and some of the rows."""
    difference = table.difference
    yield from (f"  {say_column_change(one)}" for one in difference.schema)
    before, after = ({one.name: one for one in side} for side in (table.before, table.after))
    for column in difference.columns[:_COLUMNS]:
        ranges = _say_ranges(before.get(column.name), after.get(column.name))
        yield f"  {column.name}: {say_column_difference(column)}{ranges}"
    if len(difference.columns) > _COLUMNS:
        yield doc.Span(f"  … {len(difference.columns) - _COLUMNS} columns more", "dim")
    for row in difference.examples[:_ROWS]:
        key = ", ".join("null" if one is None else one for one in row.key)
        yield doc.Span(f"  {key}: {say_row_change(row)}", "dim")
    if said := say_key(difference):
        yield doc.Span(f"  {said}", "dim")


def _say_ranges(before: ColumnProfile | None, after: ColumnProfile | None) -> str:
    sides = [say_range(one) if one else "" for one in (before, after)]
    if not any(sides) or sides[0] == sides[1]:
        return ""
    return f"; {f' {ARROW} '.join(one or '-' for one in sides)}"
