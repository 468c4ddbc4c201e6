"""Pictures of the panel in each state: `python -m tests.browser.screenshots [FOLDER]`."""

from __future__ import annotations

import contextlib
import functools
import shutil
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from PIL import Image
from playwright.sync_api import sync_playwright

from nbflow.app.demo import copy_demo
from nbflow.panel import controls
from tests.browser.conftest import FLAGS, serving
from tests.browser.panels import open_panel, press, wait_for_state
from tests.notebooks import cell, notebook, write

Take = Callable[[str], None]
SLOW = [
    cell("share: float = 0.25  # of the sales to draw, 0..1\nquick: bool = True", "parameters"),
    cell("import nbflow\n\nsales = nbflow.read('load_sales.sales')", "inputs"),
    cell(
        "import time\n\nfor at in range(40):\n    time.sleep(1)\n"
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


BROKEN_READ = [cell("import nbflow\n\nsales = nbflow.read('lod_sales.sales')", "inputs")]
DOCS = Path(__file__).parents[2] / "docs" / "panel"
WIDTHS = {"wide": 1500, "narrow": 760}
VIEWPORT = {"width": WIDTHS["wide"], "height": 1500}
THEMES = {"light": "JupyterLab Light", "dark": "JupyterLab Dark"}


def main(target: Path) -> None:
    """Draw the panel in each of its states, light and dark, wide and narrow; docs has the wide ones."""
    target.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as made, browsing() as browser:
        root = Path(made)
        folder = _make_project(root)
        with serving(root, root.parent / f"{root.name}-settings") as address:
            page, other = (browser.new_page(viewport=VIEWPORT) for _ in range(2))
            open_panel(page, address, folder)
            take = functools.partial(_take, page, target)
            _draw_before(page, take)
            _draw_runs(page, folder, take)
            _draw_bad(other, address, root, functools.partial(_take, other, target))
        _draw_still(browser, folder, target)
    DOCS.mkdir(exist_ok=True)
    for path in [*target.glob("*-wide.png"), *target.glob("still-*.png")]:
        picture = Image.open(path).convert("RGB").quantize(256)
        picture.save(DOCS / path.name.replace("-wide", ""), optimize=True)


def _draw_before(page: Any, take: Take) -> None:
    """Draw what is there before a run: idle, a wrong value, a plan."""
    take("idle")
    year = page.locator(".nbflow-field", has_text="year").locator("input")
    year.fill("next")
    press(page, "Run")
    page.locator(".nbflow-notice .nbflow-bad").wait_for(timeout=20_000)
    take("wrong")
    year.fill("2024")
    press(page, "Plan")
    page.locator("th", has_text="last took").wait_for(timeout=30_000)
    take("plan")


def _draw_runs(page: Any, folder: Path, take: Take) -> None:
    """Draw runs: while one goes on, stopped, failed, done with a table, and their history."""
    press(page, "Run")
    page.get_by_text("fold 6:").first.wait_for(timeout=60_000)
    take("running")
    press(page, "Stop")
    wait_for_state(page, "cancelled")
    take("stopped")
    press(page, "Resume")
    wait_for_state(page, "failed")
    page.get_by_text("Open as executed at cell").wait_for(timeout=30_000)
    take("failed")
    write(folder / "05_order_flour.ipynb", notebook(*BROKEN[:2], cell("nbflow.write('order', 1)")))
    press(page, "Run")
    wait_for_state(page, "done")
    page.locator(".nbflow-canvas").get_by_text("summarise", exact=True).click()
    page.locator(".nbflow-detail th").first.wait_for(timeout=30_000)
    take("done")
    page.locator("[role=tab]", has_text="History").click()
    page.locator(".nbflow-history tbody tr").nth(2).wait_for(timeout=20_000)
    take("history")


def _draw_bad(page: Any, address: str, root: Path, take: Take) -> None:
    """Draw a pipeline that cannot run."""
    write(root / "broken" / "first.ipynb", notebook(*BROKEN_READ))
    write(root / "broken" / "second.ipynb", notebook(cell("rows: int = 'x'", "parameters")))
    open_panel(page, address, root / "broken", "broken.ipynb")
    page.locator(".nbflow-linked a").first.wait_for(timeout=20_000)
    take("bad")


def _draw_still(browser: Any, folder: Path, target: Path) -> None:
    """Draw what a saved notebook shows without a kernel."""
    panel = controls(folder)
    for theme in THEMES:
        page = browser.new_page(viewport={"width": 900, "height": 700}, color_scheme=theme)
        page.set_content(
            f'<body style="background: Canvas; color: CanvasText; color-scheme: {theme}">{panel.draw_still()}'
        )
        page.locator("body > .nbflow").screenshot(path=target / f"still-{theme}.png")
    panel.close()


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


def _take(page: Any, target: Path, state: str) -> None:
    """Draw the panel light and dark, wide and narrow."""
    for theme, name in THEMES.items():
        command = (
            "name => window.jupyterapp.commands.execute('apputils:change-theme', {theme: name})"
        )
        page.evaluate(command, name)
        page.wait_for_timeout(900)
        for width, pixels in WIDTHS.items():
            page.set_viewport_size({"width": pixels, "height": 1500})
            page.wait_for_timeout(500)
            picture = page.locator(".nbflow-panel:visible").first
            picture.screenshot(path=target / f"{state}-{theme}-{width}.png")
    page.evaluate(command, THEMES["light"])
    page.set_viewport_size({"width": WIDTHS["wide"], "height": 1500})


if __name__ == "__main__":
    main(Path(sys.argv[1] if len(sys.argv) > 1 else "build/screenshots"))
