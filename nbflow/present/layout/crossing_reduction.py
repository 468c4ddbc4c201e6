"""Orders each column so that few edges cross: sweeps by barycentre, then swaps of neighbours."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence

from nbflow.present.layout.layering import LayeredGraph

_SWEEPS = 12
_PATIENCE = 4  # sweeps without gain before it stops
_ROUNDS = 4  # of swaps in a sweep
_MOST_SWAPPED = 4000  # vertices up to which neighbours are swapped too


def order_columns(graph: LayeredGraph) -> None:
    """Order `graph.columns` in place."""
    graph.columns = _order_depth_first(graph)
    position = find_positions(graph)
    best, fewest = graph.columns, count_crossings(graph, position)
    sweep = idle = 0
    while sweep < _SWEEPS and idle < _PATIENCE and fewest:
        graph.columns = [list(column) for column in graph.columns]
        _sweep(graph, position, rightwards=sweep % 2 == 0)
        if len(graph.column) <= _MOST_SWAPPED:
            _swap_neighbours(graph, position)
        crossings = count_crossings(graph, position)
        sweep, idle = sweep + 1, idle + 1
        if crossings < fewest:
            best, fewest, idle = graph.columns, crossings, 0
    graph.columns = best


def find_positions(graph: LayeredGraph) -> list[int]:
    """Return where each vertex stands in its column."""
    position = [0] * len(graph.column)
    for column in graph.columns:
        _number(column, position)
    return position


def count_crossings(graph: LayeredGraph, position: Sequence[int]) -> int:
    """Return how many edges cross between neighbouring columns."""
    return sum(_count_inversions(column, graph.down, position) for column in graph.columns[:-1])


def _count_inversions(
    column: Sequence[int], down: Sequence[Sequence[int]], position: Sequence[int]
) -> int:
    """Count crossings as inversions of the right ends, taken in the order of the left ends."""
    ends: list[int] = []
    for vertex in column:
        near = down[vertex]
        if len(near) == 1:  # as most are; this is the innermost loop
            ends.append(position[near[0]])
        else:
            ends += sorted([position[end] for end in near])
    if ends == sorted(ends):  # quicker to tell than to count
        return 0
    count, passed = 0, list[int]()
    for end in ends:
        at = bisect_right(passed, end)
        count += len(passed) - at
        passed.insert(at, end)
    return count


def _order_depth_first(graph: LayeredGraph) -> list[list[int]]:
    """Return a first order, in which vertices that belong together stand side by side."""
    seen = [False] * len(graph.column)
    columns: list[list[int]] = [[] for _ in graph.columns]
    stack = [one for column in graph.columns for one in column if not graph.up[one]][::-1]
    while stack:
        vertex = stack.pop()
        if seen[vertex]:
            continue
        seen[vertex] = True
        columns[graph.column[vertex]].append(vertex)
        stack += [one for one in reversed(graph.down[vertex]) if not seen[one]]
    return columns


def _sweep(graph: LayeredGraph, position: list[int], *, rightwards: bool) -> None:
    columns = graph.columns[1:] if rightwards else graph.columns[-2::-1]
    beside = graph.up if rightwards else graph.down

    def find_barycentre(vertex: int) -> float:
        near = beside[vertex]
        if len(near) == 1:
            return position[near[0]]
        return sum([position[one] for one in near]) / len(near) if near else position[vertex]

    for column in columns:
        column.sort(key=find_barycentre)
        _number(column, position)


def _swap_neighbours(graph: LayeredGraph, position: list[int]) -> None:
    """Swap vertices that stand above each other as long as that takes crossings away."""
    for column in graph.columns:
        if len(column) == 1:
            continue
        ends = [
            (_find_ends(graph.up[one], position), _find_ends(graph.down[one], position))
            for one in column
        ]
        for _ in range(_ROUNDS):
            if not _swap_once(column, ends):
                break
        _number(column, position)


def _find_ends(near: Sequence[int], position: Sequence[int]) -> list[int]:
    return [position[near[0]]] if len(near) == 1 else sorted([position[end] for end in near])


def _swap_once(column: list[int], ends: list[tuple[list[int], list[int]]]) -> bool:
    swapped = False
    up, down = ends[0]
    for at in range(1, len(column)):
        up_below, down_below = ends[at]
        # Most neighbours cross nowhere; this is the innermost loop.
        crossing = (up and up_below and up[-1] > up_below[0]) or (
            down and down_below and down[-1] > down_below[0]
        )
        if crossing and _find_gain(up, up_below) + _find_gain(down, down_below) > 0:
            column[at - 1], column[at] = column[at], column[at - 1]
            ends[at - 1], ends[at] = ends[at], ends[at - 1]
            swapped = True
        else:
            up, down = up_below, down_below
    return swapped


def _find_gain(first: list[int], second: list[int]) -> int:
    """Return how many crossings fewer there are when the second vertex stands above the first."""
    return _count_behind(first, second) - _count_behind(second, first)


def _count_behind(first: list[int], second: list[int]) -> int:
    """Count the pairs where an end of `first` lies behind one of `second`; both are sorted."""
    if not first or not second or first[-1] <= second[0]:
        return 0
    count = at = 0
    for end in first:
        while at < len(second) and second[at] < end:
            at += 1
        count += at
    return count


def _number(column: Sequence[int], position: list[int]) -> None:
    for at, vertex in enumerate(column):
        position[vertex] = at
