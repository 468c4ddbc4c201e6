"""Parts of values that differ are named by their paths."""

from __future__ import annotations

from typing import Any

import pytest

from nbflow.reports.comparison import ValueChange
from nbflow.reports.value_changes import find_value_changes

CASES: dict[str, tuple[Any, Any, list[ValueChange]]] = {
    "equal": ({"a": [1, {"b": None}]}, {"a": [1, {"b": None}]}, []),
    "NaN is itself": ([float("nan")], [float("nan")], []),
    "a whole value": (1, 2, [ValueChange("", "changed", 1, 2)]),
    "true is not 1": (True, 1, [ValueChange("", "changed", before=True, after=1)]),
    "within": ({"a": {"b": 1}}, {"a": {"b": 2}}, [ValueChange("a.b", "changed", 1, 2)]),
    "None is a value": ({"a": None}, {}, [ValueChange("a", "removed")]),
    "by position": (
        [1, 2],
        [1, 3, 4],
        [
            ValueChange("[1]", "changed", 2, 3),
            ValueChange("[2]", "added", after=4),
        ],
    ),
    "by label": (
        [{"label": "late", "value": 1}, {"label": "early", "value": 2}],
        [{"label": "early", "value": 3}, {"label": "late", "value": 1}],
        [ValueChange("[early].value", "changed", 2, 3)],
    ),
}


@pytest.mark.parametrize("case", CASES)
def test_paths_lead_to_what_differs(case: str) -> None:
    before, after, expected = CASES[case]
    assert list(find_value_changes(before, after)) == expected
