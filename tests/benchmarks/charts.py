"""Draws bars as SVG: on a card of its own, dark where the reader's screen is dark."""

from __future__ import annotations

import statistics
from collections.abc import Mapping, Sequence
from html import escape

import msgspec

from tests.benchmarks.results import show
from tests.benchmarks.row import NBFLOW, Row, Unit

_WIDTH, _LABEL, _RIGHT = 760, 236, 96
_BAR, _STEP, _TOP = 22, 34, 84
_CHAINS = 3  # rows that measure the same chain beside different peers
_STYLE = """
text { font-family: -apple-system, "Segoe UI", Roboto, "DejaVu Sans", Helvetica, Arial, sans-serif }
.card { fill: #ffffff; stroke: #d1d9e0 } .title { fill: #1f2328; font-size: 17px; font-weight: 600 }
.under { fill: #59636e; font-size: 13px } .name { fill: #1f2328; font-size: 14px }
.value { fill: #1f2328; font-size: 14px } .own { font-weight: 700 }
.theirs { fill: #b6bfc9 } .ours { fill: #e8590c }
@media (prefers-color-scheme: dark) {
.card { fill: #151b23; stroke: #3d444d } .title, .name, .value { fill: #f0f6fc }
.under { fill: #9198a1 } .theirs { fill: #57606a } .ours { fill: #ff8c42 }
}"""


class Bar(msgspec.Struct, frozen=True):
    """One bar; those of nbflow stand out."""

    label: str
    figure: float
    own: bool = False


class Chart(msgspec.Struct, frozen=True):
    """Bars under a title, all in one unit."""

    title: str
    under: str
    bars: tuple[Bar, ...]
    unit: Unit = "s"


def make_charts(rows: Sequence[Row]) -> dict[str, Chart]:
    """Return those charts, by file name, whose rows were all measured."""
    found = {
        "bench-step.svg": _make_step_chart(rows),
        "bench-unchanged.svg": _make_unchanged_chart(rows),
        "bench-loop.svg": _make_loop_chart(rows),
    }
    return {name: chart for name, chart in found.items() if chart}


def draw(chart: Chart) -> str:
    """Return the chart as SVG."""
    height = _TOP + _STEP * len(chart.bars) + 12
    longest = max(bar.figure for bar in chart.bars)
    said = "; ".join(f"{bar.label}: {show(bar.figure, chart.unit)}" for bar in chart.bars)
    spoken = escape(f"{chart.title}. {said}")
    size = f'viewBox="0 0 {_WIDTH} {height}" width="{_WIDTH}" height="{height}"'
    lines = [
        f'<svg xmlns="http://www.w3.org/2000/svg" {size} role="img" aria-label="{spoken}">',
        f"<style>{_STYLE}</style>",
        f'<rect class="card" x=".5" y=".5" width="{_WIDTH - 1}" height="{height - 1}" rx="8"/>',
        f'<text class="title" x="24" y="36">{escape(chart.title)}</text>',
        f'<text class="under" x="24" y="58">{escape(chart.under)}</text>',
    ]
    for number, bar in enumerate(chart.bars):
        lines += _draw_bar(bar, _TOP + number * _STEP, longest, chart.unit)
    return "\n".join([*lines, "</svg>"]) + "\n"


def _draw_bar(bar: Bar, top: int, longest: float, unit: Unit) -> list[str]:
    length = max(2.0, bar.figure / longest * (_WIDTH - _LABEL - _RIGHT))
    own = " own" if bar.own else ""
    return [
        f'<text class="name{own}" x="{_LABEL - 12}" y="{top + 16}" text-anchor="end">{escape(bar.label)}</text>',
        f'<rect class="{"ours" if bar.own else "theirs"}" x="{_LABEL}" y="{top}" width="{length:.1f}" height="{_BAR}" rx="3"/>',
        f'<text class="value{own}" x="{_LABEL + length + 8:.1f}" y="{top + 16}">{show(bar.figure, unit)}</text>',
    ]


def _make_step_chart(rows: Sequence[Row]) -> Chart | None:
    """What a step costs in each tool, from rows of the same number of steps."""
    asked = [row for row in rows if row.name.startswith("chain of") and row.nbflow]
    if len(asked) < _CHAINS:
        return None
    steps = int(asked[0].name.split()[2].rstrip(","))
    middle = {peer: _middle(figures) for row in asked for peer, figures in row.other.items()}
    own = statistics.median(figure for row in asked for figure in row.nbflow)
    return Chart(
        "What a notebook step costs",
        f"a chain of {steps} notebooks that import pandas and duckdb, whole command, for each step",
        _sort(
            {peer: whole / steps for peer, whole in middle.items()}, {f"{NBFLOW} run": own / steps}
        ),
    )


def _make_unchanged_chart(rows: Sequence[Row]) -> Chart | None:
    asked = [row for row in rows if row.name.startswith("nothing changed") and row.nbflow]
    if not asked:
        return None
    own = {row.name.rpartition(": ")[2]: _middle(row.nbflow) for row in asked}
    other = {peer: _middle(figures) for peer, figures in asked[0].other.items()}
    count = asked[0].name.split(", ")[1]
    return Chart(
        f"Nothing changed in {count}", "whole command, in a new process", _sort(other, own)
    )


def _make_loop_chart(rows: Sequence[Row]) -> Chart | None:
    asked = [row for row in rows if row.name.startswith("author's loop") and row.nbflow]
    if not asked:
        return None
    other = {peer: _middle(figures) for peer, figures in asked[0].other.items()}
    return Chart(
        "The author's loop",
        "one cell changed: from the command to the first cell of its notebook, the second time",
        _sort(other, {f"{NBFLOW} run": _middle(asked[0].nbflow)}),
    )


def _sort(other: Mapping[str, float], own: Mapping[str, float]) -> tuple[Bar, ...]:
    bars = [Bar(label, figure, own=True) for label, figure in own.items()]
    bars += [Bar(label, figure) for label, figure in other.items()]
    return tuple(sorted(bars, key=lambda bar: bar.figure))


def _middle(figures: Sequence[float]) -> float:
    return statistics.median(figures)
