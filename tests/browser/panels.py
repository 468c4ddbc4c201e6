"""Opens the panel in a notebook of JupyterLab."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from tests.notebooks import cell, notebook, write

READY = """
name => {
  const panel = window.jupyterapp && window.jupyterapp.shell.currentWidget;
  if (!panel || !panel.context) return false;
  const session = panel.sessionContext;
  const kernel = session && session.session && session.session.kernel;
  return panel.context.path === name && !!kernel && kernel.status === 'idle';
}
"""


def open_panel(page: Any, address: str, folder: Path, name: str = "control.ipynb") -> None:
    """Write a notebook beside the pipeline that shows the panel, open it and run it."""
    source = f"import nbflow\n\nnbflow.controls({folder.name!r})"
    write(folder.parent / name, notebook(cell(source), cell("")))
    page.goto(address.replace("/lab?", f"/lab/tree/{name}?"))
    run_all(page, name)
    page.locator(".nbflow-panel .nbflow-name").wait_for(timeout=60_000)


def run_all(page: Any, name: str = "control.ipynb") -> None:
    page.wait_for_function(READY, arg=name, timeout=60_000)
    page.evaluate("() => window.jupyterapp.commands.execute('notebook:run-all-cells')")
