"""Tables as a report shows them: heads, rows, and how to get what is not there."""

from __future__ import annotations

import html
import json
import re
from typing import Any

import pytest

from nbflow.model.profiles import ColumnProfile
from nbflow.present.report.column_texts import format_column, say_different, say_range
from nbflow.present.report.tables import draw_table
from nbflow.reports.facts import TablePreview

HOSTILE = "</script><img src=x onerror=alert(1)>"


def make_table(*columns: ColumnProfile, rows: int = 20, **facts: Any) -> TablePreview:
    head = tuple(tuple(f"v{row}" for _ in columns) for row in range(rows))
    return TablePreview("load.rows", rows, columns, **({"head": head} | facts))


def read_text(drawn: str) -> str:
    return html.unescape(re.sub(r"<script.*?</script>|<[^>]+>", " ", drawn))


def test_eight_rows_are_drawn_and_the_others_lie_in_the_page() -> None:
    drawn = draw_table(make_table(ColumnProfile("a", "VARCHAR", distinct=20)))
    assert drawn.count("<tr>") == 9
    rest = re.search(r'class="nb-rest">(.*?)</script>', drawn)
    assert rest is not None
    assert json.loads(rest[1]) == [[f"v{row}"] for row in range(8, 20)]
    assert "the first 8 of 20 rows are shown" in drawn


def test_a_large_table_says_how_to_get_all_rows() -> None:
    table = make_table(ColumnProfile("a", "VARCHAR"), rows=20)
    large = TablePreview("load.odd name", 336_776, table.columns, table.head, left_out=3)
    said = " ".join(read_text(draw_table(large, "r1")).split())
    assert "336,776 rows × 4 columns" in said  # noqa: RUF001
    assert "the first 20 are in this page; the first 1 of 4 columns are here" in said
    assert """nbflow sql 'select * from load."odd name"' --run r1""" in said


@pytest.mark.parametrize(
    ("column", "said"),
    [
        (ColumnProfile("a", "BIGINT", distinct=9, least="1", most="12", bins=(1, 2)), "1 … 12"),
        (
            ColumnProfile("a", "DOUBLE", distinct=9, least="0.0", most="0.123456789", bins=(1,)),
            "0 … 0.12346",
        ),
        (
            ColumnProfile(
                "a", "TIMESTAMP", least="2013-01-01 00:00:00", most="2014-01-01 01:00:00", bins=(1,)
            ),
            "2013-01-01 … 2014-01-01",
        ),
        (ColumnProfile("a", "VARCHAR", distinct=92, least="A", most="Z"), "92 different"),
        (ColumnProfile("a", "VARCHAR", distinct=9_120), "about 9,120 different"),
        (ColumnProfile("a", "VARCHAR", distinct=10_000), "all different"),
        (ColumnProfile("a", "BIGINT", distinct=1, least="2013", most="2013"), "always 2013"),
        (ColumnProfile("a", "VARCHAR", nulls=10_000), ""),
        (ColumnProfile("a", "VARCHAR", distinct=1), "always empty"),
        (ColumnProfile("a", "DOUBLE", distinct=1, nans=10_000), ""),
    ],
)
def test_a_head_says_what_is_in_its_column(column: ColumnProfile, said: str) -> None:
    assert (say_range(column) or say_different(column, 10_000)) == said


@pytest.mark.parametrize(
    ("values", "texts"),
    [
        ((1.0, 2.0, None), ["1", "2", None]),
        ((0.5, 0.25), ["0.50", "0.25"]),
        ((1 / 3, 10.0), ["0.3333", "10.0000"]),
        ((1 / 3, 1 / 7, 123456.789), ["0.3333", "0.1429", "123456.7890"]),
        ((1012.345678, 31.5), ["1012.35", "31.50"]),
        ((1e12, 2e-7, 0.0), ["1e+12", "2e-07", "0"]),
        (("NaN", 1.5), ["NaN", "1.5"]),
    ],
)
def test_floats_of_a_column_have_one_precision(values: Any, texts: list[str | None]) -> None:
    assert format_column(ColumnProfile("a", "DOUBLE"), values) == texts


def test_null_and_nan_differ_from_texts() -> None:
    column = ColumnProfile("x", "DOUBLE", nulls=1, nans=1)
    drawn = draw_table(make_table(column, head=((None,), ("NaN",), (1.5,)), rows=3))
    assert '<td class="nb-null">null</td>' in drawn
    assert '<td class="nb-null">NaN</td>' in drawn
    assert "1 null, 1 NaN" in drawn


def test_a_share_has_a_bar() -> None:
    column = ColumnProfile("late", "DOUBLE", distinct=3, least="0.1", most="0.9", bins=(1, 2))
    drawn = draw_table(make_table(column, head=((0.1,), (0.9,)), rows=2))
    assert 'style="--s:90.0%"' in drawn


def test_nothing_in_a_table_becomes_markup() -> None:
    column = ColumnProfile(
        HOSTILE, HOSTILE, distinct=5, least=HOSTILE, most=HOSTILE, common=((HOSTILE, 20),)
    )
    head = tuple((HOSTILE,) for _ in range(20))
    drawn = draw_table(TablePreview(f"load.{HOSTILE}", 999, (column,), head), HOSTILE)
    assert "<img" not in drawn
    assert drawn.count("</script>") == 1


@pytest.mark.parametrize("width", [0, 1])
def test_an_empty_table_is_drawn(width: int) -> None:
    columns = [ColumnProfile("a", "BIGINT")] * width
    assert "no rows" in draw_table(make_table(*columns, rows=0))
