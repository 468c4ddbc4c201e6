"""A run in the browser: followed by `nbflow view --live`, and its report when it is over."""

from __future__ import annotations

import signal
import subprocess
import sys
from pathlib import Path

import pytest

from nbflow import app
from nbflow.model import Request
from tests.notebooks import cell, write_pipeline

sync_api = pytest.importorskip("playwright.sync_api")
pytestmark = [pytest.mark.browser, pytest.mark.kernel]

WAITS = """
import time
from pathlib import Path
print("waits for the test")
while not Path("go").exists():
    time.sleep(0.05)
"""


def test_the_page_follows_a_run_and_becomes_its_report(tmp_path: Path):
    pipeline = write_pipeline(tmp_path, load=[cell("n = 1", "parameters"), cell(WAITS)])
    run_id = app.run.start(pipeline, Request())
    command = ["nbflow", "view", "--live", "--no-browser", "-C", str(pipeline.folder)]
    with (
        subprocess.Popen([sys.executable, "-m", *command], stdout=subprocess.PIPE) as server,
        sync_api.sync_playwright() as playwright,
    ):
        assert server.stdout
        browser = playwright.chromium.launch(
            executable_path="/usr/bin/chromium", args=["--no-sandbox"]
        )
        page = browser.new_page()
        wrong: list[str] = []
        page.on("console", lambda said: wrong.append(said.text))
        page.on("pageerror", lambda error: wrong.append(str(error)))
        page.goto(server.stdout.readline().decode().strip())
        page.get_by_text("load: waits for the test").wait_for()
        assert "token" not in page.url
        assert page.title() == f"▸ {run_id}"
        bar = page.locator(".nb-bar").first  # stands in its row
        assert bar.evaluate("one => getComputedStyle(one).position") == "static"
        (pipeline.folder / "go").touch()
        page.get_by_role("heading", name="How it was made").wait_for(timeout=60_000)
        assert page.title().startswith("✓ ")
        assert wrong == []
        browser.close()
        server.send_signal(signal.SIGINT)
        assert server.wait(20) == 0
