"""The rows of a table as texts, for the terminal, HTML and plain front ends."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from nbflow.text import shorten

_WHOLE = {"TINYINT", "SMALLINT", "INTEGER", "BIGINT", "HUGEINT", "BIGNUM"}
_OTHERS = {"DECIMAL", "DOUBLE", "FLOAT", "REAL"}


def is_number(kind: str) -> bool:
    """Tell whether a type of DuckDB is one of numbers, and no list of them."""
    head = kind.upper().partition("(")[0]
    return "[" not in kind and (head.removeprefix("U") in _WHOLE or head in _OTHERS)


def say_value(value: Any, widest: int) -> str:
    """Return a value in one line, cut with an ellipsis."""
    return "NULL" if value is None else shorten(" ".join(str(value).split()), widest)


def measure(rows: Iterable[Sequence[str]]) -> list[int]:
    """Return the width of each column."""
    return [max(map(len, column)) for column in zip(*rows, strict=True)]


def align(
    rows: Iterable[Sequence[str]], widths: Sequence[int], kinds: Sequence[str]
) -> Iterator[str]:
    """Yield a line for each row; the columns of numbers stand at the right."""
    right = [is_number(kind) for kind in kinds]
    for row in rows:
        cells = zip(row, widths, right, strict=True)
        aligned = (one.rjust(width) if last else one.ljust(width) for one, width, last in cells)
        yield "  ".join(aligned).rstrip()


def draw_rule(widths: Iterable[int]) -> list[str]:
    """Return the row that stands between the heads and the others."""
    return ["─" * width for width in widths]
