"""The HTML that nbconvert makes of an executed notebook draws the step's widgets, from files alone."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from nbflow import Pipeline
from tests.notebooks import cell, write_pipeline

pytestmark = [pytest.mark.browser, pytest.mark.kernel]

MANAGER = Path(__file__).parents[2] / "build/html-manager/package/dist/embed.js"  # see Makefile
CELLS = [
    cell("last: int = 5", "parameters"),
    cell("import ipywidgets as w\nslider = w.IntSlider(max=9)\nslider"),
    cell("from tqdm.notebook import tqdm\nfor at in tqdm(range(last), desc='files'):\n    pass"),
    cell("out = w.Output()\nwith out:\n    print('printed into it')\nw.VBox([out])"),
    cell("slider.value = last + 2"),
]
SEEN = """
() => ({
  slider: document.querySelector('.widget-readout')?.textContent,
  bar: document.querySelector('.widget-hprogress .progress-bar')?.style.width,
  words: document.querySelector('.widget-html-content')?.textContent.replace(/\\s/g, ' '),
  output: document.querySelector('.widget-output')?.textContent.trim(),
})
"""


def test_widgets_are_drawn_in_a_report_without_a_kernel(tmp_path: Path, page) -> None:
    if not MANAGER.is_file():
        pytest.skip("what draws widgets in HTML is not there: make test-browser fetches it")
    report = make_report(tmp_path, run_step(tmp_path))
    asked = hear_requests(page)
    page.goto(report.as_uri())
    page.locator(".widget-readout").wait_for(timeout=60_000)
    page.locator(".widget-output").get_by_text("printed").wait_for(timeout=60_000)
    expected = {"slider": "7", "bar": "100%", "words": "files: 100%", "output": "printed into it"}
    assert page.evaluate(SEEN) == expected
    assert asked == [report.as_uri(), MANAGER.as_uri()]
    page.screenshot(path=tmp_path / "report.png", full_page=True)


def test_a_report_has_the_state_of_each_widget_that_it_shows(tmp_path: Path) -> None:
    text = make_report(tmp_path, run_step(tmp_path)).read_text()
    kind = r'<script type="application/vnd\.jupyter\.widget-view\+json">\s*{"model_id": "(\w+)"'
    shown = re.findall(kind, text)
    assert len(shown) == 3
    assert all(text.count(name) > 1 for name in shown)  # where it is shown, and in the state


def run_step(tmp_path: Path) -> Path:
    """Return the notebook that a run executed."""
    run = Pipeline(write_pipeline(tmp_path, shown=CELLS).folder).run()
    assert run.status == "done", run.steps
    return run.find_folder("shown") / "notebook.ipynb"


def make_report(tmp_path: Path, executed: Path) -> Path:
    """Return the HTML that nbconvert makes, with the files of this machine."""
    options = {"widget_renderer_url": MANAGER.as_uri(), "require_js_url": "", "mathjax_url": ""}
    command: list[Any] = [sys.executable, "-m", "nbconvert", "--to", "html", executed]
    command += ["--output-dir", tmp_path, "--output", "report"]
    command += [f"--HTMLExporter.{name}={value}" for name, value in options.items()]
    subprocess.run(command, check=True)
    return tmp_path / "report.html"


def hear_requests(page: Any) -> list[str]:
    """Return a list that grows with what the page asks for; there is no network."""
    page.context.set_offline(True)
    asked: list[str] = []
    page.on("request", lambda one: None if one.url.startswith("data:") else asked.append(one.url))
    return asked
