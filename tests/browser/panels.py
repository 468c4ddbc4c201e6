"""Opens notebooks in JupyterLab, runs their cells, and uses the panel that they show."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from tests.notebooks import cell, notebook, write

KERNEL = "window.jupyterapp.shell.currentWidget.sessionContext.session.kernel"
READY = """
name => {
  const panel = window.jupyterapp && window.jupyterapp.shell.currentWidget;
  if (!panel || !panel.context) return false;
  const session = panel.sessionContext;
  const kernel = session && session.session && session.session.kernel;
  return panel.context.path.endsWith(name) && !!kernel && kernel.status === 'idle';
}
"""

# Keeps the kernel busy for longer than anything here is waited for; `free` ends it.
BUSY = f"() => {{ {KERNEL}.requestExecute({{code: 'import time; time.sleep(600)'}}); }}"

# Runs the cell at a place, and gives how many milliseconds that took.
RUN_CELL = """
async at => {
  const start = performance.now();
  window.jupyterapp.shell.currentWidget.content.activeCellIndex = at;
  await window.jupyterapp.commands.execute('notebook:run-cell');
  return performance.now() - start;
}
"""
# Shows the notebook of this name; the other stays open, as closing it would ask what to save.
GO_BACK = """
name => {
  const { shell } = window.jupyterapp;
  const one = [...shell.widgets('main')].find(one => one.context?.path === name);
  shell.activateById(one.id);
}
"""
TALL = {"width": 1400, "height": 3000}  # so that JupyterLab takes no cell out of the page


def open_panel(page: Any, address: str, folder: Path, name: str = "control.ipynb") -> None:
    """Write a notebook beside the pipeline that shows the panel, open it and run it."""
    source = f"import nbflow\n\nnbflow.controls({folder.name!r})"
    open_notebook(page, address, folder.parent / name, source, "")
    run_all(page, name)
    page.locator(".nbflow-panel .nbflow-name").wait_for(timeout=60_000)


def open_notebook(
    page: Any, address: str, path: Path, *sources: str, root: Path | None = None
) -> None:
    """Write a notebook of these cells and open it; `root` is what JupyterLab serves."""
    write(path, notebook(*map(cell, sources)))
    name = path.relative_to(root or path.parent).as_posix()
    page.goto(address.replace("/lab?", f"/lab/tree/{name}?"))
    wait_until_ready(page, name)


def wait_until_ready(page: Any, name: str = "control.ipynb") -> None:
    """Wait until the notebook is shown and its kernel is idle."""
    page.wait_for_function(READY, arg=name, timeout=180_000)


def run_all(page: Any, name: str = "control.ipynb") -> None:
    wait_until_ready(page, name)
    page.evaluate("() => window.jupyterapp.commands.execute('notebook:run-all-cells')")


def run_cell(page: Any, at: int) -> float:
    """Run the cell at a place from 0 and return how many milliseconds it took."""
    return page.evaluate(RUN_CELL, at)


def find_cell(page: Any, at: int) -> Any:
    return page.locator(".jp-Notebook .jp-Cell").nth(at)


def free(page: Any) -> None:
    """Interrupt the cell that keeps the kernel busy."""
    page.evaluate(f"() => {KERNEL}.interrupt()")
    wait_until_idle(page)


def wait_until_idle(page: Any) -> None:
    page.wait_for_function(f"() => {KERNEL}.status === 'idle'", timeout=60_000)


def restart(page: Any) -> None:
    """Restart the kernel of the notebook that is shown."""
    page.evaluate(f"() => {KERNEL}.restart()")
    page.wait_for_timeout(2000)


def reload(page: Any) -> None:
    """Save the notebook and load the page again."""
    page.evaluate("() => window.jupyterapp.commands.execute('docmanager:save')")
    page.wait_for_timeout(1000)
    page.reload()


def go_back(page: Any, opened: str, name: str = "control.ipynb") -> None:
    """Wait until a notebook is opened whose name has this, and show the one before."""
    tabs = page.locator(".lm-DockPanel-tabBar .lm-TabBar-tabLabel", has_text=opened)
    tabs.first.wait_for(timeout=60_000)
    page.evaluate(GO_BACK, name)
    wait_until_ready(page, name)


def use_dark(page: Any) -> None:
    theme = "() => window.jupyterapp.commands.execute('apputils:change-theme', {theme: '%s'})"
    page.evaluate(theme % "JupyterLab Dark")
    page.wait_for_function("() => document.body.dataset.jpThemeLight === 'false'")
    page.wait_for_timeout(1500)


def press(place: Any, name: str) -> None:
    """Press a button of a panel: the page's only one, or that of a cell."""
    place.locator(".nbflow-tools button", has_text=name).click()


def wait_for_state(place: Any, state: str, seconds: float = 90) -> None:
    """Wait until the panel's first line has this state."""
    head = place.locator(".nbflow-head-line .nb-state", has_text=state)
    head.wait_for(timeout=seconds * 1000)
