"""The layout of a graph: what holds for each, and what is nice in some."""

from __future__ import annotations

import statistics
import time
from itertools import combinations
from pathlib import Path
from typing import NamedTuple

import pytest

from nbflow import Pipeline
from nbflow.present.layout.crossing_reduction import count_crossings, find_positions, order_columns
from nbflow.present.layout.layered_layout import COLUMN_GAP, HEIGHT, ROW_GAP, WIDTH, Layout, lay_out
from nbflow.present.layout.layering import LayeredGraph, find_components, make_layered
from nbflow.present.nodes import make_nodes
from tests.present.layout.graphs import Edge, make_pipeline

NEAR = 0.11  # rows are rounded to a tenth of a pixel
EXAMPLE = Path(__file__).parents[3] / "notebooks"


class Case(NamedTuple):
    name: str
    ids: list[str]
    edges: list[Edge]


CASES = [
    Case("nothing", [], []),
    Case("one", ["a"], []),
    Case("a diamond", list("abcd"), [("a", "b"), ("a", "c"), ("b", "d"), ("c", "d")]),
    Case("apart", list("abcdef"), []),
    Case("two parts", list("abcdef"), [("a", "b"), ("c", "d"), ("d", "e")]),
    Case("a cycle", list("abcd"), [("a", "b"), ("b", "c"), ("c", "a"), ("c", "d")]),
    *(Case(f"seed {seed}", *make_pipeline(10 + seed * 9, seed)) for seed in range(1, 16)),
]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_no_two_steps_overlap_and_all_lie_within_the_drawing(case: Case):
    layout = lay_out(case.ids, case.edges)
    assert layout.places.keys() == set(case.ids)
    for x, y in layout.places.values():
        assert 0 <= x <= layout.width - WIDTH
        assert -NEAR <= y <= layout.height - HEIGHT + NEAR
    for (x, y), (other_x, other_y) in combinations(layout.places.values(), 2):
        assert abs(x - other_x) >= WIDTH or abs(y - other_y) >= HEIGHT + ROW_GAP - NEAR


@pytest.mark.parametrize(
    "case", [one for one in CASES if one.name != "a cycle"], ids=lambda c: c.name
)
def test_an_edge_runs_from_a_step_to_one_on_its_right_and_past_no_other(case: Case):
    layout = lay_out(case.ids, case.edges)
    assert {route.edge for route in layout.routes} == set(case.edges)
    for route in layout.routes:
        (x, y), (to_x, to_y) = (layout.places[name] for name in route.edge)
        assert x + WIDTH < to_x
        assert route.curves[0][:2] == (x + WIDTH, y + HEIGHT / 2)
        assert route.curves[-1][2:] == (to_x, to_y + HEIGHT / 2)
        for (_, _, left, from_y), (right, at_y, _, _) in zip(
            route.curves, route.curves[1:], strict=False
        ):
            assert from_y == at_y
            refuse_line_through_a_step(layout, left, right, at_y)


def refuse_line_through_a_step(layout: Layout, left: float, right: float, at: float) -> None:
    for x, y in layout.places.values():
        assert x >= right or x + WIDTH <= left or at < y or at > y + HEIGHT


def test_a_diamond_lies_even():
    edges = [("load", "clean"), ("load", "join"), ("clean", "report"), ("join", "report")]
    layout = lay_out(["load", "clean", "join", "report"], edges)
    y = {name: place[1] for name, place in layout.places.items()}
    assert y["load"] == pytest.approx(y["report"], abs=NEAR)
    assert y["join"] - y["clean"] == HEIGHT + ROW_GAP
    assert layout.height == 2 * HEIGHT + ROW_GAP
    assert layout.width == 3 * WIDTH + 2 * COLUMN_GAP


def test_a_chain_is_one_line():
    layout = lay_out("abcd", [("a", "b"), ("b", "c"), ("c", "d")])
    assert {y for _, y in layout.places.values()} == {0}


def test_a_step_that_only_gives_stands_right_before_what_needs_it():
    layout = lay_out(["a", "b", "c", "d", "late"], ["ab", "bc", "cd", ("late", "d")])
    assert layout.places["late"][0] == layout.places["c"][0]


def test_all_edges_of_a_cycle_are_drawn_and_the_one_that_closes_it_leads_back():
    layout = lay_out("abcd", ["ab", "bc", "ca", "cd"])
    back = {route.edge for route in layout.routes if route.curves[0][0] > route.curves[-1][2]}
    assert back == {("c", "a")}
    assert len(layout.routes) == 4


def test_what_is_no_edge_is_left_out():
    layout = lay_out("ab", [("a", "gone"), ("gone", "b"), "aa", "ab", "ab"])
    assert [route.edge for route in layout.routes] == [("a", "b")]


def test_steps_that_nothing_connects_stand_in_rows_below_the_others():
    layout = lay_out([f"s{at}" for at in range(30)], [("s0", "s1")])
    assert layout.width < 3 * layout.height
    assert layout.height < 3 * layout.width
    assert layout.places["s2"][1] > layout.places["s0"][1]


def test_nodes_are_as_wide_as_is_asked_for_by_the_number_of_columns():
    asked = []
    layout = lay_out("abcd", ["ab", "bc"], lambda columns: asked.append(columns) or 200)
    assert asked == [3]
    assert layout.width == 3 * 200 + 2 * COLUMN_GAP


def test_crossings_are_counted_as_by_comparing_each_edge_with_each():
    ids, edges = make_pipeline(40, 2)
    graph = make_layered(ids, edges)
    order_columns(graph)
    found = 0
    for column, right in zip(graph.columns, graph.columns[1:], strict=False):
        place = {vertex: at for part in (column, right) for at, vertex in enumerate(part)}
        ends = [(place[one], place[end]) for one in column for end in graph.down[one]]
        found += sum((a - c) * (b - d) < 0 for (a, b), (c, d) in combinations(ends, 2))
    assert count_crossings(graph, find_positions(graph)) == found > 0


def test_crossings_that_can_be_avoided_are():
    edges = [("a", "h"), ("b", "g"), ("c", "f"), ("d", "e"), ("a", "g"), ("d", "f")]
    graph = make_layered("abcdefgh", edges)
    assert count_crossings(graph, find_positions(graph)) > 0
    order_columns(graph)
    assert count_crossings(graph, find_positions(graph)) == 0


def test_the_example_has_a_single_crossing():
    nodes, edges = make_nodes(Pipeline(EXAMPLE).steps)
    assert count_all_crossings([node["id"] for node in nodes], edges) == 1


@pytest.mark.parametrize(
    ("count", "seed", "most"),
    [(40, 2, 14), (60, 3, 30), (80, 1, 46), (120, 1, 177), (200, 1, 460), (200, 5, 468)],
)
def test_there_are_no_more_crossings_than_there_were(count: int, seed: int, most: int):
    assert count_all_crossings(*make_pipeline(count, seed)) <= most


def count_all_crossings(ids: list[str], edges: list[Edge]) -> int:
    known = [(start, end) for start, end in edges]
    graphs: list[LayeredGraph] = [
        make_layered(*part) for part in find_components(ids, known) if len(part[0]) > 1
    ]
    for graph in graphs:
        order_columns(graph)
    return sum(count_crossings(graph, find_positions(graph)) for graph in graphs)


@pytest.mark.parametrize(("count", "most"), [(200, 0.05), (1000, 0.5)])
def test_a_large_graph_is_laid_out_at_once(count: int, most: float):
    """In seconds of CPU; the margin of three is for a machine that others use too."""
    ids, edges = make_pipeline(count)
    took = []
    for _ in range(3):
        start = time.process_time()
        lay_out(ids, edges)
        took.append(time.process_time() - start)
    print(f"{count} steps, {len(edges)} edges: {statistics.median(took) * 1000:.0f} ms")
    assert min(took) < 3 * most
