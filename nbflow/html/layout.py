"""A layered layout, from left to right: the ideas of the widget's own, in their simplest form."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from itertools import pairwise

from nbflow import graph
from nbflow.model import Frozen

WIDTH, HEIGHT = 172, 48  # pixels, of a node; wider where its name needs it
COLUMN, _ROW = 48, 18  # the gaps between nodes
_PASSING = 22  # the room of an edge that passes a column
_SWEEPS = 8
_STRAIGHT = 4  # how much more an edge's piece pulls, so that long edges run straight

Point = tuple[float, float]
Vertex = tuple[str, int]  # a step, or a piece of its edges, and the column it stands in


class Layout(Frozen, frozen=True):
    """The left upper corner of each node; for each edge the ends of its curves, in pairs."""

    places: dict[str, Point]
    routes: tuple[tuple[Point, ...], ...]
    width: float
    height: float
    node: float  # how wide a node is


def lay_out(
    parents: Mapping[str, set[str]], find_width: Callable[[int], float] = lambda _: WIDTH
) -> Layout:
    """Lay out a graph; `find_width` says how wide nodes are, by how many columns there are.

    Of a cycle, one edge is left out.
    """
    parents = _break_cycles(parents)
    columns = _assign_columns(parents)
    chains = [
        [(parent, column) for column in range(columns[parent], columns[step])]
        + [(step, columns[step])]
        for step in columns
        for parent in sorted(parents[step] & columns.keys())
    ]
    table, beside = _make_table(columns, chains)
    for sweep in range(_SWEEPS):
        for column in table if sweep % 2 == 0 else table[::-1]:
            _order(column, table, beside)
    rows = _place(table, columns, beside)
    node = find_width(len(table))
    return Layout(
        places={name: (_left(at, node), rows[name, at]) for name, at in columns.items()},
        routes=tuple(_make_route(chain, rows, node) for chain in chains),
        width=_left(len(table) - 1, node) + node,
        node=node,
        height=max((rows[vertex] for vertex in columns.items()), default=0.0) + HEIGHT,
    )


def _break_cycles(parents: Mapping[str, set[str]]) -> dict[str, set[str]]:
    known = {step: {one for one in above if one in parents} for step, above in parents.items()}
    while cycle := graph.find_cycle(known):
        known[cycle[1]].discard(cycle[0])
        known[cycle[0]].discard(cycle[1])
    return known


def _assign_columns(parents: Mapping[str, set[str]]) -> dict[str, int]:
    """Take the longest path from the left; then what gives more than it needs moves right."""
    columns: dict[str, int] = {}
    order = graph.order(parents)
    children = graph.make_children(parents)
    for step in order:
        columns[step] = max((columns[parent] + 1 for parent in parents[step]), default=0)
    for step in reversed(order):
        if len(children[step]) > len(parents[step]):
            columns[step] = min(columns[child] for child in children[step]) - 1
    return columns


def _make_table(
    columns: Mapping[str, int], chains: Sequence[Sequence[Vertex]]
) -> tuple[list[list[Vertex]], dict[Vertex, set[Vertex]]]:
    """Return the vertices of each column, and each vertex's neighbours."""
    beside: dict[Vertex, set[Vertex]] = {vertex: set() for vertex in columns.items()}
    for chain in chains:
        for one, following in pairwise(chain):
            beside.setdefault(one, set()).add(following)
            beside.setdefault(following, set()).add(one)
    table: list[list[Vertex]] = [[] for _ in range(max(columns.values(), default=-1) + 1)]
    for vertex in beside:
        table[vertex[1]].append(vertex)
    return table, beside


def _order(
    column: list[Vertex], table: list[list[Vertex]], beside: Mapping[Vertex, set[Vertex]]
) -> None:
    """Sort a column by the middle of each vertex's neighbours, as they stand in their columns."""
    number = column[0][1]
    near = [*table[max(0, number - 1) : number], *table[number + 1 : number + 2]]
    standing = {v: at / max(1, len(one)) for one in [*near, column] for at, v in enumerate(one)}
    column.sort(
        key=lambda vertex: _mean([standing[one] for one in beside[vertex]], standing[vertex])
    )


def _place(
    table: Sequence[Sequence[Vertex]],
    columns: Mapping[str, int],
    beside: Mapping[Vertex, set[Vertex]],
) -> dict[Vertex, float]:
    """Return the top of each vertex: as near to its neighbours as order and gaps allow."""
    room = {
        vertex: HEIGHT + _ROW if columns[vertex[0]] == vertex[1] else _PASSING for vertex in beside
    }
    middles: dict[Vertex, float] = {}
    for column in table:
        middles |= zip(column, _stack(column, room), strict=True)
    for sweep in range(_SWEEPS):
        for column in table if sweep % 2 == 0 else table[::-1]:
            gaps = _stack(column, room)
            wishes = [
                _mean(
                    [
                        middles[one]
                        for one in beside[vertex]
                        for _ in range(1 if room[one] > _PASSING else _STRAIGHT)
                    ],
                    middles[vertex],
                )
                for vertex in column
            ]
            middles |= zip(column, _settle(wishes, gaps), strict=True)
    top = min((middles[v] - room[v] / 2 for v in middles), default=0.0) + _ROW / 2
    return {vertex: middle - HEIGHT / 2 - top for vertex, middle in middles.items()}


def _stack(column: Sequence[Vertex], room: Mapping[Vertex, float]) -> list[float]:
    """Return middles that stand as close as they may, around 0."""
    middles = [0.0]
    for above, below in pairwise(column):
        middles.append(middles[-1] + (room[above] + room[below]) / 2)
    return [middle - middles[-1] / 2 for middle in middles]


def _settle(wishes: Sequence[float], gaps: Sequence[float]) -> list[float]:
    """Return the places nearest to the wishes in order: least squares, violators pooled."""
    blocks: list[tuple[float, int]] = []  # mean, size
    for wish, gap in zip(wishes, gaps, strict=True):
        mean, size = wish - gap, 1
        while blocks and blocks[-1][0] > mean:
            before, count = blocks.pop()
            mean = (mean * size + before * count) / (size + count)
            size += count
        blocks.append((mean, size))
    settled = [mean for mean, size in blocks for _ in range(size)]
    return [mean + gap for mean, gap in zip(settled, gaps, strict=True)]


def _make_route(
    chain: Sequence[Vertex], rows: Mapping[Vertex, float], node: float
) -> tuple[Point, ...]:
    middle = HEIGHT / 2
    return tuple(
        point
        for one, following in pairwise(chain)
        for point in (
            (_left(one[1], node) + node, rows[one] + middle),
            (_left(following[1], node), rows[following] + middle),
        )
    )


def _left(column: int, node: float) -> float:
    return column * (node + COLUMN)


def _mean(numbers: Sequence[float], otherwise: float) -> float:
    return sum(numbers) / len(numbers) if numbers else otherwise
