"""Pictures of the panel for the docs: `python -m tests.browser.screenshots [FOLDER]`."""

from __future__ import annotations

import contextlib
import shutil
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from playwright.sync_api import sync_playwright

from nbflow.authoring import copy_demo
from tests.browser.conftest import FLAGS, serving
from tests.browser.panels import open_panel
from tests.notebooks import cell, notebook, write

SLOW = [
    cell("share: float = 0.25  # of the sales to draw, 0..1\nquick: bool = True", "parameters"),
    cell("import nbflow\n\nsales = nbflow.read('load_sales.sales')", "inputs"),
    cell(
        "import time\n\nfor at in range(40):\n    time.sleep(0.3)\n"
        "    nbflow.progress(at / 40, f'fold {at} of 40')\n"
        "    print(f'fold {at}: error {1 / (at + 2):.3f}')"
    ),
    cell("nbflow.write('forecast', sales.head(12))"),
]
BROKEN = [
    cell("from typing import Literal\n\nregion: Literal['north', 'south'] = 'north'", "parameters"),
    cell("import nbflow\n\nforecast = nbflow.read('forecast.forecast')", "inputs"),
    cell("rates = forecast['revenu'].sum()\nnbflow.write('order', rates)"),
]


def main(target: Path) -> None:
    """Draw the panel idle, planned, running and failed, light and dark."""
    target.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as made, browsing() as browser:
        root = Path(made)
        folder = _make_project(root)
        with serving(root, root.parent / f"{root.name}-settings") as address:
            page = browser.new_page(viewport={"width": 1500, "height": 1100})
            open_panel(page, address, folder)
            _take(page, target / "panel-light.png")
            page.locator(".nbflow-tools button", has_text="Run").click()
            page.get_by_text("fold 6:").first.wait_for(timeout=60_000)
            _take(page, target / "panel-running.png")
            page.locator(".nbflow-head-line").get_by_text("failed").wait_for(timeout=60_000)
            page.get_by_text("Open as executed at cell").wait_for(timeout=30_000)
            page.wait_for_timeout(1000)
            _take(page, target / "panel-failed.png")
            page.locator(".nbflow-canvas").get_by_text("summarise", exact=True).click()
            page.locator(".nbflow-detail th").first.wait_for(timeout=30_000)
            _use_dark(page)
            _take(page, target / "panel-dark.png")
            page.locator(".nbflow-tools button", has_text="Plan").click()
            page.locator("th", has_text="last took").wait_for(timeout=30_000)
            _take(page, target / "panel-plan.png")


@contextlib.contextmanager
def browsing() -> Iterator[Any]:
    with sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=shutil.which("chromium"), args=FLAGS)
        yield browser
        browser.close()


def _make_project(root: Path) -> Path:
    folder = root / "bakery"
    copy_demo(folder)
    write(folder / "04_forecast.ipynb", notebook(*SLOW))
    write(folder / "05_order_flour.ipynb", notebook(*BROKEN))
    return folder


def _take(page: Any, path: Path) -> None:
    page.wait_for_timeout(400)
    page.locator(".nbflow-panel").first.screenshot(path=path)


def _use_dark(page: Any) -> None:
    set_theme = "() => window.jupyterapp.commands.execute('apputils:change-theme', {theme: '%s'})"
    page.evaluate(set_theme % "JupyterLab Dark")
    page.wait_for_timeout(2000)


if __name__ == "__main__":
    main(Path(sys.argv[1] if len(sys.argv) > 1 else "docs"))
