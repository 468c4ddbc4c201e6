"""What a run ran with: warnings, parameters, code, versions, and what a report leaves out."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from markupsafe import Markup

from nbflow.present.html.markup import join, tag
from nbflow.present.problems import say_problem
from nbflow.present.report.masked_texts import say_masked
from nbflow.present.run_lines import say_warnings
from nbflow.present.values import say_value
from nbflow.reports.facts import Code, Report, Setting


def draw_warnings(report: Report) -> Markup | None:
    """Return the warnings of the run and of its steps."""
    return _draw_list("nb-warnings", "Warnings", say_warnings(report.run))


def draw_circumstances(report: Report) -> Markup | None:
    """Return parameters, code and versions, beside each other where there is room."""
    versions = tuple(_say_code(report.code)) + tuple(report.environment.items())
    parts = (
        _draw_table("Parameters", map(_say_setting, report.settings)),
        _draw_table("Code and environment", versions),
    )
    if not any(parts):
        return None
    body = tag("div", *parts, class_="nb-pair")
    return tag("section", tag("h2", "What it ran with"), body, id="nb-with")


def draw_left_out(report: Report) -> Markup | None:
    """Return in a line what was masked, and what does not stand in the page."""
    masked = ", ".join(say_masked(report.masked))
    lines = [*((f"{masked}.",) if masked else ()), *map(say_problem, report.left_out)]
    if not lines:
        return None
    return tag("p", tag("b", "Left out of this report: "), " ".join(lines), id="nb-left-out")


def _say_setting(one: Setting) -> tuple[str, Markup]:
    value = say_value(one.value)
    if not one.differs:
        return one.name, join(value)
    default = "" if one.default is None else f" default {say_value(one.default)}"
    return one.name, join(tag("b", value), tag("span", default, class_="nb-dim"))


def _say_code(code: Code) -> Iterator[tuple[str, str]]:
    if code.commit:
        yield "commit", " ".join(filter(None, (code.commit[:12], code.branch)))
        yield "changed since", ", ".join(code.changed) or "nothing"


def _draw_table(title: str, rows: Iterable[tuple[str, str]]) -> Markup | None:
    made = [tag("tr", tag("th", name, scope="row"), tag("td", value)) for name, value in rows]
    if not made:
        return None
    table = tag("table", tag("tbody", *made), class_="nb-facts", tabindex="0", aria_label=title)
    return tag("div", tag("h3", title), table)


def _draw_list(name: str, title: str, lines: Iterable[str]) -> Markup | None:
    items = [tag("li", one) for one in lines]
    return tag("section", tag("h2", title), tag("ul", *items), id=name) if items else None
