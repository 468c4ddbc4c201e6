"""What is known of a table's columns."""

from __future__ import annotations

from nbflow.model.frozen import Frozen


class ColumnProfile(Frozen, frozen=True):
    """What is known of a column of a table; `type` is SQL's.

    `bins` are the counts of a histogram of equal widths from `least` to `most`, empty where the
    column has no order, or one value. `least` and `most` are texts, "" where there are none;
    of a column of texts they are told only where all are one.
    `common` has the most frequent values of a column with few different ones, each with its count.
    """

    name: str
    type: str
    nulls: int = 0
    nans: int = 0  # not a number, of a column of floats
    distinct: int = 0  # approximate above some thousand rows; 0 where nobody counted
    least: str = ""
    most: str = ""
    bins: tuple[int, ...] = ()
    common: tuple[tuple[str, int], ...] = ()


class TableProfile(Frozen, frozen=True):
    """What is known of a table, with its first rows in their JSON forms.

    `left_out` counts the columns behind those that are here.
    """

    rows: int
    columns: tuple[ColumnProfile, ...]
    head: tuple[tuple[str | int | float | bool | None, ...], ...] = ()
    left_out: int = 0
