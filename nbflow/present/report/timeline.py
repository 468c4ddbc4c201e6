"""Draws when each step of a run was executed, and where its time went, as bars on one axis."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence

from markupsafe import Markup

from nbflow.base.text import say_age, say_seconds
from nbflow.model import Spent
from nbflow.present.html.markup import join, tag
from nbflow.present.run_lines import find_took
from nbflow.reports.facts import Report, ReportStep

# A part's name in `Spent`, the kind of its piece of the bar, and how it is called.
_PARTS = (
    ("waiting", "wait", "waiting"),
    ("start", "start", "starting its kernel"),
    ("reading", "data", "reading"),
    ("cells", "cells", "cells"),
    ("writing", "data", "writing"),
    ("shutdown", "start", "ending"),
)
_TOLD = 0.05  # seconds from which on a part is told in words
_TICKS = 5  # at most
_NEAR_END = 0.9  # of the axis
_NAMED = 8  # steps of a chain that are named


def draw_axis(report: Report) -> Markup:
    """Return the head of the list of steps: the seconds of the axis, at their places."""
    length = find_length(report)
    ticks = (
        tag("span", _say_tick(at), style=_place_tick(at, length)) for at in _find_ticks(length)
    )
    return tag(
        "div",
        tag("span", "step"),
        tag("span", ""),
        tag("span", *ticks, class_="nb-ticks"),
        tag("span", "took"),
        tag("span", "wrote"),
        class_="nb-axis",
        aria_hidden="true",  # each bar says the same in words
    )


def find_length(report: Report) -> float:
    """Return the seconds that the axis shows."""
    ends = ((one.begin or 0.0) + _sum(one) for one in report.steps if one.begin is not None)
    return max(report.run.seconds or 0.0, *ends, 0.001)


def draw_bar(step: ReportStep, length: float) -> Markup:
    """Return the bar of a step on an axis of so many seconds; a tick where it was reused."""
    if step.state.status == "reused":
        age = say_age(step.state.age)
        tick = tag("i", class_="nb-reused", style="left:0")
        said = f"reused {age}".strip()
        return tag("span", tick, tag("small", age), class_="nb-time", role="img", aria_label=said)
    if step.begin is None or not step.state.seconds:
        return tag("span", class_="nb-time")
    kind = "nb-time nb-decides" if step.decides else "nb-time"
    parts = _draw_parts(step, length)
    return tag("span", *parts, class_=kind, role="img", aria_label=say_parts(step))


def draw_legend(*, decided: bool = False) -> Markup:
    """Return what the parts of the bars are; `decided` names those that are dark."""
    said = (("wait", "waiting"), ("start", "starting and ending"), ("cells", "cells"))
    kinds = (*said, ("data", "reading and writing"))
    parts = (
        join(tag("i", class_=f"nb-{kind}-part", aria_hidden="true"), f" {what} ")
        for kind, what in kinds
    )
    dark = tag("i", class_="nb-cells-part nb-decided", aria_hidden="true")
    more = join(dark, " decided how long it took") if decided else None
    return tag("p", *parts, more, class_="nb-legend nb-note")


def say_parts(step: ReportStep) -> str:
    """Return `from 2.0 s on: waiting 0.1 s, starting its kernel 3.9 s, cells 0.1 s`.

    Return "" for a step that was not executed.
    """
    if step.begin is None or not step.state.seconds:
        return ""
    found = ((what, getattr(step.state.spent, part)) for part, _, what in _PARTS)
    told = [f"{what} {say_seconds(seconds)}" for what, seconds in found if seconds >= _TOLD]
    parts = ", ".join(told) or f"took {say_seconds(step.state.seconds)}"
    return f"from {say_seconds(step.begin)} on: {parts}"


def say_chain(report: Report) -> str:
    """Return which steps decided how long the run took, and the longest of them; "" of none."""
    steps = [one for one in report.steps if one.decides and one.state.seconds]
    if not steps or not report.run.seconds:
        return ""
    longest = max(steps, key=lambda one: find_took(one.state.seconds, one.state.spent) or 0.0)
    took = find_took(longest.state.seconds, longest.state.spent) or 0.0
    share = min(1.0, took / report.run.seconds)
    names = " → ".join(_shorten_chain(report.chain))
    said = f"{longest.state.name} took {say_seconds(took)}, {share:.0%} of the run."
    return f"What decided how long it took: {names}. {said}" if len(steps) > 1 else said


def _shorten_chain(chain: Sequence[str]) -> Sequence[str]:
    """Return the names of a chain; of a long one its beginning and its end."""
    if len(chain) <= _NAMED:
        return chain
    half = _NAMED // 2
    return [*chain[:half], f"{len(chain) - 2 * half:,} more", *chain[-half:]]


def _draw_parts(step: ReportStep, length: float) -> Iterator[Markup]:
    at = step.begin or 0.0
    for part, kind, _ in _PARTS:
        seconds = getattr(_find_spent(step), part)
        if seconds > 0:
            place = f"left:{_say_percent(at, length)};width:{_say_percent(seconds, length)}"
            yield tag("i", class_=f"nb-{kind}-part", style=place)
        at += seconds


def _find_spent(step: ReportStep) -> Spent:
    """Return the parts of a step's time; all is its cells' where nobody measured."""
    spent = step.state.spent
    return Spent(cells=step.state.seconds or 0.0) if spent == Spent() else spent


def _sum(step: ReportStep) -> float:
    return math.fsum(getattr(_find_spent(step), part) for part, _, _ in _PARTS)


def _find_ticks(length: float) -> list[float]:
    """Return round numbers from 0 to the length."""
    step = next(
        base * 10.0**power
        for power in range(-1, 9)  # tenths of a second are told
        for base in (1, 2, 5)
        if length / (base * 10.0**power) <= _TICKS
    )
    return [step * number for number in range(int(length / step + 0.01) + 1)]


def _say_tick(at: float) -> str:
    return f"{at:g} s" if at < 60 else say_seconds(at)  # noqa: PLR2004 - a minute


def _place_tick(at: float, length: float) -> str:
    """Return where a tick stands; one near the end lies left of its place, for what follows."""
    if at > _NEAR_END * length:
        return f"right:{_say_percent(max(0.0, length - at), length)}"
    return f"left:{_say_percent(at, length)}"


def _say_percent(part: float, whole: float) -> str:
    return f"{100 * part / whole:.2f}%"
