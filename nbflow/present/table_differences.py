"""How a table differs from an earlier one, in sentences for every face."""

from __future__ import annotations

import math

from nbflow.base.text import say_count
from nbflow.model.table_differences import (
    CellChange,
    ColumnChange,
    ColumnDifference,
    RowChange,
    TableDifference,
)

_WIDEST = 40  # characters of a value
_SHORT = 8  # characters of a float that is shown as it is
_LEAST, _MOST = 4, 17  # digits of a float that count


def say_difference(difference: TableDifference) -> str:
    """Return in one sentence how much differs."""
    before, after = difference.rows
    if difference.kind == "equal":
        return f"equal, {say_count(after, 'row')}"
    if difference.kind == "reordered":
        return f"the same {say_count(after, 'row')} in another order or form"
    if difference.kind == "last-digit":
        return f"{say_count(difference.close, 'row')} of {after:,} differ only in the last digits"
    counts = (
        say_count(after, "row") if before == after else f"{before:,} → {say_count(after, 'row')}"
    )
    return "; ".join([counts, *_say_rows(difference), *_say_columns(difference)])


def say_key(difference: TableDifference) -> str:
    """Return by what rows are told apart, "" where no two rows were paired."""
    if not difference.key:
        return "" if difference.kind != "different" else "no columns tell the rows apart"
    names = ", ".join(difference.key)
    return f"rows are told apart by {names}" + (", unique in both" if difference.key_found else "")


def say_column_change(change: ColumnChange) -> str:
    """Return what happened to a column."""
    if not change.before:
        return f"column {change.name} is new ({change.after})"
    if not change.after:
        return f"column {change.name} is gone (it was {change.before})"
    return f"column {change.name} was {change.before}, is {change.after}"


def say_column_difference(column: ColumnDifference) -> str:
    """Return in how many rows a column differs."""
    if column.close == column.changed:
        return f"{say_count(column.changed, 'row')}, only in the last digits"
    close = f", {column.close:,} of them only in the last digits" if column.close else ""
    return f"{say_count(column.changed, 'row')}{close}"


def say_row_change(change: RowChange) -> str:
    """Return what happened to a row: `added`, `removed`, or each value before and after."""
    if change.kind != "changed":
        return change.kind
    return ", ".join(map(_say_cell, change.cells))


def say_cell_change(change: CellChange) -> str:
    """Return a value before and after: `0.1 → 0.25`."""
    before, after = _shorten_floats(change.before, change.after)
    return f"{_say_value(before)} → {_say_value(after)}"


def _say_rows(difference: TableDifference) -> list[str]:
    counts = {
        "added": difference.added,
        "removed": difference.removed,
        "changed": difference.changed,
        "changed in the last digits only": difference.close,
    }
    return [f"{count:,} {word}" for word, count in counts.items() if count]


def _say_columns(difference: TableDifference) -> list[str]:
    count = len(difference.schema)
    columns = f"{say_count(count, 'column')} {'differs' if count == 1 else 'differ'}"
    return [columns] if count else []


def _say_cell(change: CellChange) -> str:
    return f"{change.column} {say_cell_change(change)}"


def _shorten_floats(before: str | None, after: str | None) -> tuple[str | None, str | None]:
    """Return two floats with as many digits as tell them apart, at least four that count."""
    try:
        old, new = float(before or ""), float(after or "")
    except ValueError:
        return before, after
    long = "." in f"{before}{after}" and max(map(len, (before or "", after or ""))) > _SHORT
    if not (long and math.isfinite(old) and math.isfinite(new)):
        return before, after
    for digits in range(_LEAST, _MOST):
        texts = f"{old:.{digits}g}", f"{new:.{digits}g}"
        if texts[0] != texts[1]:
            return texts
    return before, after


def _say_value(text: str | None) -> str:
    if text is None:
        return "null"
    return text if len(text) <= _WIDEST else f"{text[: _WIDEST - 1]}…"
