"""A graph as a list: one line for each step, with rails that join them."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from itertools import pairwise

from markupsafe import Markup

from nbflow.model import Frozen
from nbflow.present.html.markup import tag
from nbflow.present.report.drawn_steps import DrawnStep

_LANE, _ROW = 14, 36  # pixels
_WIDEST = 6  # lanes that are drawn apart


class Rail(Frozen, frozen=True):
    """A line of the list. Lanes are named with the steps whose edges they hold.

    `into` are the lanes that lead to this step, `past` those that go by.
    """

    step: DrawnStep
    lane: int
    into: tuple[tuple[int, str], ...] = ()
    past: tuple[tuple[int, str], ...] = ()
    goes_on: bool = False


def make_rails(drawn: Sequence[DrawnStep]) -> list[Rail]:
    """Return a rail for each step; a lane is free again below its step's last child."""
    last = {parent: one.id for one in drawn for parent in one.parents}
    lanes: list[str] = []  # "": free
    rails = []
    for one in drawn:
        held = [(lane, name) for lane, name in enumerate(lanes) if name]
        into = tuple(at for at in held if at[1] in one.parents)
        past = tuple(at for at in held if last[at[1]] != one.id)
        lanes = [name if (lane, name) in past else "" for lane, name in enumerate(lanes)]
        lane = lanes.index("") if "" in lanes else len(lanes)
        lanes[lane : lane + 1] = [one.id if one.id in last else ""]
        rails.append(Rail(one, lane, into, past, one.id in last))
    return rails


def draw_rails(
    drawn: Sequence[DrawnStep],
    notes: Mapping[str, str],
    tones: Mapping[str, str],
    *,
    links: Collection[str] = (),
    chain: Sequence[str] = (),
    kind: str = "",
) -> Markup:
    """Return the steps as a list, each with its note; those of `links` lead to their elements.

    The edges of `chain` are bold. `tones` are the colours of states, by step.
    """
    rails = make_rails(drawn)
    width = _LANE * (1 + min(_WIDEST, max(map(_find_last_lane, rails), default=0)))
    left = _find_chain(chain, drawn)
    rows = []
    for rail in rails:
        name = rail.step.id
        ends = {start for start, end in left.items() if end == name}
        picture = _draw_rail(rail, tones.get(name, "grey"), width, left.keys() - ends, ends)
        left = {start: end for start, end in left.items() if end != name}
        note = tag("small", notes.get(name, ""))
        bold = "nb-decides" if name in chain else None
        rows.append(tag("li", picture, _draw_name(rail.step, name in links), note, class_=bold))
    return tag("ol", *rows, class_=f"nb-rails {kind}".strip(), style=f"--rails:{width}px")


def _find_last_lane(rail: Rail) -> int:
    return max(rail.lane, *(lane for lane, _ in rail.past), 0)


def _find_chain(chain: Sequence[str], drawn: Sequence[DrawnStep]) -> dict[str, str]:
    """Return the edges that are of the chain, by where they start."""
    parents = {one.id: one.parents for one in drawn}
    return {start: end for start, end in pairwise(chain) if start in parents.get(end, ())}


def _draw_name(step: DrawnStep, shown: bool) -> Markup:  # noqa: FBT001
    return tag("a", step.label, href=f"#{step.id}") if shown else tag("span", step.label)


def _draw_rail(
    rail: Rail, tone: str, width: int, strong: Collection[str], ends: Collection[str]
) -> Markup:
    """Return the lines of a row; those are strong that begin at `strong`, or here end at `ends`."""
    middle = _ROW / 2
    x = _find_x(rail.lane)
    lines = [(f"M{_find_x(lane)} 0V{_ROW}", name in strong) for lane, name in rail.past]
    lines += [(f"M{x} {middle}V{_ROW}", rail.step.id in strong)] if rail.goes_on else []
    lines += [(_draw_curve(_find_x(lane), x), name in ends) for lane, name in rail.into]
    paths = (tag("path", d=path, class_="nb-strong" if bold else None) for path, bold in lines)
    dot = tag("circle", cx=x, cy=middle, r=5, class_=f"nb-{tone}")
    box = f"0 0 {width} {_ROW}"
    return tag("svg", *paths, dot, viewBox=box, width=width, height=_ROW, aria_hidden="true")


def _draw_curve(start: float, end: float) -> str:
    middle = _ROW / 2
    return f"M{start} 0C{start} {middle * 0.6} {end} {middle * 0.4} {end} {middle}"


def _find_x(lane: int) -> float:
    return _LANE * (min(lane, _WIDEST) + 0.5)
