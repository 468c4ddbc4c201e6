"""The list of a run's steps, which is its timeline: a row each, which unfolds to all of it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import PurePosixPath

from markupsafe import Markup

from nbflow.base.text import say_seconds, shorten
from nbflow.model import Output
from nbflow.present.html.markup import join, tag
from nbflow.present.pages.runs import MANY
from nbflow.present.problems import say_problem
from nbflow.present.reasons import say_standing
from nbflow.present.remedies import spell_next
from nbflow.present.report.cells import FrameScripts, draw_cell
from nbflow.present.report.headline import draw_sign
from nbflow.present.report.lineage import draw_lineage
from nbflow.present.report.outputs import draw_outputs
from nbflow.present.report.timeline import draw_axis, draw_bar, draw_legend, find_length, say_parts
from nbflow.present.run_lines import find_took
from nbflow.present.values import say_value
from nbflow.reports.facts import Report, ReportCell, ReportStep

_NO_BAR = {"blocked", "skipped", "waiting", "failed"}  # what a row says in place of a bar
_LEVEL = 4  # of the largest heading in a step's notebook
_LONGEST = 90  # characters


def draw_steps(report: Report, frames: FrameScripts | None) -> Iterator[Markup]:
    """Yield the axis, a row for each step, and what the parts of the bars are."""
    length = find_length(report)
    yield draw_axis(report)
    reused = [one for one in report.steps if one.state.status == "reused"]
    folded = reused if len(reused) > MANY and len(reused) < len(report.steps) else []
    if folded:
        title = join(draw_sign("reused"), f" {len(folded):,} steps were reused")
        rows = (_draw_step(step, report, length, frames) for step in folded)
        yield tag("details", tag("summary", title), *rows, class_="nb-many")
    for step in report.steps:
        if not folded or step.state.status != "reused":
            yield _draw_step(step, report, length, frames)
    if any(one.begin is not None for one in report.steps):
        yield draw_legend(decided=bool(report.chain))
    if report.outside:
        yield tag("h3", "Made before, and read in this run")
        yield from (_draw_step(step, report, length, frames) for step in report.outside)


def _draw_step(
    step: ReportStep, report: Report, length: float, frames: FrameScripts | None
) -> Markup:
    state = step.state
    name = str(state.task)
    took = say_seconds(find_took(state.seconds, state.spent))
    title = (
        tag("span", draw_sign(state.status), class_="nb-sign"),
        tag("b", name, class_="nb-name"),
        _draw_bar(step, length),
        tag("span", took, class_="nb-took"),
        tag("span", *_draw_wrote(_find_outputs(step)), class_="nb-wrote"),
    )
    content = tag("div", *_draw_content(step, report, frames), class_="nb-inside")
    failed = {"open": ""} if state.status == "failed" else {}
    kind = "nb-step nb-decides" if step.decides else "nb-step"
    return tag("details", tag("summary", *title), content, class_=kind, id=name, **failed)


def _draw_bar(step: ReportStep, length: float) -> Markup:
    said = say_standing(step.state)
    if step.state.status in _NO_BAR and said and step.begin is None:
        return tag("span", tag("small", shorten(said, _LONGEST)), class_="nb-time nb-standing")
    return draw_bar(step, length)


def _find_outputs(step: ReportStep) -> tuple[Output, ...]:
    return step.state.outputs or tuple(one.output for one in step.outputs)


def _draw_wrote(outputs: Iterable[Output]) -> Iterator[str]:
    """Yield what a step wrote: `flights 336,776 x 19 · model`."""
    for number, one in enumerate(outputs):
        if number:
            yield " · "
        yield one.name
        if one.rows is not None:
            yield join(" ", tag("b", f"{one.rows:,}"), f"\u00d7{len(one.columns or ()):,}")


def _draw_content(
    step: ReportStep, report: Report, frames: FrameScripts | None
) -> Iterator[Markup | None]:
    name = str(step.state.task)
    yield tag("p", step.description) if step.description else None
    yield _draw_facts(step, report)
    for problem in step.problems:
        yield tag("p", say_problem(problem), class_="nb-note")
    yield draw_outputs(step.outputs, step.state.name, report.run.id)
    cells = [_draw_cell(one, step, frames) for one in step.cells]
    if any(cells):
        title = PurePosixPath(step.state.path).name or name
        yield tag("h3", f"{title}, as executed", class_="nb-executed")
        yield from cells
    if step.log:
        yield tag("h3", "Printed outside its cells")
        yield tag("pre", step.log, tabindex="0", role="region", aria_label=f"What {name} printed")


def _draw_cell(cell: ReportCell, step: ReportStep, frames: FrameScripts | None) -> Markup:
    name = str(step.state.task)
    place = f"{name}-{cell.number}"
    return draw_cell(
        cell, step=name, id=place, language=step.language, level=_LEVEL, scripts=frames
    )


def _draw_facts(step: ReportStep, report: Report) -> Markup:
    """Return why the step stands as it does, what it took, and what it was made from."""
    why = "Failed because" if step.state.failure else "Stands so because"
    titles = {"done": "Ran because", "reused": "Reused because"}
    values = ", ".join(f"{name} {say_value(value)}" for name, value in step.parameters.items())
    versions = ", ".join(step.environment.values())
    commands = [tag("code", command) for command, _ in spell_next(step.rerun)]
    made = f"run {step.made_by}" if step.made_by else ""
    rows = (
        (titles.get(step.state.status, why), say_standing(step.state)),
        ("Made by", made),
        ("Time", say_parts(step)),
        ("Parameters", values),
        ("Reads", ", ".join(one.name for one in step.sources if one.kind != "module")),
        ("Made from", ", ".join(step.lineage)),
        ("Notebook", step.state.path),
        ("Versions", versions),
        ("Again", Markup("<br>").join(commands)),
    )
    said = (join(tag("dt", name), tag("dd", value)) for name, value in rows if value)
    return join(tag("dl", *said, class_="nb-about"), draw_lineage(step, report))
