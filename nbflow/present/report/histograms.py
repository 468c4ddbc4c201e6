"""Small histograms as SVG, one path each."""

from __future__ import annotations

from markupsafe import Markup

from nbflow.model.profiles import ColumnProfile
from nbflow.present.html.markup import tag

WIDTH, HEIGHT = 72, 18  # pixels


def draw_histogram(column: ColumnProfile) -> Markup | None:
    """Return the histogram of a column, None where it has none."""
    if not (bars := make_bars(column)):
        return None
    return tag(
        "svg",
        tag("path", d=bars),
        viewBox=f"0 0 {WIDTH} {HEIGHT}",
        class_="nb-histogram",
        role="img",
        aria_label=_say_fullest(column),
    )


def make_bars(column: ColumnProfile) -> str:
    """Return the bars of a column's histogram as the path of an SVG, "" where it has none."""
    if not column.bins or not (most := max(column.bins)):
        return ""
    step = WIDTH / len(column.bins)
    return "".join(
        _draw_bar(place * step, step, count / most)
        for place, count in enumerate(column.bins)
        if count
    )


def _draw_bar(left: float, width: float, share: float) -> str:
    high = max(1, round(share * HEIGHT, 1))  # what is there is seen
    wide = round(max(width - 0.8, 1), 1)
    return f"M{round(left, 1):g} {HEIGHT}v-{high:g}h{wide:g}v{high:g}z"


def _say_fullest(column: ColumnProfile) -> str:
    """Return what the picture shows: where most values lie, as a part of all."""
    total, most = sum(column.bins), max(column.bins)
    place = column.bins.index(most) + 1
    return f"Histogram: {most / total:.0%} of the values in bar {place} of {len(column.bins)}"
