"""Which columns hold numbers."""

from __future__ import annotations

import pytest

from nbflow.present.rows import is_number

NUMBERS = ["TINYINT", "UBIGINT", "INTEGER", "integer", "HUGEINT", "UHUGEINT", "DECIMAL(18,3)", "DOUBLE", "FLOAT", "BIGNUM"]  # fmt: skip
OTHERS = ["VARCHAR", "INTERVAL", "INTEGER[]", "DECIMAL(4,1)[3]", "POINT", "STRUCT(a INTEGER)", "UUID", "UNION"]  # fmt: skip


@pytest.mark.parametrize("kind", NUMBERS)
def test_numbers(kind: str) -> None:
    assert is_number(kind)


@pytest.mark.parametrize("kind", OTHERS)
def test_what_is_no_number(kind: str) -> None:
    assert not is_number(kind)
