"""Which of DuckDB's types are numbers: their columns stand at the right."""

from __future__ import annotations

_WHOLE = {"TINYINT", "SMALLINT", "INTEGER", "BIGINT", "HUGEINT", "BIGNUM"}
_OTHERS = {"DECIMAL", "DOUBLE", "FLOAT", "REAL"}


def is_number(kind: str) -> bool:
    """Tell whether a type is one of numbers, and no list of them."""
    head = kind.upper().partition("(")[0]
    return "[" not in kind and (head.removeprefix("U") in _WHOLE or head in _OTHERS)
