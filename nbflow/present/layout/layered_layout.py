"""Lays out a graph of steps from left to right: columns, their order, places, routes."""

from __future__ import annotations

import math
from collections.abc import Callable, Collection, Iterable, Sequence

from nbflow.model import Frozen
from nbflow.present.layout.coordinates import HEIGHT, ROW_GAP, find_reach, place_rows
from nbflow.present.layout.crossing_reduction import order_columns
from nbflow.present.layout.layering import LayeredGraph, find_components, make_layered

__all__ = ["COLUMN_GAP", "HEIGHT", "ROW_GAP", "WIDTH", "Layout", "Point", "Route", "lay_out"]

WIDTH = 172  # pixels, of a node; wider where its name needs it
COLUMN_GAP = 44
_FREE_EDGES, _WIDEST_GAP = 4, 72  # what many edges between two columns add to their gap

Edge = tuple[str, str]  # from, to
Point = tuple[float, float]
Curve = tuple[float, float, float, float]  # x and y of its start, x and y of its end


class Route(Frozen, frozen=True):
    """An edge as curves between columns; a straight line joins one curve to the next."""

    edge: Edge
    curves: tuple[Curve, ...]


class Layout(Frozen, frozen=True):
    """The upper left corner of each node, and a route for each edge."""

    places: dict[str, Point]
    routes: tuple[Route, ...]
    width: float
    height: float
    node: float  # how wide a node is


def lay_out(
    ids: Collection[str],
    edges: Iterable[Sequence[str]],
    find_width: Callable[[int], float] = lambda _: WIDTH,
) -> Layout:
    """Lay out a graph; `find_width` returns how wide nodes are, given the number of columns.

    Edges from or to unknown nodes, edges from a node to itself and repeated edges are left out.
    The edges of a cycle are all drawn.
    """
    components = find_components(ids, _find_known_edges(ids, edges))
    layered = [make_layered(ids, edges) for ids, edges in components if len(ids) > 1]
    single = [ids[0] for ids, _ in components if len(ids) == 1]
    columns = max((len(one.columns) for one in layered), default=0)
    node = find_width(columns or _count_across(len(single), WIDTH, 0))
    parts = [_place_layered(one, node) for one in layered]
    if single:
        width = max((part.width for part in parts), default=0)
        parts.append(_place_grid(single, node, width))
    return _stack(parts, node)


def _find_known_edges(ids: Collection[str], edges: Iterable[Sequence[str]]) -> list[Edge]:
    known = set(ids)
    unique = dict.fromkeys((start, end) for start, end in edges)
    return [(a, b) for a, b in unique if a != b and a in known and b in known]


def _place_layered(graph: LayeredGraph, node: float) -> Layout:
    order_columns(graph)
    rows = place_rows(graph)
    lefts = _place_columns(graph, node)

    def make_curve(start: int, end: int) -> Curve:
        left, right = lefts[graph.column[start]] + node, lefts[graph.column[end]]
        return (left, rows[start], right, rows[end])

    def make_route(edge: Edge, chain: list[int], *, turned: bool) -> Route:
        curves = tuple(map(make_curve, chain, chain[1:]))
        return Route(edge, _turn_round(curves) if turned else curves)

    return Layout(
        places={
            name: (lefts[graph.column[at]], rows[at] - HEIGHT / 2)
            for at, name in enumerate(graph.ids)
        },
        routes=tuple(
            make_route(edge, chain, turned=turned)
            for edge, chain, turned in zip(graph.edges, graph.chains, graph.turned, strict=True)
        ),
        width=lefts[-1] + node,
        height=max(row + find_reach(graph, at) for at, row in enumerate(rows)),
        node=node,
    )


def _place_columns(graph: LayeredGraph, node: float) -> list[float]:
    """Return the left edge of each column; many edges between two columns widen their gap."""
    lefts, x = [], 0.0
    for column in graph.columns:
        lefts.append(x)
        edges = sum(len(graph.down[vertex]) for vertex in column)
        x += node + COLUMN_GAP + min(_WIDEST_GAP, 2 * max(0, edges - _FREE_EDGES))
    return lefts


def _turn_round(curves: tuple[Curve, ...]) -> tuple[Curve, ...]:
    return tuple((x2, y2, x1, y1) for x1, y1, x2, y2 in reversed(curves))


def _place_grid(ids: Sequence[str], node: float, width: float) -> Layout:
    """Place steps that no edge touches in rows, about as wide as what stands above them."""
    dx, dy = node + ROW_GAP, HEIGHT + ROW_GAP
    across = _count_across(len(ids), node, width)
    return Layout(
        places={name: (at % across * dx, at // across * dy) for at, name in enumerate(ids)},
        routes=(),
        width=across * dx - ROW_GAP,
        height=math.ceil(len(ids) / across) * dy - ROW_GAP,
        node=node,
    )


def _count_across(count: int, node: float, width: float) -> int:
    dx, dy = node + ROW_GAP, HEIGHT + ROW_GAP
    square = math.ceil(math.sqrt(count * 2 * dy / dx))
    return min(count, max(square, int((width + ROW_GAP) // dx), 1))


def _stack(parts: Sequence[Layout], node: float) -> Layout:
    """Return one layout with the parts below each other."""
    places, routes, top = dict[str, Point](), list[Route](), 0.0
    for part in parts:
        places |= {name: (x, y + top) for name, (x, y) in part.places.items()}
        routes += [_move_down(route, top) for route in part.routes]
        top += part.height + 2 * ROW_GAP
    width = max((part.width for part in parts), default=0.0)
    return Layout(places, tuple(routes), width, max(0.0, top - 2 * ROW_GAP), node)


def _move_down(route: Route, by: float) -> Route:
    moved = ((x1, y1 + by, x2, y2 + by) for x1, y1, x2, y2 in route.curves)
    return Route(route.edge, tuple(moved)) if by else route
