"""SQL expressions that show a column's values as text, and place them on an axis."""

from __future__ import annotations

from nbflow.model import Frozen

_WHOLE = {"TINYINT", "SMALLINT", "INTEGER", "BIGINT", "HUGEINT"}
_UNSIGNED = {f"U{one}" for one in _WHOLE}
_FLOATS = {"FLOAT", "DOUBLE"}
_DAYS = {"DATE", "TIMESTAMP", "TIMESTAMP_S", "TIMESTAMP_MS", "TIMESTAMP_NS"}
_ZONED = "TIMESTAMP WITH TIME ZONE"
_OTHERS = {"VARCHAR", "BOOLEAN", "TIME", "INTERVAL", "UUID"}
_PLAIN = (_WHOLE | _UNSIGNED | _FLOATS | {"BOOLEAN"}) - {"HUGEINT", "UHUGEINT"}


class Column(Frozen, frozen=True):
    """A column as SQL: `sql` is its quoted name, `type` SQL's name of its type."""

    sql: str
    type: str

    @property
    def whole(self) -> bool:
        """Tell whether its values are integers."""
        return self.type in _WHOLE | _UNSIGNED

    @property
    def floats(self) -> bool:
        """Tell whether it may hold NaN."""
        return self.type in _FLOATS

    @property
    def number(self) -> bool:
        """Tell whether its values are numbers."""
        return self.whole or self.floats or self.type.startswith("DECIMAL(")

    @property
    def ordered(self) -> bool:
        """Tell whether a least and a most value mean something."""
        return self.measured or self.type in _OTHERS or self.type.startswith("ENUM(")

    @property
    def measured(self) -> bool:
        """Tell whether its values have places on an axis."""
        return self.number or self.type in _DAYS or self.type == _ZONED

    @property
    def few(self) -> bool:
        """Tell whether its values are names, of which the frequent ones are told."""
        return self.type in {"VARCHAR", "BOOLEAN"} or self.type.startswith("ENUM(")

    @property
    def finite(self) -> str:
        """The condition that a value has a place on the axis."""
        limited = self.floats or self.type in {"DATE", "TIMESTAMP", _ZONED}
        return f"isfinite({self.sql})" if limited else f"{self.sql} IS NOT NULL"


def make_text(column: Column, value: str) -> str:
    """Return the SQL expression for a value as text; times with a zone are told in UTC."""
    if column.type == _ZONED:
        return f"CAST({value} AT TIME ZONE 'UTC' AS VARCHAR) || '+00'"
    return f"CAST({value} AS VARCHAR)"


def make_plain(column: Column, longest: int) -> str:
    """Return the SQL expression for a value that JSON has, or for its text, cut."""
    if column.type in _PLAIN:
        return column.sql
    return f"left({make_text(column, column.sql)}, {longest})"


def make_measure(column: Column, value: str) -> str:
    """Return the SQL expression for a value's place on the axis: a number, or microseconds."""
    if column.type in _DAYS:
        return f"CAST(epoch_us(CAST({value} AS TIMESTAMP)) AS DOUBLE)"
    if column.type == _ZONED:
        return f"CAST(epoch_us({value}) AS DOUBLE)"
    return f"CAST({value} AS DOUBLE)"
