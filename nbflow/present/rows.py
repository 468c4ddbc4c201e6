"""The first rows of a table, and the texts of its cells, for the terminal, HTML and plain text."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from nbflow.base.text import say_count, shorten
from nbflow.model import Frozen

COUNTED, SHOWN, ALL = 1000, 20, 1 << 60  # rows
COLUMNS = 30  # that are shown; the others are counted only
_WIDEST = 40  # characters of a value in plain text
_WHOLE = {"TINYINT", "SMALLINT", "INTEGER", "BIGINT", "HUGEINT", "BIGNUM"}
_OTHERS = {"DECIMAL", "DOUBLE", "FLOAT", "REAL"}


class Rows(Frozen, frozen=True):
    """The first rows of a relation; `more` tells that not all were fetched.

    `relation` is DuckDB's, lazy: `.df()`, `.to_arrow_table()` and `.pl()` fetch all of it. It is
    None where the rows are those of a run that was only looked at.
    """

    columns: tuple[str, ...]
    types: tuple[str, ...]
    rows: tuple[tuple[Any, ...], ...]
    more: bool = False
    shown: int = SHOWN
    relation: Any = None

    def __str__(self) -> str:
        return say_rows(self)

    def __repr__(self) -> str:
        return say_rows(self)

    def __len__(self) -> int:
        return len(self.rows)


def read_rows(relation: Any, limit: int | None = None, *, lazy: bool = True) -> Rows:
    """Fetch no more rows than are looked at, and one to know whether there are more.

    `limit` is how many are fetched and shown; by default 20 are shown of up to 1,000 counted.
    """
    fetched = limit or COUNTED
    rows = relation.limit(fetched + 1).fetchall()
    return Rows(
        columns=tuple(relation.columns),
        types=tuple(str(kind) for kind in relation.types),
        rows=tuple(rows[:fetched]),
        more=len(rows) > fetched,
        shown=limit or SHOWN,
        relation=relation if lazy else None,
    )


def say_rows(rows: Rows) -> str:
    """Return the rows that are shown under their columns, and how many there are."""
    values = (rows.columns, *rows.rows[: rows.shown])
    texts = [[say_value(one, _WIDEST) for one in row[:COLUMNS]] for row in values]
    widths = measure(texts)
    lines = align([texts[0], draw_rule(widths), *texts[1:]], widths, rows.types[:COLUMNS])
    return "\n".join([*lines, say_size(rows)])


def say_size(rows: Rows) -> str:
    """Return how many rows and columns there are, and how many of them are shown."""
    width, count = len(rows.columns), len(rows.rows)
    said = f"{say_count(count, 'row')}, {say_count(width, 'column')}"
    said = f"more than {said}" if rows.more else said
    if count > rows.shown or (rows.more and count == rows.shown):
        said = f"{said}; the first {min(rows.shown, count):,} rows shown"
    return f"{said}; the first {COLUMNS} columns shown" if width > COLUMNS else said


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
