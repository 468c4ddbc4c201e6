"""The page of a report in a browser: no finding of axe, contents to search, links that open rows."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

from nbflow.model import Failure, Reason
from nbflow.model.profiles import ColumnProfile
from nbflow.present.report.page import draw_report
from nbflow.reports.facts import (
    KeyNumber,
    OutputPreview,
    ReportCell,
    ReportStep,
    Setting,
    Source,
    TablePreview,
)
from tests.present.report.test_page import (
    DONE,
    LOAD,
    STORY,
    TREES,
    make_report,
    make_step,
)

pytestmark = pytest.mark.browser
AXE = Path(__file__).parents[2] / "extension/node_modules/axe-core/axe.min.js"
SIDEWAYS = "document.documentElement.scrollWidth > innerWidth"


def make_full_report() -> Any:
    """Return a report with something in each of its places."""
    columns = (
        ColumnProfile("kind", "VARCHAR", distinct=3, common=(("oak", 600),)),
        ColumnProfile("height", "DOUBLE", nulls=2, least="0.5", most="31", bins=(3, 9, 4)),
    )
    head = (("oak", 3.5), ("ash", None)) * 6
    table = TablePreview("load.trees", 1200, columns, head, hash="h1")
    failure = Failure(
        "error", "ValueError", "too deep", 4, 2, "grow()", last_success="20261129-1",
        traceback="Cell In[1], line 2\n----> 2 grow()\n\nValueError: too deep",
    )  # fmt: skip
    cells = (
        ReportCell(1, "markdown", "# Load\n\nIt loads $x^2$."),
        ReportCell(2, "code", "print(1)", outputs=({"output_type": "stream", "text": "1\n"},)),
    )
    load = ReportStep(
        LOAD.state, "Loads trees", begin=0.0, decides=True, parameters={"seed": 1}, cells=cells,
        sources=(Source("file", "trees.csv", "h0"),), outputs=(OutputPreview(TREES, table),), log="said",
    )  # fmt: skip
    failed = ReportStep(make_step("train", "failed", failure=failure, seconds=1.0), begin=3.0)
    late = ReportStep(make_step("report", "blocked", why=(Reason("blocked", "train"),)))
    old = ReportStep(make_step("old", "reused", age=7200.0, why=(Reason("unchanged"),)))
    return make_report(
        old, load, failed, late, status="failed", parents={"train": ["load"], "report": ["train", "old"]},
        chain=("load", "train"), numbers=(KeyNumber("12 m", "high", "5 m before"),), story=(STORY,),
        story_from="20261129-1", settings=(Setting("depth", 9, 3, differs=True),), environment={"python": "3.11"},
    )  # fmt: skip


@pytest.fixture(scope="module")
def path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    found = tmp_path_factory.mktemp("report") / "report.html"
    found.write_text(draw_report(make_full_report()), encoding="utf-8")
    return found


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1400, 800, 400])
def test_axe_finds_nothing_in_a_report_and_it_never_scrolls_sideways(
    chromium: Any, path: Path, width: int, scheme: Any
) -> None:
    if not AXE.is_file():
        pytest.skip("axe is not there: npm ci in extension/ brings it")
    page = chromium.new_page(viewport={"width": width, "height": 900}, color_scheme=scheme)
    page.goto(path.as_uri())
    page.evaluate("document.querySelectorAll('details').forEach(one => { one.open = true; })")
    page.evaluate(AXE.read_text(encoding="utf-8"))
    found = page.evaluate("axe.run(document, {resultTypes: ['violations']})")["violations"]
    said = [
        (one["id"], one["impact"], node["html"][:90], node["failureSummary"][:400])
        for one in found
        for node in one["nodes"]
    ]
    assert said == []
    assert not page.evaluate(SIDEWAYS)
    page.close()


def test_a_link_opens_the_row_that_it_names(chromium: Any, path: Path) -> None:
    page = chromium.new_page()
    page.goto(f"{path.as_uri()}#load-1")
    assert page.locator("#load").get_attribute("open") == ""
    assert page.locator("#load-1").is_visible()
    page.goto(path.as_uri())
    page.reload()
    assert not page.locator("#load-1").is_visible()
    page.locator(".nb-graph a[href='#load']").click()
    assert page.locator("#load-1").is_visible()
    page.close()


def test_contents_are_searched_by_keyboard_alone(chromium: Any, path: Path) -> None:
    from playwright.sync_api import expect  # noqa: PLC0415 - not there where browsers are not tested

    page = chromium.new_page()
    page.goto(path.as_uri())
    page.keyboard.press("/")
    page.wait_for_function("document.activeElement.matches('.nb-contents input')")
    page.keyboard.type("trees")  # a table of the step
    expect(page.locator(".nb-contents li:visible")).to_have_count(1)
    page.keyboard.press("Enter")
    page.wait_for_url("**#load")
    expect(page.locator("#load-1")).to_be_visible()
    expect(page.locator(".nb-contents")).not_to_have_attribute("open", re.compile(""))
    page.keyboard.press("/")
    page.keyboard.press("Escape")
    page.wait_for_function("document.activeElement.textContent === 'Contents'")
    page.close()


@pytest.mark.parametrize("down", [0, 2000])
def test_contents_are_in_sight_on_a_phone(chromium: Any, path: Path, down: int) -> None:
    page = chromium.new_page(viewport={"width": 400, "height": 700})
    page.goto(path.as_uri())
    page.evaluate(f"scrollTo(0, {down})")
    page.keyboard.press("/")
    box = page.locator(".nb-contents > div").bounding_box()
    assert box["x"] >= 0
    assert box["y"] >= 0
    assert box["x"] + box["width"] <= 400
    page.close()


def test_a_reader_chooses_light_or_dark(chromium: Any, path: Path) -> None:
    page = chromium.new_page(color_scheme="light")
    page.goto(path.as_uri())
    ground = "getComputedStyle(document.documentElement).backgroundColor"
    assert page.evaluate(ground) == "rgb(255, 255, 255)"
    page.get_by_role("button", name="Dark").click()
    assert page.evaluate(ground) == "rgb(20, 23, 27)"
    page.get_by_role("button", name="Light").click()
    assert page.evaluate(ground) == "rgb(255, 255, 255)"
    page.close()


def test_a_page_works_without_scripts(chromium: Any, path: Path) -> None:
    context = chromium.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(path.as_uri())
    assert not page.get_by_role("button", name="Dark").is_visible()
    page.locator(".nb-contents summary").click()
    page.locator(".nb-contents a[href='#load']").click()
    assert page.locator("#load").is_visible()
    context.close()


def test_300_steps_open_in_no_time(chromium: Any, tmp_path: Path) -> None:
    steps = [ReportStep(make_step(f"s{number}"), begin=float(number)) for number in range(300)]
    large = tmp_path / "large.html"
    parents = {f"s{number}": [f"s{number - 1}"] for number in range(1, 300)}
    large.write_text(draw_report(make_report(*steps, parents=parents)), encoding="utf-8")
    page = chromium.new_page()
    took = []
    for _ in range(3):  # a machine may be busy with something else
        page.goto(large.as_uri())
        took.append(page.evaluate("performance.getEntriesByType('navigation')[0].loadEventEnd"))
    assert min(took) < 1000  # ms
    page.close()


def test_a_report_prints_its_bars_on_paper_and_no_buttons(chromium: Any, path: Path) -> None:
    page = chromium.new_page(viewport={"width": 688, "height": 1000})
    page.emulate_media(media="print")
    page.goto(path.as_uri())
    assert not page.locator(".nb-tools").is_visible()
    assert page.locator(".nb-graph").is_visible()
    assert not page.locator(".nb-for-graph").is_visible()
    assert not page.evaluate(SIDEWAYS)
    page.close()


def test_a_report_of_a_good_run_asks_for_nothing(chromium: Any, tmp_path: Path) -> None:
    done = tmp_path / "done.html"
    done.write_text(draw_report(DONE), encoding="utf-8")
    page = chromium.new_page()
    asked: list[str] = []
    wrong: list[str] = []
    page.on("request", lambda one: asked.append(one.url))
    page.on("console", lambda one: wrong.append(one.text))
    page.goto(done.as_uri())
    assert asked == [done.as_uri()]
    assert wrong == []
    page.close()
