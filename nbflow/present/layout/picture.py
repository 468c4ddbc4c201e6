"""The picture of a graph, as the panel, its saved form and HTML pages draw it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from nbflow.model import Frozen
from nbflow.present.layout.layered_layout import COLUMN_GAP, HEIGHT, WIDTH, Point, Route, lay_out
from nbflow.present.layout.texts import LABEL, cut_middle, measure

TEXT_LEFT = 32  # where a card's texts begin, right of its symbol
_TEXT_RIGHT = 10  # how far from the card's right edge they end
_WIDEST, _PAGE = 300, 900  # pixels: of a card, and of the page that is assumed
_TIP, _HEAD_LENGTH, _HEAD_HALF = 2.5, 6, 4  # of an arrow: its gap to the card, and its head


class Card(Frozen, frozen=True):
    """A step: `name` is as much of its label as fits; the others are what `Node` has."""

    id: str
    x: float
    y: float
    name: str
    label: str
    title: str = ""
    problem: str = ""


class Line(Frozen, frozen=True):
    """An edge, as the path that SVG draws."""

    start: str
    end: str
    path: str


class Picture(Frozen, frozen=True):
    """Cards in reading order, the lines between them, and sizes in pixels."""

    cards: tuple[Card, ...]
    lines: tuple[Line, ...]
    width: float
    height: float
    card: float  # how wide a card is
    room: float  # and its texts
    high: float = HEIGHT  # how high a card is


def make_picture(nodes: Sequence[Mapping[str, Any]], edges: Iterable[Sequence[str]]) -> Picture:
    """Lay out nodes and edges, and cut the nodes' labels to the room that they have."""
    longest = max((measure(node["label"], LABEL) for node in nodes), default=0.0)
    layout = lay_out([node["id"] for node in nodes], edges, lambda n: _find_width(longest, n))
    room = layout.node - TEXT_LEFT - _TEXT_RIGHT
    cards = (_make_card(node, layout.places[node["id"]], room) for node in nodes)
    return Picture(
        cards=tuple(sorted(cards, key=lambda card: (card.x, card.y))),
        lines=tuple(Line(*route.edge, _draw_path(route)) for route in layout.routes),
        width=layout.width,
        height=layout.height,
        card=layout.node,
        room=room,
    )


def _find_width(longest: float, columns: int) -> float:
    """Return how wide cards are: as their names need, if a page has room for all columns."""
    each = (_PAGE - COLUMN_GAP * (columns - 1)) // max(columns, 1)
    return max(WIDTH, min(round(longest) + TEXT_LEFT + _TEXT_RIGHT, each, _WIDEST))


def _make_card(node: Mapping[str, Any], place: Point, room: float) -> Card:
    label, title, problem = (node.get(key) or "" for key in ("label", "title", "problem"))
    return Card(node["id"], *place, cut_middle(label, room), label, title, problem)


def _draw_path(route: Route) -> str:
    """Return curves between columns, lines across them, and the arrow's head.

    The head is no SVG marker: that would need an id, which two pictures on a page would share.
    """
    x1, _, x2, y = route.curves[-1]
    back = -1 if x2 < x1 else 1
    tip, path = x2 - back * _TIP, ""
    for number, (left, top, right, bottom) in enumerate(route.curves, 1):
        end = tip if number == len(route.curves) else right
        middle = (left + end) / 2
        path += f"{'L' if path else 'M'}{left:.1f} {top:.1f}"
        path += f"C{middle:.1f} {top:.1f} {middle:.1f} {bottom:.1f} {end:.1f} {bottom:.1f}"
    behind = tip - back * _HEAD_LENGTH
    path += f"M{behind:.1f} {y - _HEAD_HALF:.1f}L{tip:.1f} {y:.1f}"
    return path + f"L{behind:.1f} {y + _HEAD_HALF:.1f}"
