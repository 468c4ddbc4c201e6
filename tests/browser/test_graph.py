"""The graph widget in JupyterLab: drawn, changed from Python, chosen by mouse and keyboard."""

from __future__ import annotations

import json
import time
from pathlib import Path

import pytest

from tests.notebooks import cell, write_pipeline

pytestmark = [pytest.mark.browser, pytest.mark.kernel]

READ = "import nbflow\n{0} = nbflow.read('{0}.{0}')"
WRITE = "import nbflow\nnbflow.write('{0}', 1)"
SHOW = """
from nbflow import Pipeline
from nbflow.panel import Graph, make_nodes
nodes, edges = make_nodes(Pipeline())
graph = Graph(nodes=nodes, edges=edges)
graph
"""
READY = """
() => {
  const panel = window.jupyterapp && window.jupyterapp.shell.currentWidget;
  const kernel = panel && panel.sessionContext && panel.sessionContext.session?.kernel;
  return !!kernel && kernel.status === 'idle';
}
"""
# Asks the kernel of the open notebook to run code, and gives what it printed.
ASK = """
async code => {
  const kernel = window.jupyterapp.shell.currentWidget.sessionContext.session.kernel;
  let printed = '';
  const future = kernel.requestExecute({ code });
  future.onIOPub = ({ content }) => { printed += content.text ?? content.evalue ?? ''; };
  await future.done;
  return printed;
}
"""


def test_graph(tmp_path: Path, lab, page):
    errors: list[str] = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    open_notebook(tmp_path, lab, page)
    node = {name: page.locator(f".nbflow-node[data-id={name}]") for name in ("load", "report")}

    node["load"].wait_for(timeout=60_000)
    assert page.locator(".nbflow-node").count() == 3
    assert page.locator(".nbflow-edge").count() == 2
    node["load"].hover()
    assert "notebooks/load.ipynb" in node["load"].locator("title").text_content()

    ask(
        page,
        "graph.states = {'load': {'status': 'running', 'text': 'cell 2 of 4', 'fraction': 0.5}}",
    )
    page.locator(".nbflow-is-running").wait_for()
    assert node["load"].get_attribute("aria-label") == "load, running, 50 percent, cell 2 of 4"
    ask(page, "graph.states = {'load': {'status': 'done'}, 'report': {'status': 'failed'}}")
    page.locator(".nbflow-is-failed").wait_for()
    assert page.locator(".nbflow-is-running, .nbflow-bar").count() == 0

    node["load"].click()
    wait_for_choice(page, "load")
    assert page.locator(".nbflow-edge.nbflow-lit").count() == 1
    ask(page, "graph.selected = 'report'")
    page.locator(".nbflow-selected[data-id=report]").wait_for()

    check_keyboard(page)
    check_dark(page)
    assert errors == []


def check_keyboard(page) -> None:
    before = page.evaluate("() => window.jupyterapp.shell.currentWidget.content.activeCellIndex")
    page.get_by_role("button", name="Zoom in").focus()
    page.keyboard.press("Shift+Tab")
    assert page.evaluate("() => document.activeElement.dataset.id") == "report", "the selected one"
    page.keyboard.press("Home")
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowRight")
    assert page.evaluate("() => document.activeElement.dataset.id") == "report"
    page.keyboard.press("ArrowLeft")
    page.keyboard.press("Enter")
    wait_for_choice(page, "clean")
    page.keyboard.press("Escape")
    wait_for_choice(page, "")
    assert page.locator(".nbflow-selected").count() == 0
    after = page.evaluate("() => window.jupyterapp.shell.currentWidget.content.activeCellIndex")
    assert after == before, "a key meant for the graph moved the notebook"


def check_dark(page) -> None:
    light = find_colours(page)
    page.evaluate(
        "() => window.jupyterapp.commands.execute('apputils:change-theme', {theme: 'JupyterLab Dark'})"
    )
    page.wait_for_function("() => document.body.dataset.jpThemeLight === 'false'")
    page.wait_for_timeout(500)
    dark = find_colours(page)
    assert min(light["ground"]) > 200 > max(light["text"]) + 100
    assert max(dark["ground"]) < 100 < min(dark["text"]) - 80


def find_colours(page) -> dict[str, list[int]]:
    """Return the ground's and a label's colour as the browser shows them, opacity left out."""
    return page.evaluate(
        """() => {
          const read = (css) => {
            const context = document.createElement('canvas').getContext('2d');
            context.fillStyle = css.replace(/,\\s*[0-9.]+\\)$/, m => css.startsWith('rgba') ? ', 1)' : m);
            context.fillRect(0, 0, 1, 1);
            return [...context.getImageData(0, 0, 1, 1).data.slice(0, 3)];
          };
          const style = (query) => getComputedStyle(document.querySelector(query));
          return {
            ground: read(style('.nbflow-graph').backgroundColor),
            text: read(style('.nbflow-label').fill),
          };
        }"""
    )


def wait_for_choice(page, step: str) -> None:
    """Wait until Python knows what was chosen in the browser."""
    deadline = time.monotonic() + 10
    while (known := ask(page, "print(graph.selected)")) != f"{step}\n":
        assert time.monotonic() < deadline, known


def ask(page, code: str) -> str:
    return page.evaluate(ASK, code)


def open_notebook(tmp_path: Path, lab, page) -> None:
    made = write_pipeline(
        tmp_path,
        load=[cell("rows = 3", "parameters"), cell(WRITE.format("load"))],
        clean=[cell(READ.format("load"), "inputs"), cell(WRITE.format("clean"))],
        report=[cell(READ.format("clean"), "inputs"), cell("nbflow.write('report', clean)")],
        files={"show.ipynb": [cell(SHOW)]},
    )
    address = lab(made.project.root)
    page.goto(address.replace("/lab?", "/lab/tree/notebooks/show.ipynb?"))
    page.wait_for_function(READY, timeout=60_000)
    page.evaluate("() => window.jupyterapp.commands.execute('notebook:run-all-cells')")
    assert json.loads((made.folder / "show.ipynb").read_text())["nbformat"] == 4
