"""Draws what differs between two runs as a page of the report's kind."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from markupsafe import Markup
from msgspec.structs import replace

from nbflow.base.text import say_count, say_seconds, say_when
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
from nbflow.present.html.markup import dim, join, state, tag
from nbflow.present.html.render import draw
from nbflow.present.pages.comparison import make_pictures
from nbflow.present.problems import say_problem
from nbflow.present.reasons import say_failure
from nbflow.present.report.frame import Entry, draw_page
from nbflow.present.report.masked_texts import say_masked
from nbflow.present.report.table_differences import draw_table_comparison
from nbflow.present.run_lines import say_steps as say_counts
from nbflow.present.values import say_parameters
from nbflow.reports.comparison import (
    Change,
    CodeChange,
    Comparison,
    DiffLine,
    NumberChange,
    OutputComparison,
    StepComparison,
)
from nbflow.runs.fold import Run

_OPEN = 12  # steps from which on they are closed at first


def draw_comparison(comparison: Comparison) -> str:
    """Return a page with what differs; the same two runs give the same page."""
    title = f"{say_runs(comparison)}: {comparison.title}" if comparison.title else "Two runs"
    parts = (
        tag("p", "What differs between two runs", class_="nb-kicker"),
        tag("h1", comparison.title or say_runs(comparison)),
        tag("p", say_comparison(comparison), class_="nb-verdict"),
        _draw_runs(comparison),
        _draw_numbers(comparison.numbers),
        *_draw_went_in(comparison),
        *_draw_steps(comparison),
        *_draw_masked(comparison),
    )
    return draw_page(
        f"≠ {title}" if comparison.steps else f"= {title}",
        parts,
        contents=[*_make_contents(comparison)],
        data=_leave_out_pictures(comparison),
    )


def say_comparison(comparison: Comparison) -> str:
    """Return `3 of 9 steps differ · parameter holdout 2 → 3 · 22 s → 11 s`."""
    count = len(comparison.same) + len(comparison.steps)
    differ = sum(one.kind not in {"same", "equal"} for one in comparison.steps)
    changes = (
        f"{one.name} {say_sides(one.before, one.after)}" for one in comparison.parameters[:3]
    )
    runs = comparison.before, comparison.after
    ends = [run.status for run in runs] if runs[0].status != runs[1].status else []
    sides = (ends, [say_seconds(run.seconds) or run.status for run in runs])
    times = (f" {ARROW} ".join(side) for side in sides if side)
    said = [f"{differ} of {say_count(count, 'step')} differ", *changes, *times]
    return " · ".join(said)


def _make_contents(comparison: Comparison) -> Iterator[Entry]:
    if comparison.parameters or comparison.environment or comparison.files or comparison.modules:
        yield Entry("went-in", "What went in")
    if comparison.steps:
        yield Entry("steps", "Step by step")
    for step in comparison.steps:
        state = step.after or step.before
        yield Entry(step.name, step.name, "step", state.status if state else "", say_why(step))


def _leave_out_pictures(comparison: Comparison) -> Comparison:
    """Return the comparison as other programs read it."""
    steps = (
        replace(
            step, figures=(), outputs=tuple(replace(one, pictures=None) for one in step.outputs)
        )
        for step in comparison.steps
    )
    return replace(comparison, steps=tuple(steps))


# --- the runs ---------------------------------------------------------------------------------


def _draw_runs(comparison: Comparison) -> Markup:
    sides = (("Before", comparison.before), ("After", comparison.after))
    return tag("div", *(_draw_run(said, run) for said, run in sides), class_="nb-sides nb-runs")


def _draw_run(said: str, run: Run) -> Markup:
    about = " · ".join(filter(None, (say_when(run.started), say_seconds(run.seconds))))
    parameters = say_parameters(run.parameters)
    return tag(
        "section",
        tag("h2", said, class_="nb-kicker"),
        tag("p", tag("b", run.name or run.id), " ", state(run.status)),
        tag("p", about),
        tag("p", say_counts(run)),
        tag("p", tag("code", parameters)) if parameters else None,
        tag("p", dim(f"run {run.id}")) if run.name else None,
    )


def _draw_numbers(numbers: Sequence[NumberChange]) -> Markup | None:
    cards = (_draw_number(one) for one in numbers)
    return tag("ul", *cards, class_="nb-numbers") if numbers else None


def _draw_number(one: NumberChange) -> Markup:
    if one.before == one.after:
        return tag("li", tag("b", one.after), tag("span", one.label), tag("small", "unchanged"))
    was = f"was {one.before}" if one.before else "new"
    number = tag("b", one.after or "gone")
    return tag("li", number, tag("span", one.label), tag("small", was), class_="nb-differs")


# --- what went in -----------------------------------------------------------------------------


def _draw_went_in(comparison: Comparison) -> Iterator[Markup]:
    rows = [
        *_draw_changes("parameter", comparison.parameters),
        *_draw_changes("version", comparison.environment),
        *_draw_changes("file", comparison.files, content=True),
        *_draw_changes("module", comparison.modules, content=True),
    ]
    if not rows:
        return
    yield tag("h2", "What went in", id="went-in")
    heads = ("what", "name", "how it differs", "steps")
    yield _draw_table(heads, rows, "What went in")


def _draw_changes(
    kind: str, changes: Iterable[Change], *, content: bool = False
) -> Iterator[Markup]:
    for one in changes:
        said = say_kept(one) if content else say_sides(one.before, one.after)
        cells = (tag("td", dim(kind)), tag("th", one.name, scope="row"), tag("td", said))
        yield tag("tr", *cells, tag("td", dim(say_steps(one.steps))))


# --- steps ------------------------------------------------------------------------------------


def _draw_steps(comparison: Comparison) -> Iterator[Markup]:
    few = len(comparison.steps) <= _OPEN
    if comparison.steps:
        yield tag("h2", "Step by step", id="steps")
    yield from (_draw_step(one, few=few) for one in comparison.steps)
    if said := say_same(comparison):
        yield tag("p", said, class_="nb-note")


def _draw_step(step: StepComparison, *, few: bool) -> Markup:
    title = (tag("b", step.name), tag("span", say_why(step)), tag("span", say_times(step)))
    shown = {"open": ""} if few else {}
    parts = (
        *_draw_failures(step),
        *map(_draw_code, step.code),
        *map(_draw_output, step.outputs),
        draw(*make_pictures(step)),
        *(tag("p", say_problem(one), class_="nb-note") for one in step.problems),
    )
    return tag(
        "details", tag("summary", *title), *parts, class_="nb-compared", id=step.name, **shown
    )


def _draw_failures(step: StepComparison) -> Iterator[Markup]:
    for said, one in (("before", step.before), ("after", step.after)):
        if one is not None and one.failure is not None:
            message = tag("b", say_failure(one.failure))
            yield tag("p", dim(f"{said}: "), message, class_="nb-failure")


def _draw_code(change: CodeChange) -> Markup:
    label = f"Changed lines of {say_cell(change)}"
    listing = _draw_lines(change.lines, label)
    return tag("section", tag("p", dim(say_cell(change))), listing, class_="nb-written")


def _draw_lines(lines: Iterable[DiffLine], label: str) -> Markup:
    named = {"tabindex": "0", "role": "region", "aria_label": label}
    content = (_draw_line(line) for line in lines)
    return tag("pre", *content, class_="nb-diff", **named)


def _draw_line(line: DiffLine) -> Markup:
    text = f"{SIGNS[line.kind]}{line.text}\n"
    if line.kind == "same":
        return tag("span", text)
    return tag("ins" if line.kind == "added" else "del", text)


def _draw_output(output: OutputComparison) -> Markup:
    if output.table is not None:
        return draw_table_comparison(output.table)
    parts = [
        tag("p", tag("b", output.ref), " ", dim(say_output(output))),
        _draw_values(output),
        _draw_lines(output.lines, f"Changed lines of {output.ref}") if output.lines else None,
        tag("p", say_problem(output.problem), class_="nb-note") if output.problem else None,
    ]
    return tag("section", *parts, class_="nb-table", aria_label=output.ref)


def _draw_values(output: OutputComparison) -> Markup | None:
    rows = [_draw_value(*say_value_change(one)) for one in output.values]
    if output.more:
        rows.append(tag("tr", tag("td", dim(f"… {output.more:,} more"), colspan="2")))
    heads = ("where", "how it differs")
    return _draw_table(heads, rows, f"Values of {output.ref} that differ") if rows else None


def _draw_value(path: str, said: str) -> Markup:
    return tag("tr", tag("th", path or "the value", scope="row"), tag("td", said, class_="nb-long"))


def _draw_table(heads: Iterable[str], rows: Iterable[Markup], label: str) -> Markup:
    head = tag("thead", tag("tr", *(tag("th", one, scope="col") for one in heads)))
    table = tag("table", head, tag("tbody", *rows), class_="nb-rows")
    frame = tag("div", table, class_="nb-scroll", role="region", tabindex="0", aria_label=label)
    return tag("div", frame, class_="nb-table")


def _draw_masked(comparison: Comparison) -> Iterator[Markup]:
    if masked := say_masked(comparison.masked):
        yield tag("h2", "Left out of this page")
        yield tag("ul", join(*(tag("li", one) for one in masked)))
