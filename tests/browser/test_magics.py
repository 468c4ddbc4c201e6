"""The example pipeline from a new notebook, in the magics' words."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import pytest

from nbflow.runs.history import find_run
from nbflow.workspace.pipeline_folder import find_pipeline
from tests.browser.panels import (
    BUSY,
    TALL,
    find_cell,
    free,
    open_notebook,
    press,
    reload,
    restart,
    run_cell,
    wait_for_state,
    wait_until_ready,
)

pytestmark = [pytest.mark.browser, pytest.mark.kernel]

SOURCE = Path(__file__).parents[2] / "notebooks"
LOAD, PANEL, RUN, SQL = range(4)
CELLS = (
    "%load_ext nbflow",
    "%nbflow",
    "view = %nbflow run -p months 1,2,3,4 -p rounds 20",
    "%%sql\nselect airline, flights from route_delays.by_carrier order by flights desc limit 3",
)
NAME = "flights/control.ipynb"


@pytest.fixture
def flights(tmp_path: Path) -> Path:
    """A copy of the example project."""
    ignored = shutil.ignore_patterns(".*", "nbflow-open")
    return Path(shutil.copytree(SOURCE, tmp_path / "work" / "flights", ignore=ignored))


def test_the_example_from_a_cell(lab, page, flights: Path) -> None:
    page.set_viewport_size(TALL)
    address = lab(flights.parent)
    open_notebook(page, address, flights / "control.ipynb", *CELLS, root=flights.parent)
    run_cell(page, LOAD)
    run_cell(page, PANEL)
    panel, live = (find_cell(page, at).locator(".nbflow-panel") for at in (PANEL, RUN))
    panel.locator(".nbflow-node").nth(8).wait_for(timeout=60_000)
    plan_with_a_value(panel)
    run_and_stop(page, panel, live)
    resume(panel, flights)
    look_at_table(page, panel)
    attach_again(page, panel)


def plan_with_a_value(panel: Any) -> None:
    """Another value in the form is what a plan is made with."""
    panel.locator("[role=tab]", has_text="Parameters").click()
    least = panel.locator(".nbflow-field", has_text="min_flights").locator("input")
    assert least.input_value() == "100"
    least.fill("50")
    press(panel, "Plan")
    panel.get_by_text("9 steps: ").wait_for(timeout=60_000)
    assert panel.locator(".nbflow-node.nbflow-is-run, .nbflow-node.nbflow-is-wait").count() == 9


def run_and_stop(page: Any, panel: Any, live: Any) -> None:
    """The cell returns at once; both panels show its run, and stop it while another cell runs."""
    took = run_cell(page, RUN)
    wait_for_state(live, "running")
    print(f"the cell of %nbflow run was over after {took:.0f} ms")
    live.locator(".nbflow-node.nbflow-is-running").first.wait_for(timeout=60_000)
    live.locator(".nbflow-node[data-id=load_flights].nbflow-is-done").wait_for(timeout=60_000)
    assert live.locator(".nbflow-node.nbflow-is-done").count() < 9, "seen while it goes on"
    wait_for_state(panel, "running")
    page.evaluate(BUSY)
    press(live, "Stop")
    for one in (panel, live):
        wait_for_state(one, "cancelled", 60)
    free(page)


def resume(panel: Any, flights: Path) -> None:
    """What was finished is reused, with the parameters of the run that was stopped."""
    press(panel, "Resume")
    wait_for_state(panel, "running", 60)
    wait_for_state(panel, "done", 180)
    panel.locator(".nbflow-node[data-id=load_flights].nbflow-is-reused").wait_for(timeout=60_000)
    run = find_run(find_pipeline(flights))
    assert run.parameters == {"months": [1, 2, 3, 4], "rounds": 20}
    assert run.status == "done"


def look_at_table(page: Any, panel: Any) -> None:
    """A click on a step previews its table; a query reads it."""
    panel.locator(".nbflow-node[data-id=route_delays]").click()
    panel.locator(".nbflow-detail th", has_text="carrier").first.wait_for(timeout=60_000)
    run_cell(page, SQL)
    result = find_cell(page, SQL).locator(".jp-OutputArea-output table")
    result.locator("td", has_text="United").wait_for(timeout=60_000)
    assert result.locator("tbody tr").count() == 3


def attach_again(page: Any, panel: Any) -> None:
    """After a restart of the kernel and when the page is loaded, the run that goes on is there."""
    panel.locator("label", has_text="Force").click()
    press(panel, "Run")
    wait_for_state(panel, "running", 60)
    restart(page)
    run_cell(page, LOAD)
    run_cell(page, PANEL)
    wait_for_state(panel, "running", 60)
    reload(page)
    wait_until_ready(page, NAME)
    wait_for_state(panel, "running", 60)
    press(panel, "Stop")
    wait_for_state(panel, "cancelled", 30)
