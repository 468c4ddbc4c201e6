"""What is wrong is said in the panel, readably; the browser's console stays empty."""

from __future__ import annotations

import os
import shutil
import signal
import time
from pathlib import Path
from typing import Any

import pytest

from nbflow.runs.history import find_run, read_run_ids
from nbflow.workspace.pipeline_folder import PipelineFolder
from tests.browser.panels import (
    KERNEL,
    TALL,
    find_cell,
    open_notebook,
    press,
    run_cell,
    wait_for_state,
)
from tests.notebooks import cell, write_pipeline

pytestmark = [pytest.mark.browser, pytest.mark.kernel]

LOAD = [cell("rows: int = 3", "parameters"), cell("import nbflow\nnbflow.write('sales', rows)")]
SLOW = [
    cell("import nbflow\nsales = nbflow.read('load.sales')", "inputs"),
    cell("import time\ntime.sleep(120)"),
]
WRONG = {  # pipelines that cannot run, and what the panel says of them
    "nowhere": "does not exist",
    "empty": "empty holds no",
    "broken": "lod.sales",
}
FINE = len(WRONG)  # the place of the cell of the pipeline that can


@pytest.fixture
def made(tmp_path: Path) -> PipelineFolder:
    root = tmp_path / "work"
    broken = write_pipeline(
        root / "broken", first=[cell("import nbflow\nx = nbflow.read('lod.sales')", "inputs")]
    )
    (broken.folder / "second.ipynb").write_bytes((broken.folder / "first.ipynb").read_bytes())
    (root / "empty").mkdir()
    return write_pipeline(root / "fine", load=LOAD, slow=SLOW, extra=LOAD[:1])


def test_what_is_wrong_is_said(lab, page, made: PipelineFolder) -> None:
    page.set_viewport_size(TALL)
    sources = [f"import nbflow\nnbflow.controls({name!r})" for name in (*WRONG, "fine/notebooks")]
    root = made.project.root.parent
    open_notebook(page, lab(root), root / "control.ipynb", *sources)
    for at, said in enumerate(WRONG.values()):
        run_cell(page, at)
        find_cell(page, at).locator(".nbflow-panel").get_by_text(said).first.wait_for(
            timeout=60_000
        )
    problems_have_links(page)
    run_cell(page, FINE)
    panel = find_cell(page, FINE).locator(".nbflow-panel")
    wrong_value(panel)
    vanished_step(panel, made)
    lost_run(panel, made)
    removed_run(panel, made)
    dead_kernel(page, panel)


def problems_have_links(page: Any) -> None:
    """All problems of a pipeline are shown, each with a link that opens its notebook."""
    links = find_cell(page, 2).locator(".nbflow-panel .nbflow-linked a")
    links.nth(1).wait_for(timeout=60_000)
    assert sorted(link.split(",")[0].rpartition("/")[2] for link in links.all_inner_texts()) == [
        "first.ipynb", "second.ipynb",
    ]  # fmt: skip
    assert all("#cell-id=cell-1" in str(link.get_attribute("href")) for link in links.all())


def wrong_value(panel: Any) -> None:
    """A red line below the field says why, and nothing is started."""
    panel.locator("[role=tab]", has_text="Parameters").click()
    rows = panel.locator(".nbflow-field", has_text="rows").locator("input")
    rows.fill("many")
    rows.press("Enter")
    line = panel.locator(".nbflow-wrong[role=alert]", has_text="'many' is not an int")
    line.wait_for(timeout=60_000)
    red = line.evaluate("one => getComputedStyle(one).color.match(/[0-9]+/g).map(Number)")
    assert red[0] > 150 > max(red[1:3])
    press(panel, "Run")
    panel.locator(".nbflow-notice .nbflow-bad", has_text="see below: rows").wait_for(timeout=60_000)
    rows.fill("3")
    rows.press("Enter")


def vanished_step(panel: Any, made: PipelineFolder) -> None:
    """A step that was chosen and is no more is chosen no longer, and the panel asks again."""
    panel.locator(".nbflow-mode select").select_option(label="Only …")
    panel.locator(".nbflow-node[data-id=extra]").click()
    panel.locator(".jupyter-widget-tag", has_text="extra").wait_for(timeout=60_000)
    (made.folder / "extra.ipynb").unlink()
    press(panel, "Run")
    panel.locator(".nbflow-notice", has_text="Which steps?").wait_for(timeout=60_000)
    panel.locator(".nbflow-node[data-id=extra]").wait_for(state="detached", timeout=60_000)
    panel.locator(".nbflow-mode select").select_option(label="All steps")


def lost_run(panel: Any, made: PipelineFolder) -> None:
    """A run whose process was killed is called lost, and can be resumed."""
    press(panel, "Run")
    panel.locator(".nbflow-node[data-id=slow].nbflow-is-running").wait_for(timeout=60_000)
    os.kill(find_run(made).pid, signal.SIGKILL)
    wait_for_state(panel, "lost", 30)
    panel.get_by_text("its process ended without a word").wait_for(timeout=60_000)
    assert panel.locator(".nbflow-tools button", has_text="Resume").is_enabled()


def removed_run(panel: Any, made: PipelineFolder) -> None:
    """A run whose folder is removed is said to be so."""
    run_id = read_run_ids(made)[0]
    deadline = time.monotonic() + 60
    while (made.runs / run_id).exists():  # its workers, which end by themselves, may still write
        assert time.monotonic() < deadline
        shutil.rmtree(made.runs / run_id, ignore_errors=True)
    panel.get_by_text(f"Run {run_id} was removed").wait_for(timeout=60_000)


def dead_kernel(page: Any, panel: Any) -> None:
    """A panel whose kernel has ended, here by a restart, says so, and its buttons take no click."""
    page.evaluate(f"() => {KERNEL}.restart()")
    page.wait_for_function(
        "() => document.querySelector('.nbflow-panel.jupyter-widgets-disconnected')", timeout=60_000
    )
    style = "(one, part) => { const s = getComputedStyle(one, part); return s.content + s.pointerEvents; }"
    assert "The kernel of this panel has ended" in panel.evaluate(style, "::before")
    assert "none" in panel.locator(".jupyter-button").first.evaluate(style)
