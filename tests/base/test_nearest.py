"""The nearest of known names is found, and said."""

from __future__ import annotations

import pytest

from nbflow.base.nearest import find_nearest, say_nearest

KNOWN = {"month", "year", "Title"}
CASES = [
    ("mnth", "month", "Did you mean month?"),
    ("TITLE", "Title", "Did you mean Title?"),
    ("xyz", "", "There are: Title, month, year."),
]


@pytest.mark.parametrize(("name", "nearest", "said"), CASES)
def test_the_nearest_name(name: str, nearest: str, said: str) -> None:
    assert (find_nearest(name, KNOWN), say_nearest(name, KNOWN)) == (nearest, said)


def test_where_there_are_no_names() -> None:
    assert (find_nearest("a", ()), say_nearest("a", ())) == ("", "There are none.")


def test_a_name_can_be_shown_in_another_way() -> None:
    assert say_nearest("b b", ["B b"], repr) == "Did you mean 'B b'?"
