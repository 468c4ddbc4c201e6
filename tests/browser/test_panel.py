"""The panel in a real JupyterLab: run, look, stop, resume, attach again."""

from __future__ import annotations

import statistics
import time
from pathlib import Path

import pytest

from nbflow.authoring import copy_demo
from tests.browser.panels import open_panel, run_all
from tests.notebooks import cell, notebook, write

pytestmark = [pytest.mark.browser, pytest.mark.kernel]

SLOW = [
    cell("seconds: float = 40.0", "parameters"),
    cell("import nbflow\n\nsales = nbflow.read('load_sales.sales')", "inputs"),
    cell(
        "import time\n\nfor at in range(int(seconds * 10)):\n    time.sleep(0.1)\n"
        "    nbflow.progress(at / seconds / 10, f'round {at}')\n    print('round', at)"
    ),
    cell("nbflow.write('rounds', 1)"),
]
KERNEL = "window.jupyterapp.shell.currentWidget.sessionContext.session.kernel"
TIMED = f"""
async () => {{
  const start = performance.now();
  await {KERNEL}.requestExecute({{code: '1 + 1', store_history: false}}).done;
  return performance.now() - start;
}}
"""
BUSY = f"() => {{ {KERNEL}.requestExecute({{code: 'import time; time.sleep(25)'}}); }}"


@pytest.fixture
def bakery(tmp_path: Path) -> Path:
    folder = tmp_path / "work" / "bakery"
    copy_demo(folder)
    return folder


def press(page, name: str) -> None:
    page.locator(".nbflow-tools button", has_text=name).click()


def wait_for_state(page, state: str, seconds: float = 90) -> None:
    page.locator(".nbflow-head-line .nb-state", has_text=state).wait_for(timeout=seconds * 1000)


def find_trouble(page) -> list[str]:
    found: list[str] = []
    page.on("pageerror", lambda error: found.append(str(error)))
    page.on(
        "console",
        lambda said: (
            found.append(said.text) if said.type == "error" and "404" not in said.text else None
        ),
    )
    return found


def test_run_look_stop_resume_and_attach(lab, page, bakery: Path) -> None:
    trouble = find_trouble(page)
    open_panel(page, lab(bakery.parent), bakery)
    assert not page.locator(".nbflow-still").is_visible()  # for a saved notebook only

    # a wrong value, then another year, and the whole pipeline
    year = page.locator(".nbflow-field", has_text="year").locator("input")
    year.fill("next")
    press(page, "Plan")
    page.locator(".nbflow-wrong", has_text="is an int").wait_for(timeout=20_000)
    year.fill("2024")
    press(page, "Run")
    wait_for_state(page, "running")
    wait_for_state(page, "done")
    page.get_by_text("year=2024").first.wait_for(timeout=5_000)

    # a step by a click in the graph, and its tables
    page.locator(".nbflow-canvas").get_by_text("summarise", exact=True).click()
    page.locator(".nbflow-detail th", has_text="revenue").first.wait_for(timeout=30_000)
    page.get_by_text("Open as executed").click()
    page.locator(".lm-TabBar-tabLabel", has_text="summarise.ipynb").wait_for(timeout=20_000)
    page.evaluate("() => window.jupyterapp.commands.execute('application:close')")

    # a long step: the kernel answers meanwhile, and Stop is heard while a cell runs
    write(bakery / "04_slow.ipynb", notebook(*SLOW))
    press(page, "Run")
    page.get_by_text("round 5").first.wait_for(timeout=60_000)
    answers = [page.evaluate(TIMED) for _ in range(15)]
    print(f"a cell answers in {statistics.median(answers):.0f} ms, {max(answers):.0f} at the most")
    assert statistics.median(answers) < 1000
    page.evaluate(BUSY)
    began = time.monotonic()
    press(page, "Stop")
    wait_for_state(page, "cancelled", 20)
    print(f"stopped {time.monotonic() - began:.1f} s after the click, in a busy cell")

    # on again, and attach after the kernel was restarted and the page loaded again
    press(page, "Resume")
    wait_for_state(page, "running", 60)
    page.evaluate(f"() => {KERNEL}.restart()")
    page.wait_for_timeout(2000)
    run_all(page)
    wait_for_state(page, "running", 60)
    page.evaluate("() => window.jupyterapp.commands.execute('docmanager:save')")
    page.wait_for_timeout(1000)
    page.reload()
    wait_for_state(page, "running", 60)
    dark = "apputils:change-theme"
    page.evaluate(
        f"() => window.jupyterapp.commands.execute('{dark}', {{theme: 'JupyterLab Dark'}})"
    )
    page.wait_for_timeout(1500)
    colour = "() => getComputedStyle(document.querySelector('.nbflow-panel')).backgroundColor"
    assert page.evaluate(colour) not in {"rgb(255, 255, 255)", "white"}
    press(page, "Stop")
    wait_for_state(page, "cancelled", 30)
    page.locator("[role=tab]", has_text="History").click()
    page.locator(".nbflow-history tbody tr").nth(2).wait_for(timeout=20_000)
    assert [one for one in trouble if "Traceback" in one or "Error:" in one] == []
