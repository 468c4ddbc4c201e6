"""The graph of a pipeline as static HTML: an SVG with the look of the widget."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from html import escape
from pathlib import Path
from typing import Any

import msgspec

from nbflow.html.layout import COLUMN, HEIGHT, WIDTH, Point, lay_out
from nbflow.html.nodes import make_nodes
from nbflow.model import Step

_STATIC = Path(__file__).parent / "static"
STYLE = _STATIC / "graph.css"  # of the widget too, which is built from the same source

_MARGIN = 12  # pixels
_LEFT = 32  # where a node's texts begin, right of its symbol
_RIGHT = 10  # and how far from its right edge they end
_WIDEST, _PAGE = 300, 900  # pixels: of a node, and of what is taken for the page
_LABEL, _TEXT = 8.8, 7.1  # an average letter's width in a wide font; what is too long is cut
_SMALLEST = 0.6  # the scale below which it is scrolled
_NARROW, _WIDE = set("iljt.,:;'|!fr ·()[]"), set("mwMW%@")


def draw_graph(
    steps: Mapping[str, Step] | tuple[Sequence[Any], Sequence[Any]],
    states: Mapping[str, Any] | None = None,
) -> str:
    """Return HTML that draws the steps of a pipeline, or nodes and edges, with their states.

    `steps` is `pipeline.steps`, or what `make_nodes` makes of it; `states` is what
    `make_run_states` and `make_planned_states` return. It needs no script and loads nothing.
    """
    nodes, edges = steps if isinstance(steps, tuple) else make_nodes(steps)
    parents: dict[str, set[str]] = {node["id"]: set() for node in nodes}
    for parent, step in edges:
        if {parent, step} <= parents.keys() and parent != step:
            parents[step].add(parent)
    longest = max((_measure(node["label"], _LABEL) for node in nodes), default=0.0)
    layout = lay_out(parents, lambda columns: _find_width(longest, columns))
    drawn = [_draw_edge(route) for route in layout.routes]
    drawn += [
        _draw_node(n, (states or {}).get(n["id"], {}), layout.places[n["id"]], layout.node)
        for n in nodes
    ]
    return _frame(drawn, layout.width, layout.height, len(parents))


def _frame(drawn: Iterable[str], width: float, height: float, count: int) -> str:
    wide, high = width + 2 * _MARGIN, height + 2 * _MARGIN
    return (
        f'<div class="nbflow-graph nbflow-still" style="max-width:{wide:.0f}px">'
        f"<style>{_read_style()}</style>"
        f'<svg xmlns="http://www.w3.org/2000/svg" role="img" width="100%"'
        f' style="height:auto;min-width:{wide * _SMALLEST:.0f}px"'
        f' viewBox="{-_MARGIN} {-_MARGIN} {wide:.0f} {high:.0f}"'
        f' aria-label="Pipeline of {count} steps">{"".join(drawn)}</svg></div>'
    )


def _find_width(longest: float, columns: int) -> float:
    """Return how wide nodes are: as their names need, where a page has room for all columns."""
    each = (_PAGE - COLUMN * (columns - 1)) / max(columns, 1)
    return max(WIDTH, min(longest + _LEFT + _RIGHT, each, _WIDEST))


def _draw_node(
    node: Mapping[str, Any], state: Mapping[str, Any], place: Point, width: float
) -> str:
    status, text = state.get("status", ""), state.get("text") or ""
    look = _read_looks().get(status) or _read_looks()[""]
    fraction = state.get("fraction")
    up = 0 if fraction is None else 3
    alone = not (status or text)
    problem = node.get("problem") or ""
    said = "\n".join(
        part for part in (node["label"], node.get("title"), status, text, problem) if part
    )
    box = f'width="{width:.0f}" height="{HEIGHT}" rx="7"'
    room = width - _LEFT - _RIGHT
    label = _cut_middle(node["label"], room, _LABEL)
    return (
        f'<g class="nbflow-node nbflow-tone-{look["tone"]} nbflow-is-{escape(status)}"'
        f' transform="translate({place[0]:.1f} {place[1]:.1f})"><title>{escape(said)}</title>'
        f'<rect class="nbflow-card" {box}/>'
        f"{_draw_symbol(look, HEIGHT / 2 - up)}"
        f'<text class="nbflow-label" x="{_LEFT}"'
        f' y="{HEIGHT / 2 + 4.5 if alone else HEIGHT / 2 - 3 - up}">{escape(label)}</text>'
        f"{_draw_state(status, text, HEIGHT / 2 + 14 - up, room)}"
        f"{'' if fraction is None else _draw_bar(fraction, room)}"
        f"{_draw_problem(width) if problem else ''}</g>"
    )


def _draw_problem(width: float) -> str:
    """Return a mark at the corner of a step whose notebook has to be mended."""
    look = _read_looks()["error"]
    kind = f"nbflow-problem nbflow-tone-{look['tone']}"
    return f'<g class="{kind}" transform="translate({width - 2:.0f} 2)">{_draw_paths(look)}</g>'


def _draw_symbol(look: Mapping[str, str], middle: float) -> str:
    return f'<g transform="translate(17 {middle})">{_draw_paths(look)}</g>'


def _draw_paths(look: Mapping[str, str]) -> str:
    return "".join(
        f'<path class="nbflow-symbol-{kind}" d="{look[kind]}"/>'
        for kind in ("fill", "line", "cut")
        if kind in look
    )


def _draw_state(status: str, text: str, y: float, room: float) -> str:
    line = text.splitlines()[0] if text else ""
    more = f" · {line}" if status and line else line
    cut = _cut(more, room - _measure(status, _TEXT), _TEXT)
    return (
        f'<text class="nbflow-state" x="{_LEFT}" y="{y}">'
        f'<tspan class="nbflow-word">{escape(status)}</tspan>{escape(cut)}</text>'
    )


def _draw_bar(fraction: float, room: float) -> str:
    def draw(kind: str, width: float) -> str:
        at = f'x="{_LEFT}" y="{HEIGHT - 8}" height="3" rx="1.5"'
        return f'<rect class="nbflow-{kind}" {at} width="{width:.1f}"/>'

    return draw("bar", room) + draw("done-part", room * max(0.0, min(1.0, fraction)))


def _draw_edge(route: Sequence[Point]) -> str:
    """Return one path: curves between columns, lines across them, the arrow's head."""
    (tip, end), path = (route[-1][0] - 2.5, route[-1][1]), ""
    for number, ((x1, y1), (x2, y2)) in enumerate(zip(route[::2], route[1::2], strict=True)):
        right = tip if (x2, y2) == route[-1] else x2
        middle = (x1 + right) / 2
        path += f"{'L' if number else 'M'}{x1:.1f} {y1:.1f}"
        path += f"C{middle:.1f} {y1:.1f} {middle:.1f} {y2:.1f} {right:.1f} {y2:.1f}"
    path += f"M{tip - 6:.1f} {end - 4:.1f}L{tip:.1f} {end:.1f}L{tip - 6:.1f} {end + 4:.1f}"
    return f'<path class="nbflow-edge" d="{path}"/>'


def _cut(text: str, room: float, letter: float) -> str:
    if _measure(text, letter) <= room:
        return text
    while text and _measure(text + "…", letter) > room:
        text = text[:-1]
    return f"{text.rstrip()}…"


def _cut_middle(text: str, room: float, letter: float) -> str:
    """Return a name with its middle left out where it is too long: names differ at their ends."""
    if _measure(text, letter) <= room:
        return text
    for kept in range(len(text) - 1, 1, -1):
        cut = f"{text[: (kept + 1) // 2]}…{text[len(text) - kept // 2 :]}"
        if _measure(cut, letter) <= room:
            return cut
    return _cut(text, room, letter)


def _measure(text: str, letter: float) -> float:
    narrow = sum(one in _NARROW for one in text)
    wide = sum(one in _WIDE for one in text)
    return letter * (len(text) - 0.45 * narrow + 0.4 * wide)


@cache
def _read_looks() -> dict[str, dict[str, str]]:
    return msgspec.json.decode((_STATIC / "states.json").read_bytes(), type=dict[str, Any])


@cache
def _read_style() -> str:
    return STYLE.read_text(encoding="utf-8")
