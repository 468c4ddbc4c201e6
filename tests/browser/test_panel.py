"""The panel in a real JupyterLab: run, look, stop, resume, attach again."""

from __future__ import annotations

import statistics
import time
from pathlib import Path
from typing import Any

import pytest

from nbflow.app.demo import copy_demo
from tests.browser.panels import (
    BUSY,
    KERNEL,
    free,
    go_back,
    open_panel,
    press,
    reload,
    restart,
    run_all,
    use_dark,
    wait_for_state,
)
from tests.notebooks import cell, notebook, write

pytestmark = [pytest.mark.browser, pytest.mark.kernel]

SLOW = [
    cell("seconds: float = 600.0", "parameters"),  # it is always stopped
    cell("import nbflow\n\nsales = nbflow.read('load_sales.sales')", "inputs"),
    cell(
        "import time\n\nfor at in range(int(seconds * 10)):\n    time.sleep(0.1)\n"
        "    nbflow.progress(at / seconds / 10, f'round {at}')\n    print('round', at)"
    ),
    cell("nbflow.write('rounds', 1)"),
]
TIMED = f"""
async () => {{
  const start = performance.now();
  await {KERNEL}.requestExecute({{code: '1 + 1', store_history: false}}).done;
  return performance.now() - start;
}}
"""
GROUND = "() => getComputedStyle(document.querySelector('.nbflow-panel')).backgroundColor"


@pytest.fixture
def bakery(tmp_path: Path) -> Path:
    folder = tmp_path / "work" / "bakery"
    copy_demo(folder)
    return folder


def test_run_look_stop_resume_and_attach(lab, page, bakery: Path) -> None:
    open_panel(page, lab(bakery.parent), bakery)
    assert not page.locator(".nbflow-still").is_visible()  # for a saved notebook only
    run_with_values(page)
    look_at_step(page)
    write(bakery / "04_slow.ipynb", notebook(*SLOW))
    at_rest = time_cells(page)
    press(page, "Run")
    page.get_by_text("round 5").first.wait_for(timeout=60_000)
    check_free(page, at_rest)
    stop_while_busy(page)
    attach_again(page)
    use_dark(page)
    assert page.evaluate(GROUND) not in {"rgb(255, 255, 255)", "white"}
    press(page, "Stop")
    wait_for_state(page, "cancelled", 60)
    page.locator("[role=tab]", has_text="History").click()
    choose_rows(page)


def choose_rows(page: Any) -> None:
    """A click chooses a run in the history, and a step in the list; Enter does too."""
    runs = page.locator(".nbflow-history tbody tr")
    runs.nth(2).click(timeout=60_000)
    page.locator(".nbflow-history tbody tr:nth-child(3).nbflow-chosen").wait_for(timeout=60_000)
    page.locator(".nbflow-history button", has_text="Show").click()
    wait_for_state(page, "done")
    page.locator(".nbflow-row", has_text="report").click()
    page.locator(".nbflow-node.nbflow-selected[data-id=report]").wait_for(timeout=60_000)
    page.locator(".nbflow-row", has_text="summarise").press("Enter")
    page.locator(".nbflow-row.nbflow-chosen", has_text="summarise").wait_for(timeout=60_000)


def run_with_values(page: Any) -> None:
    """A wrong value is told; another year, and the whole pipeline."""
    year = page.locator(".nbflow-field", has_text="year").locator("input")
    year.fill("next")
    press(page, "Plan")
    page.locator(".nbflow-wrong", has_text="is not an int").wait_for(timeout=60_000)
    year.fill("2024")
    press(page, "Run")
    wait_for_state(page, "running")
    wait_for_state(page, "done")
    page.locator(".nbflow-head-line", has_text="year=2024").wait_for(timeout=60_000)


def look_at_step(page: Any) -> None:
    """A click in the graph shows a step's tables and opens its notebook."""
    page.locator(".nbflow-canvas").get_by_text("summarise", exact=True).click()
    page.locator(".nbflow-detail th", has_text="revenue").first.wait_for(timeout=60_000)
    page.get_by_text("Open as executed").click()
    go_back(page, "summarise-")


def check_free(page: Any, at_rest: float) -> None:
    """The kernel answers while a step runs, about as fast as when none does."""
    took = time_cells(page)
    print(f"a cell answers in {took:.0f} ms, and at rest in {at_rest:.0f} ms")
    assert took < max(200, 4 * at_rest)


def time_cells(page: Any) -> float:
    """Return in how many milliseconds a cell answers, the median of several."""
    return statistics.median(page.evaluate(TIMED) for _ in range(15))


def stop_while_busy(page: Any) -> None:
    """Stop is heard while a cell runs."""
    page.evaluate(BUSY)
    began = time.monotonic()
    press(page, "Stop")
    wait_for_state(page, "cancelled", 60)
    print(f"stopped {time.monotonic() - began:.1f} s after the click, in a busy cell")
    free(page)


def attach_again(page: Any) -> None:
    """A run that goes on is shown after a restart of the kernel, and when the page is loaded."""
    press(page, "Resume")
    wait_for_state(page, "running", 60)
    restart(page)
    reload(page)
    page.locator(".nbflow-still", has_text="was going on").wait_for(timeout=60_000)
    assert not page.get_by_text("Error displaying widget").is_visible()
    run_all(page)
    wait_for_state(page, "running", 60)
    reload(page)
    wait_for_state(page, "running", 60)
