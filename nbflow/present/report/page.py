"""Draws a report as one HTML page, which needs no network and no server."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from markupsafe import Markup

from nbflow.model import find_state
from nbflow.present.document import Block, make_commands, make_warnings
from nbflow.present.html.markup import dim, join, tag
from nbflow.present.html.render import draw
from nbflow.present.html.style import frame
from nbflow.present.nodes import make_run_graph
from nbflow.present.pages.runs import make_failure
from nbflow.present.problems import say_problem
from nbflow.present.reasons import say_standing
from nbflow.present.report.cells import FrameScripts, draw_cell
from nbflow.present.report.frame import draw_page
from nbflow.present.report.masked_texts import say_masked
from nbflow.present.report.outputs import draw_outputs
from nbflow.present.report.summary import make_step_row, say_verdict
from nbflow.present.report.timeline import (
    draw_axis,
    draw_bar,
    draw_legend,
    find_length,
    say_chain,
    say_parts,
)
from nbflow.present.run_lines import say_warnings
from nbflow.present.values import say_value
from nbflow.reports.facts import Report, ReportStep, Story


def draw_report(report: Report) -> str:
    """Return the page of a report; the same report gives the same page."""
    sign = find_state(report.run.status).glyph
    frames = FrameScripts() if report.options.scripts else None
    parts = (
        _draw_logo(report.options.logo),
        tag("h1", report.title),
        tag("p", say_verdict(report), class_="nb-verdict"),
        *_draw_failures(report),
        _draw_numbers(report),
        *(_draw_story(one, report, frames) for one in report.story),
        tag("h2", "How it came about"),
        _draw_shared(make_run_graph(report.run)),
        *_draw_steps(report, frames),
        *_draw_facts(report),
    )
    return draw_page(f"{sign} {report.title}", parts, frames=frames)


def _draw_logo(data: str) -> Markup | None:
    return Markup('<img class="nb-logo" alt="" src="{}">').format(data) if data else None


def _draw_failures(report: Report) -> Iterator[Markup]:
    """Yield what failed, before anything else, and the command that resumes."""
    for step in report.steps:
        if found := tuple(make_failure(report.run, step.state)):
            yield tag("section", _draw_shared(*found), class_="nb-failure")
    if report.run.status != "done" and report.next:
        yield _draw_shared(make_commands(report.next))


def _draw_shared(*blocks: Block | None) -> Markup:
    """Return what a notebook would show too, in the look that it has there."""
    return frame(draw(*blocks))


def _draw_numbers(report: Report) -> Markup | None:
    if not report.numbers:
        return None
    cards = (
        tag("li", tag("b", one.value), tag("span", one.label), tag("small", one.against))
        for one in report.numbers
    )
    return tag("ul", *cards, class_="nb-numbers")


def _draw_story(story: Story, report: Report, frames: FrameScripts | None) -> Markup:
    origin = f"From run {report.story_from}." if report.story_from else ""
    cells = (draw_cell(one, step=story.step, level=2, scripts=frames) for one in story.cells)
    note = tag("p", origin, class_="nb-note") if origin else None
    return tag("section", note, *cells, class_="nb-story")


def _draw_steps(report: Report, frames: FrameScripts | None) -> Iterator[Markup]:
    """Yield the list of steps, which is the timeline of the run."""
    if said := say_chain(report):
        yield tag("p", said, class_="nb-note")
    yield draw_axis(report)
    length = find_length(report)
    for step in report.steps:
        yield _draw_step(step, frames, report.run.id, length)
    yield draw_legend()
    if report.outside:
        yield tag("h2", "Made before, and read in this run")
        yield from (_draw_step(step, frames, report.run.id, length) for step in report.outside)


def _draw_step(step: ReportStep, frames: FrameScripts | None, run: str, length: float) -> Markup:
    name, state, took, wrote = make_step_row(step)
    bar = draw_bar(step, length)
    title = (tag("b", name), tag("span", state), bar, tag("span", took), dim(wrote))
    why = say_standing(step.state)
    content = join(
        tag("p", why, class_="nb-note") if why else None,
        tag("p", parts, class_="nb-note") if (parts := say_parts(step)) else None,
        _draw_values(step.parameters),
        _draw_sources(step),
        draw_outputs(step.outputs, step.state.name, run),
        *(
            draw_cell(one, step=name, id=f"{name}-{one.number}", scripts=frames)
            for one in step.cells
        ),
        tag("pre", step.log, tabindex="0", role="region", aria_label="Log") if step.log else None,
    )
    failed = {"open": ""} if step.state.status == "failed" else {}
    return tag("details", tag("summary", *title), content, class_="nb-step", id=name, **failed)


def _draw_sources(step: ReportStep) -> Markup | None:
    """Return what the step was made from, folded: hashes tell versions apart."""
    if not step.sources:
        return None
    cells = ((one.kind, one.name, one.result, one.hash) for one in step.sources)
    rows = (tag("tr", *(tag("td", said) for said in row)) for row in cells)
    head = tag(
        "tr", *(tag("th", one, scope="col") for one in ("kind", "name", "result", "content"))
    )
    above = f"; above it: {', '.join(step.lineage)}" if step.lineage else ""
    title = f"Made from {', '.join(one.name for one in step.sources[:4])}"
    more = f" and {len(step.sources) - 4} more" if len(step.sources) > 4 else ""  # noqa: PLR2004
    table = tag("table", head, *rows, class_="nb-facts", tabindex="0")
    return tag("details", tag("summary", f"{title}{more}{above}"), table, class_="nb-fold")


def _draw_values(values: Mapping[str, Any]) -> Markup | None:
    said = ", ".join(f"{name} = {say_value(value)}" for name, value in values.items())
    return tag("p", said, class_="nb-note") if said else None


def _draw_facts(report: Report) -> Iterator[Markup]:
    """Yield warnings, settings, versions, and what others do not see."""
    if warnings := tuple(make_warnings(say_warnings(report.run))):
        yield tag("h2", "Warnings")
        yield _draw_shared(*warnings)
    code = " ".join(filter(None, (report.code.commit[:12], report.code.branch)))
    rows = {one.name: say_value(one.value) for one in report.settings}
    versions = {"code": code} if code else {}
    yield _draw_table("Parameters", rows)
    yield _draw_table("Environment", versions | report.environment)
    masked = [*say_masked(report.masked), *map(say_problem, report.left_out)]
    yield _draw_list("Left out of this report", masked)


def _draw_table(title: str, rows: Mapping[str, str]) -> Markup:
    if not rows:
        return Markup()
    made = (
        tag("tr", tag("th", name, scope="row"), tag("td", value)) for name, value in rows.items()
    )
    return join(tag("h2", title), tag("table", tag("tbody", *made), class_="nb-facts"))


def _draw_list(title: str, lines: Iterable[str]) -> Markup:
    items = [tag("li", one) for one in lines]
    return join(tag("h2", title), tag("ul", *items)) if items else Markup()
