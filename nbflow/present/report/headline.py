"""The top of a report: its title, and in one line how the run went."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from markupsafe import Markup

from nbflow.base.text import say_count, say_moment, say_seconds
from nbflow.model import find_state
from nbflow.present.html.markup import join, tag
from nbflow.present.run_lines import say_warnings
from nbflow.present.states import say_statuses
from nbflow.present.values import say_value
from nbflow.reports.facts import Report, Setting

_NAMED = 3  # steps that failed, and parameters


def draw_headline(report: Report) -> Markup:
    """Return logo, pipeline and run, the title, and the verdict."""
    logo = report.options.logo
    return tag(
        "header",
        tag("img", class_="nb-logo", alt="", src=logo) if logo else None,
        tag("p", *_say_origin(report), class_="nb-origin"),
        tag("h1", report.title),
        tag("p", *_draw_verdict(report), class_="nb-verdict"),
    )


def draw_sign(status: str, *, pill: bool = False) -> Markup:
    """Return the sign of a state in its colour, with its word for who does not see it."""
    state = find_state(status)
    if pill:
        word = f"{state.word[:1].upper()}{state.word[1:]}"
        return tag("b", f"{state.glyph} {word}", class_=f"nb-pill nb-{state.tone}")
    sign = tag("b", state.glyph, class_=f"nb-{state.tone}", aria_hidden="true")
    return join(sign, tag("span", state.word, class_="nb-unseen"))


def _say_origin(report: Report) -> Iterator[str]:
    run = report.run
    name = run.pipeline.strip(".")
    if name:
        yield join("Pipeline ", tag("b", name), " · ")
    yield join("Run " if not name else "run ", tag("code", run.id))
    if run.name:
        yield f" · {run.name}"


def _draw_verdict(report: Report) -> Iterator[Markup]:
    yield draw_sign(report.run.status, pill=True)
    yield Markup(" ")
    said = (
        _say_steps(report),
        _say_warnings(report),
        say_moment(report.run.started) if report.run.started else None,
        _say_settings(report),
    )
    parts = [tag("span", one) for one in said if one]
    yield Markup(" · ").join(parts)


def _say_steps(report: Report) -> Markup | None:
    """Return `All 9 steps ran in 20 s`, or which step failed and what became of the others."""
    run = report.run
    statuses = [step.status for step in run.steps.values()]
    if not statuses:
        return None
    took = say_seconds(run.seconds)
    failed = [step.name for step in run.steps.values() if step.status == "failed"]
    if failed:
        names = ", ".join(failed[:_NAMED]) + (" …" if len(failed) > _NAMED else "")
        after = f" failed after {took}" if took else " failed"
        return join(tag("b", names), after, " · ", say_statuses(statuses))
    said = tag("b", _say_all(statuses) or say_statuses(statuses))
    word = "in" if run.status == "done" else "after"
    return join(said, f" {word} {took}" if took else "")


def _say_all(statuses: Sequence[str]) -> str:
    """Return `all 9 steps ran`; "" where they did not all end alike."""
    word = {"done": "ran", "reused": "reused"}.get(statuses[0], "")
    if not word or len({*statuses}) > 1:
        return ""
    said = say_count(len(statuses), "step")
    return f"all {said} {word}" if len(statuses) > 1 else f"{said} {word}"


def _say_warnings(report: Report) -> Markup | None:
    count = len(say_warnings(report.run))
    said = say_count(count, "warning")
    return tag("a", said, href="#nb-warnings") if count else None


def _say_settings(report: Report) -> Markup:
    changed = [one for one in report.settings if one.differs]
    if not changed:
        return Markup("all parameters at their defaults")
    more = len(changed) - _NAMED
    shown = Markup(", ").join(_say_setting(one) for one in changed[:_NAMED])
    return join(shown, tag("a", f" and {more} more", href="#nb-with")) if more > 0 else shown


def _say_setting(one: Setting) -> Markup:
    default = "" if one.default is None else f" (default {say_value(one.default)})"
    return join(tag("b", f"{one.name} {say_value(one.value)}"), default)
