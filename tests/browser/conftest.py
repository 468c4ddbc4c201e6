"""A real JupyterLab on loopback, and a headless Chromium to use it."""

from __future__ import annotations

import contextlib
import os
import re
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

TOKEN = "test"
NOISE = [  # what JupyterLab's own console has, with or without nbflow
    re.compile(
        r"Cannot read properties of null \(reading 'kernel'\)"
    ),  # ipywidgets, without a kernel
    re.compile("widget model not found"),  # a saved notebook's output, whose kernel has ended
]
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-quic",
    "--no-first-run",
]


@pytest.fixture
def lab(tmp_path: Path) -> Iterator[Callable[[Path], str]]:
    """Serve a folder with JupyterLab; gives the address of its first page."""
    with contextlib.ExitStack() as servers:
        yield lambda folder: servers.enter_context(serving(folder, tmp_path))


@contextlib.contextmanager
def serving(folder: Path, scratch: Path) -> Iterator[str]:
    """Give the address of a JupyterLab over a folder; settings and log lie in `scratch`."""
    port = _free_port()
    command = [
        sys.executable, "-m", "jupyterlab", "--no-browser", "--allow-root", f"--port={port}",
        f"--IdentityProvider.token={TOKEN}", "--ServerApp.root_dir", str(folder),
        "--LabApp.expose_app_in_browser=True",
        "--LabApp.check_for_updates_class=jupyterlab.NeverCheckForUpdate",
    ]  # fmt: skip
    quiet = scratch / "settings" / "@jupyterlab" / "apputils-extension"
    quiet.mkdir(parents=True)
    (quiet / "notification.jupyterlab-settings").write_text('{"fetchNews": "false"}')
    settings = {
        "JUPYTERLAB_SETTINGS_DIR": str(scratch / "settings"),
        "JUPYTERLAB_WORKSPACES_DIR": str(scratch / "workspaces"),  # no tabs of another test
    }
    with (scratch / "lab.log").open("w") as log:
        server = subprocess.Popen(command, stdout=log, stderr=log, env=os.environ | settings)
    try:
        address = f"http://127.0.0.1:{port}"
        _wait_for(f"{address}/api")
        yield f"{address}/lab?token={TOKEN}"
    finally:
        server.terminate()
        server.wait(20)


@pytest.fixture
def page() -> Iterator[Any]:
    """A page of a headless Chromium, the system's own; an error in its console fails the test."""
    with launch() as browser:
        page = browser.new_page(viewport={"width": 1400, "height": 900})
        trouble = hear_trouble(page)
        yield page
    assert not trouble, "\n".join(trouble)


@pytest.fixture(scope="module")
def chromium() -> Iterator[Any]:
    """A headless Chromium, whose pages may complain."""
    with launch() as browser:
        yield browser


@contextlib.contextmanager
def launch() -> Iterator[Any]:
    """Start a headless Chromium, and end it; skip the test where there is none."""
    playwright = pytest.importorskip("playwright.sync_api")
    with playwright.sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=find_chromium(), args=FLAGS)
        yield browser
        browser.close()


def find_chromium() -> str:
    """Return the path of the system's Chromium; skip the test where there is none."""
    chromium = shutil.which("chromium")
    if chromium is None:
        pytest.skip("chromium is not installed: apt-get install chromium")
    return chromium


def hear_trouble(page: Any) -> list[str]:
    """Return a list that grows with what the page throws and what its console calls an error."""
    found: list[str] = []

    def hear(said: Any) -> None:
        text = f"{said.text} ({said.location.get('url', '')})"
        if said.type == "error" and not any(known.search(text) for known in NOISE):
            found.append(text)

    def hear_error(error: Any) -> None:
        if not any(known.search(str(error)) for known in NOISE):
            found.append(str(error))

    page.on("pageerror", hear_error)
    page.on("console", hear)
    return found


def _free_port() -> int:
    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        return sock.getsockname()[1]


def _wait_for(address: str) -> None:
    deadline = time.monotonic() + 180
    while True:
        try:
            urllib.request.urlopen(address, timeout=2)
        except OSError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.1)
        else:
            return
