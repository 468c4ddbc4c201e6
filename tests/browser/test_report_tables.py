"""Tables of a report in a browser: sorted, filtered, shown whole; nothing in them acts."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from nbflow.present.report.frame import draw_page
from nbflow.present.report.outputs import draw_outputs
from nbflow.reports.output_previews import make_output_preview
from nbflow.storage.output_io import write

pytestmark = pytest.mark.browser

HOSTILE = "</script><img src=x onerror='window.ran=1'><script>window.ran=1</script>"
FRAME = pd.DataFrame(
    {
        "name": [f"row {at}" for at in range(20)],
        "n": pd.array([*range(9, 0, -1), None, *range(10, 20)], dtype="Int64"),
        "share": [at / 20 for at in range(20)],
        HOSTILE: [HOSTILE] * 20,
    }
)


@pytest.fixture
def page(chromium: Any, tmp_path: Path) -> Iterator[Any]:
    folder = tmp_path / "results" / "load" / "r1"
    outputs = [write(folder, "rows", FRAME), write(folder, "words", {"said": HOSTILE})]
    previews = [make_output_preview(folder, "load", one) for one in outputs]
    drawn = draw_page("Tables", [draw_outputs(previews, "load", "r1")])
    path = tmp_path / "report.html"
    path.write_text(drawn, "utf-8")
    opened = chromium.new_page(viewport={"width": 400, "height": 800})
    opened.asked = []
    opened.on("request", lambda request: opened.asked.append(request.url))
    opened.goto(path.as_uri())
    yield opened
    opened.close()


def read_column(page: Any, place: int) -> list[str]:
    return page.locator(f".nb-rows tbody tr:visible td:nth-child({place})").all_inner_texts()


def test_the_other_rows_are_shown_when_asked_for(page: Any) -> None:
    assert len(read_column(page, 1)) == 8
    page.get_by_role("button", name="Show 20 rows").click()
    assert read_column(page, 1) == [f"row {at}" for at in range(20)]
    assert page.get_by_role("status").inner_text() == "20 of 20 rows are shown"
    assert page.locator(".nb-more").count() == 0


def test_a_click_on_a_head_sorts_numbers_as_numbers_with_nulls_last(page: Any) -> None:
    head = page.get_by_role("button", name="n", exact=True)
    head.click()
    assert read_column(page, 2) == [*map(str, range(1, 20)), "null"]
    head.press("Enter")
    assert read_column(page, 2) == [*map(str, range(19, 0, -1)), "null"]
    sorts = [one.get_attribute("aria-sort") for one in page.locator(".nb-rows th").all()]
    assert sorts == ["none", "descending", "none", "none"]


def test_a_filter_looks_at_the_rows_of_the_page_and_says_so(page: Any) -> None:
    page.get_by_role("searchbox", name="Filter the 20 rows of load.rows that are here").fill("w 1")
    assert read_column(page, 1) == ["row 1", *(f"row 1{at}" for at in range(10))]
    assert page.get_by_role("status").inner_text() == "11 of the 20 rows in this page"


def test_wide_tables_scroll_and_the_page_does_not(page: Any) -> None:
    wide = "document.documentElement.scrollWidth <= innerWidth"
    assert page.evaluate(wide)
    assert page.evaluate(
        "(e => e.scrollWidth > e.clientWidth)(document.querySelector('.nb-scroll'))"
    )


def test_no_value_or_name_in_a_table_acts(page: Any) -> None:
    page.get_by_role("button", name="Show 20 rows").click()
    assert page.evaluate("window.ran") is None
    assert page.locator(".nb-rows img").count() == 0
    assert len(page.asked) == 1
