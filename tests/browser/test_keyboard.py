"""The panel by keyboard and for screen readers: no key reaches JupyterLab's cells, all has a name."""

from __future__ import annotations

import json
import urllib.request
from pathlib import Path
from typing import Any

import pytest

from nbflow.workspace.pipeline_folder import PipelineFolder
from tests.browser.panels import open_panel, press, use_dark, wait_for_state
from tests.notebooks import cell, write_pipeline

pytestmark = [pytest.mark.browser, pytest.mark.kernel]

AXE = Path(__file__).parents[2] / "extension" / "node_modules" / "axe-core" / "axe.min.js"
LOAD = [
    cell("rows: int = 30  # how many, 1..90\nquick: bool = True\nday: str = 'mon'", "parameters"),
    cell(
        "import nbflow\nimport pandas as pd\n"
        "table = pd.DataFrame({'n': range(rows), 'share': [i / 7 for i in range(rows)]})\n"
        "nbflow.write('sales', table)\nprint('wrote', rows)"
    ),
]
REPORT = [
    cell("import nbflow\nsales = nbflow.read('load.sales')", "inputs"),
    cell("from IPython.display import HTML\nHTML('<b id=own>as the run left it</b>')"),
    cell("from pathlib import Path\nimport base64"),
    cell(
        "png = 'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=='\n"
        "Path('dot.png').write_bytes(base64.b64decode(png))\nnbflow.write('dot', Path('dot.png'))"
    ),
]
FAILS = [
    cell("import nbflow\nsales = nbflow.read('load.sales')", "inputs"),
    cell("sales['nope']"),
]
COUNT = "() => window.jupyterapp.shell.currentWidget.content.widgets.length"
KEYS = ("a", "b", "x", "d", "d", "j", "z", "m", "ArrowDown", "Shift+J")
PLACES = {  # parts of the page "Run", and of the form
    "a step of the graph": ".nbflow-node[tabindex='0']",
    "a button of the graph": ".nbflow-graph .nbflow-tools button",
    "a step of the list": ".nbflow-row[tabindex='0']",
    "Run": ".nbflow-panel > .nbflow-tools button",
    "the rows": ".nbflow-scroll",
    "a column": ".nbflow-scroll th button",
    "a link": ".nbflow-opener a",
    "a choice": ".nbflow-detail select",
    "a tab": ".nbflow-panel .lm-TabBar-tab[tabindex='0']",
}
FIELDS = {
    "a slider": ".nbflow-field .noUi-handle",
    "a text": ".nbflow-field input[type=text]",
    "a box": ".nbflow-field input[type=checkbox]",
}
WRONG = """
async () => {
  const { violations } = await axe.run('.nbflow-panel', { resultTypes: ['violations'] });
  const bad = violations.filter(({ impact }) => impact === 'serious' || impact === 'critical');
  return bad.map(({ id, nodes }) => `${id}: ${nodes.map(node => node.html).join(' | ')}`);
}
"""


@pytest.fixture
def made(tmp_path: Path) -> PipelineFolder:
    return write_pipeline(tmp_path / "work", load=LOAD, report=REPORT, fails=FAILS)


def test_by_keyboard(lab, page, made: PipelineFolder) -> None:
    run_in_panel(page, lab(made.project.root), made)
    show_table(page)
    keys_stay_in_the_panel(page)
    arrows_lead_and_open(page)


def test_what_is_shown_has_a_name_and_can_be_opened(lab, page, made: PipelineFolder) -> None:
    address = lab(made.project.root)
    run_in_panel(page, address, made)
    if AXE.exists():
        page.evaluate(AXE.read_text())
        all_has_a_name(page)
        use_dark(page)
        all_has_a_name(page)
    the_message_comes_first(page)
    opened_without_a_kernel(page, address)


def run_in_panel(page: Any, address: str, made: PipelineFolder) -> None:
    open_panel(page, address, made.folder)
    press(page, "Run")
    wait_for_state(page, "failed")


def show_table(page: Any) -> None:
    """A click on a step shows it, whatever page is open."""
    open_tab(page, "Parameters")
    page.locator(".nbflow-node[data-id=load]").click()
    page.locator(".nbflow-scroll td", has_text="0.1429").wait_for(timeout=60_000)
    page.locator(".nbflow-scroll th button", has_text="n").first.click()
    page.locator(".nbflow-scroll th button", has_text="n").first.click()
    assert page.locator(".nbflow-scroll tbody td").first.inner_text() == "29"  # sorted downwards


def keys_stay_in_the_panel(page: Any) -> None:
    before = page.evaluate(COUNT)
    for name, place in PLACES.items():
        press_all(page, name, place, before)
    open_tab(page, "Parameters")
    for name, place in FIELDS.items():
        press_all(page, name, place, before)
    page.locator(".nbflow-field input[type=text]:visible").first.focus()
    for key in ("Control+Enter", "Shift+Enter", "Alt+Enter"):  # would run the cell: a new panel
        page.keyboard.press(key)
    assert page.evaluate(COUNT) == before
    page.keyboard.press("Escape")  # the way out
    page.wait_for_function("document.activeElement.matches('.jp-Cell')", timeout=60_000)
    page.keyboard.press("b")  # is JupyterLab's again
    page.wait_for_function(f"({COUNT})() === {before + 1}", timeout=60_000)
    page.locator(".nbflow-field input[type=text]").first.focus()


def press_all(page: Any, name: str, place: str, cells: int) -> None:
    page.locator(f"{place}:visible").first.focus()
    for key in KEYS:
        page.keyboard.press(key)
    assert page.evaluate(COUNT) == cells, name
    assert page.locator(".nbflow-panel").count() == 1, name
    inside = "() => !!document.activeElement.closest('.nbflow-panel')"
    assert page.evaluate(inside), name


def arrows_lead_and_open(page: Any) -> None:
    """A tab is opened by the arrow that leads to it; the list is one stop, with arrows inside."""
    open_tab(page, "Plan")
    page.locator(".nbflow-panel .lm-TabBar-tab.lm-mod-current").focus()
    page.keyboard.press("ArrowRight")
    page.locator(".lm-mod-current[role=tab]", has_text="Run").wait_for(timeout=60_000)
    assert page.locator(".nbflow-row[tabindex='0']").count() == 1
    page.locator(".nbflow-row[tabindex='0']").focus()
    page.keyboard.press("Home")
    page.keyboard.press("ArrowDown")
    second = page.locator(".nbflow-row").nth(1)
    assert page.evaluate("() => document.activeElement.dataset.row") == second.get_attribute(
        "data-row"
    )
    page.keyboard.press("Enter")
    page.locator(".nbflow-row.nbflow-chosen").nth(0).wait_for(timeout=60_000)
    assert second.get_attribute("aria-selected") == "true"


def all_has_a_name(page: Any) -> None:
    """axe-core finds nothing serious in any page of the panel."""
    for tab in ("Parameters", "Plan", "Run", "History"):
        open_tab(page, tab)
        page.wait_for_timeout(600)
        assert page.evaluate(WRONG) == [], tab
    open_tab(page, "Run")
    page.locator(".nbflow-node[data-id=load]").click()
    page.locator(".nbflow-scroll td").first.wait_for(timeout=60_000)
    assert page.evaluate(WRONG) == []


def the_message_comes_first(page: Any) -> None:
    """Of a failure the message and the links stand above the traceback."""
    page.locator(".nbflow-node[data-id=fails]").click()
    link = page.get_by_text("Open the notebook at cell 2")
    link.wait_for(timeout=60_000)
    error = page.locator(".nbflow-error", has_text="KeyError: 'nope'")
    trace = page.locator(".nbflow-made pre").first
    heights = [one.bounding_box()["y"] for one in (error, link, trace)]
    assert heights == sorted(heights)


def opened_without_a_kernel(page: Any, address: str) -> None:
    """A copy is shown as the run left it, and starts no kernel."""
    page.locator(".nbflow-node[data-id=report]").click()
    page.locator("img.nb-picture").wait_for(timeout=60_000)
    page.get_by_text("Open as executed").click()
    page.locator(".jp-NotebookPanel:not(.lm-mod-hidden)", has_text="as the run left it").wait_for(
        timeout=60_000
    )
    tab = page.locator(".lm-DockPanel-tabBar .lm-mod-current .lm-TabBar-tabLabel")
    assert tab.inner_text().startswith("report-2")
    page.wait_for_timeout(2000)
    api = address.replace("/lab?", "/api/sessions?")
    sessions = json.load(urllib.request.urlopen(api))
    assert [one["path"] for one in sessions] == ["control.ipynb"]


def open_tab(page: Any, name: str) -> None:
    page.locator(".nbflow-panel [role=tab]", has_text=name).click()
