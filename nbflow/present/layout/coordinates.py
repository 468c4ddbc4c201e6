"""Finds heights: each vertex stands as near to its neighbours as order and gaps allow."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import pairwise

from nbflow.present.layout.layering import LayeredGraph

HEIGHT = 48  # pixels, of a node
ROW_GAP = 18
_PASSING = ROW_GAP * 1.2  # the room of an edge that passes a column
_LINE = 2  # and how far it reaches up and down
_SWEEPS, _LAST = 8, 4  # the last sweeps look at both sides
_PULLS = (1, 3, 16)  # of an edge that passes no, one or two columns there: long edges run straight
_LOOSE = 0.1  # the weight of a vertex without neighbours at the side that is looked at

Pulls = list[tuple[int, float]]  # a neighbour, and how much it pulls
Wish = tuple[float, Pulls]  # the weight of all pulls at a vertex


def place_rows(graph: LayeredGraph) -> list[float]:
    """Return the middle of each vertex; the top of the uppermost one is at 0."""
    gaps = [_stack(graph, column) for column in graph.columns]
    y = [0.0] * len(graph.column)
    for column, offsets in zip(graph.columns, gaps, strict=True):
        for vertex, offset in zip(column, offsets, strict=True):
            y[vertex] = offset - offsets[-1] / 2
    left, right = _find_pulls(graph, graph.up), _find_pulls(graph, graph.down)
    up, down = _make_wishes(left), _make_wishes(right)
    both = _make_wishes(one + other for one, other in zip(left, right, strict=True))
    forwards = list(zip(graph.columns, gaps, strict=True))
    for sweep in range(_SWEEPS):
        rightwards = sweep % 2 == 0
        wishes = both if sweep >= _SWEEPS - _LAST else up if rightwards else down
        for column, offsets in forwards if rightwards else reversed(forwards):
            _relax(column, offsets, wishes, y)
    top = min(middle - find_reach(graph, vertex) for vertex, middle in enumerate(y))
    return [round(middle - top, 1) for middle in y]


def find_reach(graph: LayeredGraph, vertex: int) -> float:
    """Return how far a vertex goes up and down from its middle."""
    return HEIGHT / 2 if graph.is_node(vertex) else _LINE


def _stack(graph: LayeredGraph, column: Sequence[int]) -> list[float]:
    """Return the middles of a column without free room between its vertices, from 0."""
    rooms = [HEIGHT + ROW_GAP if graph.is_node(vertex) else _PASSING for vertex in column]
    offsets = [0.0]
    for above, below in pairwise(rooms):
        offsets.append(offsets[-1] + (above + below) / 2)
    return offsets


def _find_pulls(graph: LayeredGraph, beside: Sequence[Sequence[int]]) -> list[Pulls]:
    count = len(graph.ids)
    return [
        [(one, _PULLS[(vertex >= count) + (one >= count)] / len(near)) for one in near]
        for vertex, near in enumerate(beside)
    ]


def _make_wishes(pulls: Iterable[Pulls]) -> list[Wish]:
    return [
        (sum([pull for _, pull in near]), near) if near else (_LOOSE, [(vertex, _LOOSE)])
        for vertex, near in enumerate(pulls)
    ]


def _relax(
    column: Sequence[int], offsets: Sequence[float], wishes: Sequence[Wish], y: list[float]
) -> None:
    """Move the vertices of a column to the least-squares fit that keeps order and gaps.

    This pools adjacent violators: a block of vertices that would overlap moves as one.
    """
    blocks: list[tuple[float, float, float, int]] = []  # mean, sum, weight, size
    for vertex, offset in zip(column, offsets, strict=True):
        weight, near = wishes[vertex]
        total, size = -offset * weight, 1
        for one, pull in near:
            total += pull * y[one]
        mean = total / weight
        while blocks and blocks[-1][0] > mean:
            _, more, heavier, larger = blocks.pop()
            total, weight, size = total + more, weight + heavier, size + larger
            mean = total / weight
        blocks.append((mean, total, weight, size))
    means = [mean for mean, _, _, size in blocks for _ in range(size)]
    for vertex, mean, offset in zip(column, means, offsets, strict=True):
        y[vertex] = mean + offset
