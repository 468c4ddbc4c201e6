"""An author opens a step in JupyterLab and presses Run All."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from nbflow import Pipeline
from tests.notebooks import cell, write_pipeline

pytestmark = [pytest.mark.browser, pytest.mark.kernel]

LOAD = [
    cell("rows = 3", "parameters"),
    cell("import nbflow\nimport pandas as pd"),
    cell("nbflow.write('sales', pd.DataFrame({'n': range(rows)}))"),
]
REPORT = [
    cell("import nbflow\nsales = nbflow.read('load.sales')", "inputs"),
    cell("print('rows:', len(sales))"),
    cell("nbflow.write('total', int(sales['n'].sum()))"),
]
READY = """
() => {
  const panel = window.jupyterapp && window.jupyterapp.shell.currentWidget;
  const session = panel && panel.sessionContext;
  const kernel = session && session.session && session.session.kernel;
  return !!kernel && kernel.status === 'idle';
}
"""


def test_run_all_reads_the_newest_run_and_leaves_it_alone(tmp_path: Path, lab, page):
    made = write_pipeline(tmp_path, load=LOAD, report=REPORT)
    run = Pipeline(made.folder).run()
    assert run.status == "done", run.steps
    before = sorted(at for at in (made.home / "results").rglob("*"))

    address = lab(made.project.root)
    page.goto(address.replace("/lab?", "/lab/tree/notebooks/report.ipynb?"))
    page.wait_for_function(READY, timeout=60_000)
    page.evaluate("() => window.jupyterapp.commands.execute('notebook:run-all-cells')")
    page.get_by_text("rows: 3").wait_for(timeout=60_000)
    page.wait_for_function(READY, timeout=60_000)
    page.evaluate("() => window.jupyterapp.commands.execute('docmanager:save')")

    page.get_by_text("load.sales · run").wait_for(timeout=60_000)
    page.screenshot(path=tmp_path / "by-hand.png")
    assert sorted(at for at in (made.home / "results").rglob("*")) == before
    by_hand = [at.name for at in made.by_hand.glob("*/*/*")]
    assert by_hand == ["total"]
    source = json.loads((made.folder / "report.ipynb").read_text())
    assert "parameters" not in str(source["metadata"])
