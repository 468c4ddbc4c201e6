"""How a table differs from an earlier one of the same name."""

from __future__ import annotations

from typing import Literal

from nbflow.model.frozen import Frozen
from nbflow.model.profiles import ColumnProfile

TableKind = Literal["equal", "reordered", "last-digit", "different"]


class ColumnChange(Frozen, frozen=True):
    """A column that came, went, or changed its SQL type; a type is "" where there is no column."""

    name: str
    before: str
    after: str


class ColumnDifference(Frozen, frozen=True):
    """How many rows differ in a column; `close` of them only in the last digits of a float."""

    name: str
    changed: int
    close: int = 0


class CellChange(Frozen, frozen=True):
    """A value that differs, as texts; None is null."""

    column: str
    before: str | None
    after: str | None


class RowChange(Frozen, frozen=True):
    """A row that came, went or differs, by the texts of its key."""

    kind: Literal["added", "removed", "changed"]
    key: tuple[str | None, ...]
    cells: tuple[CellChange, ...] = ()


class TableDifference(Frozen, frozen=True):
    """How a table differs from an earlier one.

    "reordered" tables have the same rows in another order. "last-digit" ones differ in floats
    only, by 1e-9 of their size at most. With a `key`, `changed` counts the rows that differ by
    more, `close` those that differ by less. Without one, `added` and `removed` count whole rows
    that only one of the tables has.
    """

    kind: TableKind
    rows: tuple[int, int]  # before and after
    schema: tuple[ColumnChange, ...] = ()
    key: tuple[str, ...] = ()
    key_found: bool = False  # nobody gave it: the columns are unique in both tables
    added: int = 0
    removed: int = 0
    changed: int = 0
    close: int = 0
    columns: tuple[ColumnDifference, ...] = ()  # those that differ
    examples: tuple[RowChange, ...] = ()


class TableComparison(Frozen, frozen=True):
    """How a table of one run differs from that of another, with the columns that differ.

    `before` and `after` have the profiles of those columns that the earlier and the later table
    have; columns of the same values have none.
    """

    ref: str  # step.name
    difference: TableDifference
    before: tuple[ColumnProfile, ...] = ()
    after: tuple[ColumnProfile, ...] = ()
