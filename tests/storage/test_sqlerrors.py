"""DuckDB's errors in words for who wrote the query."""

from __future__ import annotations

import pytest

from nbflow.storage.duckdb.errors import make_error

GONE = "Catalog Error: Table with name sales does not exist!"
SAID = {
    "our own catalogs": (
        f'{GONE}\nDid you mean "load.sales, or nbflow_7631c1aff89ad260.sales"?\nLINE 1: from sales',
        "there is no table sales.\nLINE 1: from sales",
    ),
    "DuckDB's own tables": (f'{GONE}\nDid you mean "pg_tables"?', "there is no table sales."),
    "a damaged file": (
        "IO Error: Corrupt database file: computed checksum 1 does not match stored checksum 2",
        (
            "Corrupt database file: computed checksum 1 does not match stored checksum 2\nThe disk gives "
            "back another content than was written. `nbflow check --results --repair` finds the file and "
            "fills it anew, or sets its result aside."
        ),
    ),
    "a table of the user's": (
        f'{GONE}\nDid you mean "sale"?',
        'there is no table sales.\nDid you mean "sale"?',
    ),
}


@pytest.mark.parametrize(("text", "said"), SAID.values(), ids=SAID)
def test_only_what_the_user_has_is_proposed(text: str, said: str) -> None:
    assert str(make_error(RuntimeError(text))) == said
