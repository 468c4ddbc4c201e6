"""What a column's head and cells say: types in plain words, ranges, numbers of one precision."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from statistics import median_low
from typing import Any

from nbflow.base.text import shorten
from nbflow.model.profiles import ColumnProfile

_WORDS = {
    "VARCHAR": "text",
    "BOOLEAN": "true or false",
    "FLOAT": "float",
    "DOUBLE": "float",
    "DATE": "date",
    "TIME": "time of day",
    "INTERVAL": "duration",
    "BLOB": "bytes",
    "UUID": "uuid",
    "TIMESTAMP WITH TIME ZONE": "time, UTC",
    **dict.fromkeys(("TIMESTAMP", "TIMESTAMP_S", "TIMESTAMP_MS", "TIMESTAMP_NS"), "time"),
}
_WHOLE = {"TINYINT", "SMALLINT", "INTEGER", "BIGINT", "HUGEINT"}
_WHOLE |= {f"U{one}" for one in _WHOLE}
_NUMBERS = _WHOLE | {"FLOAT", "DOUBLE"}
_FREQUENT = 0.2  # of the rows
_LONGEST = 22  # characters of a value in a head
_EXACT = 5_000  # rows: above, different values were counted approximately
_DIGITS = 5  # that are shown of a float which needs more
_MOST_PLACES = 6
_LARGE, _TINY = 1e9, 1e-4  # beyond: 1.5e+12


def say_type(kind: str) -> str:
    """Return an SQL type in plain words, or as SQL has it."""
    if kind in _WHOLE:
        return "int"
    if kind.startswith("ENUM("):
        return "category"
    return _WORDS.get(kind) or shorten(kind.lower(), _LONGEST)


def is_number(kind: str) -> bool:
    """Tell whether a column of this SQL type holds numbers."""
    return kind in _NUMBERS or kind.startswith("DECIMAL(")


def is_share(column: ColumnProfile) -> bool:
    """Tell whether a column's values are shares: floats from 0 to 1, more than two of them."""
    if column.type not in {"FLOAT", "DOUBLE"} or column.distinct <= 2 or not column.least:  # noqa: PLR2004 - 0 and 1 are marks
        return False
    return float(column.least) >= 0 and float(column.most) <= 1


def say_facts(column: ColumnProfile, rows: int) -> list[str]:
    """Return what a head says of its column: range, different values, missing ones."""
    facts = (say(column, rows) for say in (say_different, say_frequent, say_missing))
    return [fact for fact in (say_range(column), *facts) if fact]


def say_range(column: ColumnProfile) -> str:
    """Return the least and the most value of numbers and times, "" of other columns."""
    if not column.bins:
        return ""
    if is_number(column.type):
        return f"{_trim(column.least)} … {_trim(column.most)}"
    least, most = _cut_times(column.least, column.most)
    return f"{least} … {most}"


def say_different(column: ColumnProfile, rows: int) -> str:
    """Return how many different values a column without a histogram has, and the first of them."""
    if column.bins or not column.distinct:
        return ""
    if column.distinct == 1:
        text = _trim_number(column) or ("empty" if column.type == "VARCHAR" else "")
        return f"always {shorten(text, _LONGEST)}" if text and not column.nulls else ""
    about = "about " if rows > _EXACT and column.distinct > 100 else ""  # noqa: PLR2004 - nearly exact
    if column.distinct == rows:
        return "all different"
    return f"{about}{column.distinct:,} different"


def say_frequent(column: ColumnProfile, rows: int) -> str:
    """Return the most frequent value and its share of all rows, "" where none is frequent."""
    if column.distinct <= 1 or not column.common:
        return ""
    value, count = column.common[0]
    if count < rows * _FREQUENT:
        return ""
    share = f"{min(count / rows, 0.99):.0%}"
    return f"{'over ' if count > 0.99 * rows else ''}{share} {shorten(value, _LONGEST) or 'empty'}"


def say_missing(column: ColumnProfile, rows: int) -> str:
    """Return how many values are null or NaN, "" where none is."""
    if rows and column.nulls == rows:
        return "all null"
    counts = ((column.nulls, "null"), (column.nans, "NaN"))
    return ", ".join(f"{count:,} {word}" for count, word in counts if count)


def format_column(column: ColumnProfile, values: Sequence[Any]) -> list[str | None]:
    """Return the values as texts, floats with as many decimal places as the column needs."""
    if column.type.startswith("TIMESTAMP WITH"):  # the head says that it is UTC
        return [one and str(one).removesuffix("+00") for one in values]
    if column.type not in {"FLOAT", "DOUBLE"}:
        return [None if one is None else _say(one) for one in values]
    places = _find_places([one for one in values if isinstance(one, int | float)])
    return [None if one is None else _say_float(one, places) for one in values]


def _say(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _say_float(value: Any, places: int) -> str:
    if isinstance(value, str):
        return value  # NaN
    if value and not _TINY <= abs(value) < _LARGE:
        return f"{value:.{_DIGITS - 1}g}"
    return f"{value:.{places}f}"


def _find_places(values: Sequence[float]) -> int:
    """Return how many decimal places the values need, as few as hold them.

    The largest value is shown with 5 digits or more, the middle one with 4.
    """
    usual = [abs(one) for one in values if one and _TINY <= abs(one) < _LARGE]
    if not usual:
        return 0
    middle, largest = (math.floor(math.log10(one)) for one in (median_low(usual), max(usual)))
    places = max(_DIGITS - 2 - middle, _DIGITS - 1 - max(largest, 0), 0)
    most = min(_MOST_PLACES, places)
    return next((one for one in range(most) if _is_exact(usual, one)), most)


def _is_exact(values: Iterable[float], places: int) -> bool:
    return all(round(one, places) == one for one in values)


def _trim(text: str) -> str:
    """Return a number of SQL's with five digits at most, and without an empty fraction."""
    number = float(text)
    if "." not in text and "e" not in text:
        return text
    return text.removesuffix(".0") if len(text) <= _DIGITS + 2 else f"{number:.{_DIGITS}g}"


def _trim_number(column: ColumnProfile) -> str:
    return _trim(column.least) if is_number(column.type) and column.least else column.least


def _cut_times(least: str, most: str) -> tuple[str, str]:
    """Return days of times that are on different days, else the times."""
    first, last = least.split(" ", maxsplit=1)[0], most.split(" ", maxsplit=1)[0]
    if first != last:
        return first, last
    return least.removesuffix("+00"), most.rsplit(" ", maxsplit=1)[-1].removesuffix("+00")
