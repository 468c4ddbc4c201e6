"""What a step was made from, back to the files: the graph restricted to it, with result ids."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import PurePosixPath

from markupsafe import Markup

from nbflow.base.text import say_count
from nbflow.model import find_state
from nbflow.present.html.markup import join, tag
from nbflow.present.report.drawn_steps import DrawnStep, sort_steps
from nbflow.present.report.rails import draw_rails
from nbflow.reports.facts import Report, ReportStep, Source

_MOST = 16  # steps
_FILES = "files of "  # before the step that reads them
_HASH = 8  # characters that tell versions apart


def draw_lineage(step: ReportStep, report: Report) -> Markup | None:
    """Return the lineage of a step, folded; None where it reads nothing.

    A long one is left out; its steps are named anyway.
    """
    if not step.sources:
        return None
    rails = _draw_graph(step, report) if len(step.lineage) <= _MOST else None
    title = tag("summary", "Lineage, with versions")
    return tag("details", title, rails, _draw_versions(step), class_="nb-fold")


def _draw_graph(step: ReportStep, report: Report) -> Markup:
    steps = _find_steps(step, report)
    notes = {name: one.state.result for name, one in steps.items()}
    notes |= {f"{_FILES}{name}": _say_versions(one) for name, one in steps.items()}
    tones = {name: find_state(one.state.status).tone for name, one in steps.items()}
    return draw_rails(make_lineage_graph(step, report), notes, tones, links=steps)


def make_lineage_graph(step: ReportStep, report: Report) -> list[DrawnStep]:
    """Return the steps that a step was made from, and itself, each after what it reads.

    The files that a step reads are drawn as one.
    """
    return sort_steps(_draw_with_files(_find_steps(step, report)))


def _find_steps(step: ReportStep, report: Report) -> dict[str, ReportStep]:
    known = {one.state.name: one for one in (*report.outside, *report.steps)}
    return {name: known[name] for name in step.lineage if name in known} | {step.state.name: step}


def _draw_with_files(steps: Mapping[str, ReportStep]) -> Iterator[DrawnStep]:
    for name, one in steps.items():
        files = _find_files(one)
        read = (source.name.partition(".")[0] for source in one.sources if source.kind == "table")
        parents = [found for found in dict.fromkeys(read) if found in steps and found != name]
        if files:
            yield DrawnStep(f"{_FILES}{name}", _say_files(files), count=len(files))
            parents.append(f"{_FILES}{name}")
        yield DrawnStep(name, name, tuple(parents))


def _find_files(step: ReportStep) -> list[Source]:
    return [one for one in step.sources if one.kind == "file"]


def _say_files(files: Sequence[Source]) -> str:
    first, last = files[0].name, files[-1].name
    return first if len(files) == 1 else f"{first} … {PurePosixPath(last).name}"


def _say_versions(step: ReportStep) -> str:
    """Return the version of the file that a step reads, or how many these are."""
    files = _find_files(step)
    return files[0].hash[:_HASH] if len(files) == 1 else say_count(len(files), "file")


def _draw_versions(step: ReportStep) -> Markup:
    cells = ((one.kind, one.name, one.result, one.hash) for one in step.sources)
    rows = (tag("tr", *(tag("td", said) for said in row)) for row in cells)
    titles = ("kind", "it reads", "result", "content")
    head = tag("thead", tag("tr", *(tag("th", one, scope="col") for one in titles)))
    return tag("table", join(head, tag("tbody", *rows)), class_="nb-facts", tabindex="0")
