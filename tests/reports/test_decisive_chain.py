"""The chain of steps that decided how long a run took."""

from __future__ import annotations

import pytest

from nbflow.reports.decisive_chain import Interval, find_chain

CASES = {
    "nothing ran": ({}, {}, ()),
    "one step": ({"a": (0, 0, 1)}, {}, ("a",)),
    "the slower input decides": (
        {"fast": (0, 0, 1), "slow": (0, 0, 5), "last": (5, 5, 6)},
        {"last": ("fast", "slow")},
        ("slow", "last"),
    ),
    "the branch that ended last": (
        {"a": (0, 0, 1), "short": (1, 1, 2), "long": (1, 1, 9)},
        {"short": ("a",), "long": ("a",)},
        ("a", "long"),
    ),
    "a reused input took no time": ({"last": (0, 0, 6)}, {"last": ("reused",)}, ("last",)),
    "one that waited for a slot": (
        {"a": (0, 0, 4), "b": (0, 4, 9)},
        {},
        ("a", "b"),
    ),
    "one that waited for its worker": (
        {"a": (0, 0, 4), "other": (0, 0, 3), "b": (4, 6, 9)},
        {"b": ("a",)},
        ("a", "b"),
    ),
    "steps that took no time": (
        {"a": (0, 5, 5), "b": (0, 5, 5)},
        {"b": ("a",)},
        ("a", "b"),
    ),
    "a moment's wait is none": (
        {"a": (0, 0, 4), "other": (0, 0, 4.05), "b": (4, 4.06, 9)},
        {"b": ("a",)},
        ("a", "b"),
    ),
}


@pytest.mark.parametrize(("intervals", "parents", "expected"), CASES.values(), ids=CASES)
def test_chain(intervals, parents, expected):
    made = {name: Interval(*one) for name, one in intervals.items()}
    assert find_chain(made, parents) == expected
