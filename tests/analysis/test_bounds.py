"""The bounds of a number: found in annotations and help texts, and kept."""

from __future__ import annotations

from pathlib import Path

import pytest

from nbflow.analysis.parameters import check_value, find_parameters, parse_text
from nbflow.errors import ParameterError

CASES = [
    ("month: Annotated[int, Ge(1), Le(12)] = 1", (1, 12)),
    ("month: Annotated[int, at.Interval(gt=0, lt=13)] = 1", (1, 12)),
    ("share: 'Annotated[float, Field(ge=0, le=1)]' = 0.5", (0, 1)),
    ("month: Annotated[int, range(1, 13)] = 1", (1, 12)),
    ("month: int = 1  # which month, 1..12", (1, 12)),
    ("share = 0.5  # 0..0.75", (0, 0.75)),
    ("rows: Annotated[int, Ge(0)] = 1", (0, None)),
    ("share: Annotated[float, Gt(0)] = 0.5", None),
    ("version: str = 'a'  # 1..12", None),
    ("month: int = 1  # see 1...12", None),
    ("month: int = 1  # 12..1", None),
    ("month: int = 1", None),
]


@pytest.mark.parametrize(("source", "bounds"), CASES)
def test_bounds_are_found(source: str, bounds: object) -> None:
    (found,), _ = find_parameters([(2, source)], "load.ipynb", Path())
    assert found.type.bounds == bounds


def test_a_value_outside_is_refused_with_the_bounds() -> None:
    (month,), _ = find_parameters([(2, "month: int = 1  # 1..12")], "load.ipynb", Path())
    assert parse_text(month, "12") == 12
    for wrong in (lambda: parse_text(month, "13"), lambda: check_value(month, 0)):
        with pytest.raises(ParameterError, match="is an int from 1 to 12"):
            wrong()
