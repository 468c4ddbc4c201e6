"""Draws a report as one HTML page, which needs no network and no server."""

from __future__ import annotations

from collections.abc import Iterator

from markupsafe import Markup

from nbflow.model import find_state
from nbflow.present.html.markup import join, tag
from nbflow.present.report.cells import FrameScripts
from nbflow.present.report.failures import draw_failures
from nbflow.present.report.frame import Entry, draw_page
from nbflow.present.report.headline import draw_headline
from nbflow.present.report.run_data import make_run_data
from nbflow.present.report.run_facts import draw_circumstances, draw_left_out, draw_warnings
from nbflow.present.report.run_graph import draw_run_graph
from nbflow.present.report.step_rows import draw_steps
from nbflow.present.report.story import draw_numbers, draw_story, make_entries
from nbflow.present.report.timeline import say_chain
from nbflow.present.run_lines import say_warnings
from nbflow.present.values import say_outputs
from nbflow.reports.facts import Report, ReportStep

_FOOT = (
    "Made by nbflow of one run. This page asks nothing of the network, and nothing in its outputs "
    "can act in it."
)


def draw_report(report: Report) -> str:
    """Return the page of a report; the same report gives the same page."""
    frames = FrameScripts() if report.options.scripts else None
    said, made = _draw_said(report, frames), _draw_made(report, frames)
    parts = (
        draw_headline(report),
        *draw_failures(report),
        *((made, said) if report.story_from else (said, made)),
        draw_warnings(report),
        draw_circumstances(report),
        tag("footer", draw_left_out(report), tag("p", _FOOT)),
    )
    sign = find_state(report.run.status).glyph
    return draw_page(
        f"{sign} {report.title}",
        parts,
        contents=_make_contents(report),
        data=make_run_data(report),
        frames=frames,
    )


def _draw_said(report: Report, frames: FrameScripts | None) -> Markup | None:
    """Return what the pipeline says; of an earlier run, where this one says nothing."""
    parts = (draw_numbers(report.numbers), draw_story(report, frames))
    if not any(parts):
        return None
    title = "What the last good run said" if report.story_from else "What came out"
    origin = join("From run ", tag("code", report.story_from), ", not from this one.")
    note = tag("p", origin, class_="nb-note") if report.story_from else None
    kind = "nb-earlier" if report.story_from else None
    return tag("section", tag("h2", title), note, *parts, id="nb-said", class_=kind)


def _draw_made(report: Report, frames: FrameScripts | None) -> Markup:
    """Return how it was made: the graph, and the steps as a timeline."""
    chain = say_chain(report)
    return tag(
        "section",
        tag("h2", "How it was made"),
        tag("p", chain, class_="nb-note") if chain else None,
        draw_run_graph(report),
        tag("div", *draw_steps(report, frames), class_="nb-steps"),
        id="nb-made",
    )


def _make_contents(report: Report) -> list[Entry]:
    said = list(_make_said_entries(report))
    made = [Entry("nb-made", "How it was made"), *map(_make_step_entry, report.steps)]
    made += map(_make_step_entry, report.outside)
    return [
        *((*made, *said) if report.story_from else (*said, *made)),
        *((Entry("nb-warnings", "Warnings"),) if say_warnings(report.run) else ()),
        *((Entry("nb-with", "What it ran with"),) if report.settings or report.environment else ()),
        *((Entry("nb-left-out", "Left out"),) if report.masked or report.left_out else ()),
    ]


def _make_said_entries(report: Report) -> Iterator[Entry]:
    if report.story or report.numbers:
        yield Entry("nb-said", "What came out" if not report.story_from else "The last good run")
        yield from make_entries(report)


def _make_step_entry(step: ReportStep) -> Entry:
    state = step.state
    outputs = state.outputs or tuple(one.output for one in step.outputs)
    return Entry(str(state.task), str(state.task), "step", state.status, say_outputs(outputs))
