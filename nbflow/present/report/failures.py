"""What went wrong in a run: the message first, its place, what changed, what to do next."""

from __future__ import annotations

from collections.abc import Iterator

from markupsafe import Markup

from nbflow.base.text import say_count
from nbflow.model import Failure
from nbflow.present.html.markup import join, tag
from nbflow.present.places import say_failed_at
from nbflow.present.problems import say_problem
from nbflow.present.reasons import say_changes
from nbflow.present.remedies import spell_next
from nbflow.present.report.cells.raised_errors import draw_frames
from nbflow.present.run_lines import say_trouble
from nbflow.present.values import say_value
from nbflow.reports.facts import Report, ReportStep

_STOPS = {
    "cancelled": "It was stopped before all steps had run.",
    "lost": "Its process ended without a word: it was killed, or the machine went down.",
    "running": "It was still at work when this page was made.",
}
_MOST = 5  # failures that are told in full


def draw_failures(report: Report) -> Iterator[Markup]:
    """Yield what failed or broke off, and the commands that go on; nothing where all is well."""
    failed = [one for one in report.steps if one.state.failure is not None]
    for step in failed[:_MOST]:
        yield _draw_failure(report, step)
    if len(failed) > _MOST:
        yield tag("p", f"{say_count(len(failed) - _MOST, 'more step')} failed; see the list.")
    if report.run.status in _STOPS:
        yield _draw_stop(report)


def _draw_failure(report: Report, step: ReportStep) -> Markup:
    failure = step.state.failure
    assert failure is not None  # noqa: S101 - asked above
    name = step.state.name
    where = say_failed_at(step.state.path, failure)
    place = join(tag("a", name, href=f"#{step.state.task}"), f" in {where}" if where else "")
    return tag(
        "section",
        tag("p", *_say_message(failure), class_="nb-message"),
        tag("p", place, class_="nb-where"),
        draw_frames(failure),
        *_draw_advice(failure),
        *_draw_what_it_had(report, step),
        _draw_blocked(report, name),
        _draw_commands(report),
        class_="nb-failure",
        aria_label=f"Why {name} failed",
    )


def _say_message(failure: Failure) -> tuple[str, ...]:
    kind = tag("span", failure.type, class_="nb-kind")
    return (kind, f": {failure.message}") if failure.type else (failure.message,)


def _draw_advice(failure: Failure) -> Iterator[Markup]:
    if failure.advice is not None:
        yield tag("p", say_problem(failure.advice))
    if failure.last_success:
        since = join(" (run ", tag("code", failure.last_success), "): ")
        yield tag("p", tag("b", "Changed since it last worked"), since, say_changes(failure))


def _draw_what_it_had(report: Report, step: ReportStep) -> Iterator[Markup]:
    """Yield the values and tables with which the step failed."""
    if step.parameters:
        values = ", ".join(f"{name} {say_value(value)}" for name, value in step.parameters.items())
        yield tag("p", tag("b", "With"), f" {values}")
    read = [_link_table(report, one.name) for one in step.sources if one.kind == "table"]
    if read:
        yield tag("p", tag("b", "It read"), " ", Markup(", ").join(read))


def _link_table(report: Report, ref: str) -> Markup:
    """Return the name of a table, which leads to the step that wrote it."""
    step, _, name = ref.partition(".")
    outputs = {
        one.output.name: one.output
        for made in (*report.steps, *report.outside)
        if made.state.name == step
        for one in made.outputs
    }
    output = outputs.get(name)
    rows = f" ({say_count(output.rows, 'row')})" if output and output.rows is not None else ""
    return join(tag("a", ref, href=f"#{step}") if outputs else ref, rows)


def _draw_blocked(report: Report, name: str) -> Markup | None:
    """Return which steps did not run because this one failed."""
    why = {
        one.state.name: {reason.subject for reason in one.state.why if reason.code == "blocked"}
        for one in report.steps
    }
    blocked = [step for step, subjects in why.items() if name in subjects]
    return tag("p", tag("b", "Did not run"), f": {', '.join(blocked)}") if blocked else None


def _draw_stop(report: Report) -> Markup:
    """Return why a run ended before its steps did, and which steps these are."""
    began = (one for one in report.steps if one.state.status in {"cancelled", "lost", "running"})
    lines = [_say_begun(one) for one in began if one.state.started is not None]
    said = say_trouble(report.run) or _STOPS[report.run.status]
    return tag(
        "section",
        tag("p", said, class_="nb-message"),
        tag("ul", *(tag("li", one) for one in lines)) if lines else None,
        _draw_commands(report),
        class_="nb-stop",
        aria_label="Why it did not end",
    )


def _say_begun(step: ReportStep) -> Markup:
    state = step.state
    at = (
        f", in cell {state.cells_done + 1} of {state.cells}"
        if state.cells > state.cells_done
        else ""
    )
    return join(tag("a", state.name, href=f"#{state.task}"), f" was at work{at}")


def _draw_commands(report: Report) -> Markup | None:
    lines = [
        tag("li", tag("code", command), " ", tag("span", text, class_="nb-dim"))
        for command, text in spell_next(report.next)
    ]
    return tag("ul", *lines, class_="nb-commands") if lines else None
