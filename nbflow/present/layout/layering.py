"""Puts a graph into columns: finds components, turns edges of cycles, cuts long edges."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field

Edge = tuple[str, str]  # from, to
Pair = tuple[int, int]  # the same, as vertices


@dataclass
class LayeredGraph:
    """A graph whose edges each go from one column to the next.

    A vertex is a node's position in `ids`; a vertex after those is a place where a long edge
    passes a column. Edges that start at one node share these places.
    """

    ids: Sequence[str]
    edges: Sequence[Edge]
    turned: list[bool]  # the edges that are laid out from their end to their start
    column: list[int]  # of each vertex
    columns: list[list[int]] = field(default_factory=list)  # vertices from top to bottom
    up: list[list[int]] = field(default_factory=list)  # neighbours in the column before
    down: list[list[int]] = field(default_factory=list)
    chains: list[list[int]] = field(default_factory=list)  # the vertices on the way of each edge

    def is_node(self, vertex: int) -> bool:
        return vertex < len(self.ids)


def find_components(
    ids: Collection[str], edges: Iterable[Edge]
) -> list[tuple[list[str], list[Edge]]]:
    """Return the connected components of a graph, in the order of their first node."""
    parent = {name: name for name in ids}

    def find(name: str) -> str:
        while parent[name] != name:
            parent[name] = parent[parent[name]]
            name = parent[name]
        return name

    known = list(edges)
    for start, end in known:
        parent[find(end)] = find(start)
    components: dict[str, tuple[list[str], list[Edge]]] = {}
    for name in ids:
        components.setdefault(find(name), ([], []))[0].append(name)
    for edge in known:
        components[find(edge[0])][1].append(edge)
    return list(components.values())


def make_layered(ids: Sequence[str], edges: Sequence[Edge]) -> LayeredGraph:
    """Return a connected graph with its nodes in columns; their order is not decided yet."""
    index = {name: at for at, name in enumerate(ids)}
    pairs = [(index[start], index[end]) for start, end in edges]
    turned = _find_closing(len(ids), pairs)
    directed = [(b, a) if back else (a, b) for (a, b), back in zip(pairs, turned, strict=True)]
    graph = LayeredGraph(ids, edges, turned, _assign_columns(len(ids), directed))
    graph.columns = [[] for _ in range(max(graph.column) + 1)]
    for vertex in range(len(ids)):
        _add(graph, vertex)
    _cut_edges(graph, directed)
    return graph


def _find_closing(count: int, edges: Sequence[Pair]) -> list[bool]:
    """Return for each edge whether it closes a cycle.

    The search goes depth first, and begins at nodes without parents.
    """
    below: list[list[int]] = [[] for _ in range(count)]
    starts = [True] * count
    for at, (start, end) in enumerate(edges):
        below[start].append(at)
        starts[end] = False
    closing, begun, done = [False] * len(edges), [False] * count, [False] * count
    for start in sorted(range(count), key=lambda vertex: not starts[vertex]):
        path = [] if begun[start] else [(start, iter(below[start]))]
        begun[start] = True
        while path:
            vertex, left = path[-1]
            edge = next(left, None)
            if edge is None:
                done[vertex] = True
                path.pop()
                continue
            end = edges[edge][1]
            closing[edge] = begun[end] and not done[end]
            if not begun[end]:
                begun[end] = True
                path.append((end, iter(below[end])))
    return closing


def _assign_columns(count: int, edges: Sequence[Pair]) -> list[int]:
    """Return each vertex's column: the longest path to it.

    A vertex with more edges to its right than to its left then moves towards those.
    """
    below: list[list[int]] = [[] for _ in range(count)]
    above = [0] * count
    for start, end in edges:
        below[start].append(end)
        above[end] += 1
    column, missing = [0] * count, list(above)
    order = [vertex for vertex in range(count) if not missing[vertex]]
    for vertex in order:  # grows while it is walked
        for end in below[vertex]:
            column[end] = max(column[end], column[vertex] + 1)
            missing[end] -= 1
            if not missing[end]:
                order.append(end)
    for vertex in reversed(order):
        if len(below[vertex]) > above[vertex]:
            column[vertex] = min(column[end] for end in below[vertex]) - 1
    return column


def _cut_edges(graph: LayeredGraph, edges: Sequence[Pair]) -> None:
    passing: dict[Pair, int] = {}  # the vertex where the edges of a node pass a column
    for start, end in edges:
        chain = [start]
        for column in range(graph.column[start] + 1, graph.column[end]):
            if (start, column) not in passing:
                passing[start, column] = vertex = len(graph.column)
                graph.column.append(column)
                _add(graph, vertex)
                _connect(graph, chain[-1], vertex)
            chain.append(passing[start, column])
        _connect(graph, chain[-1], end)
        graph.chains.append([*chain, end])


def _add(graph: LayeredGraph, vertex: int) -> None:
    graph.columns[graph.column[vertex]].append(vertex)
    graph.up.append([])
    graph.down.append([])


def _connect(graph: LayeredGraph, start: int, end: int) -> None:
    graph.down[start].append(end)
    graph.up[end].append(start)
