from typing import NamedTuple

import pytest

from nbflow.model import graph

DIAMOND = {"load": set(), "clean": {"load"}, "join": {"load"}, "report": {"clean", "join"}}


class Case(NamedTuple):
    name: str
    parents: dict[str, set[str]]
    cycle: list[str] | None


CYCLES = [
    Case("none", DIAMOND, None),
    Case("of one", {"a": {"a"}}, ["a", "a"]),
    Case("of two", {"a": {"b"}, "b": {"a"}}, ["a", "b", "a"]),
    Case("below a root", {"a": set(), "b": {"a", "c"}, "c": {"b"}}, ["b", "c", "b"]),
    Case("parents that do not exist", {"a": {"gone"}}, None),
]


@pytest.mark.parametrize("case", CYCLES, ids=lambda case: case.name)
def test_a_cycle_is_named_step_by_step(case: Case):
    assert graph.find_cycle(case.parents) == case.cycle


def test_order_puts_each_step_behind_what_it_needs_and_is_the_same_each_time():
    assert graph.order(DIAMOND) == ["load", "clean", "join", "report"]


def test_ancestors_and_descendants_hold_the_steps_themselves():
    assert graph.ancestors(DIAMOND, ["clean"]) == {"load", "clean"}
    assert graph.descendants(DIAMOND, ["clean"]) == {"clean", "report"}


def test_the_longest_path_counts_a_step_and_the_slowest_of_what_follows():
    seconds = {"load": 1.0, "clean": 5.0, "join": 2.0, "report": 1.0}
    assert graph.longest_paths(DIAMOND, seconds) == {
        "load": 7.0,
        "clean": 6.0,
        "join": 3.0,
        "report": 1.0,
    }


def test_a_chain_of_ten_thousand_steps_is_no_problem():
    chain = {f"s{n:05}": {f"s{n - 1:05}"} if n else set() for n in range(10_000)}
    assert graph.order(chain) == sorted(chain)
    assert graph.find_cycle(chain) is None
    assert graph.longest_paths(chain, dict.fromkeys(chain, 1.0))["s00000"] == 10_000


def test_order_goes_by_the_numbers_of_files_where_nothing_else_decides():
    parents = {"a": set(), "b": set(), "c": {"a"}, "d": set()}
    paths = {"a": "n/10_a.ipynb", "b": "n/9_b.ipynb", "c": "n/1_c.ipynb", "d": "n/x.ipynb"}
    assert graph.order(parents, paths) == ["b", "a", "c", "d"]
    assert graph.order(parents, {"a": "2", "b": "10", "d": "1"}) == ["d", "a", "b", "c"]
