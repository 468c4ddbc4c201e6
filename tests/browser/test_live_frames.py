"""With `--scripts`, charts are live in frames that reach neither the page nor the network."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from nbflow.present.report.cells import FrameScripts, draw_cell
from nbflow.present.report.content_policy import make_policy
from nbflow.present.report.frame import draw_page
from nbflow.reports.facts import ReportCell

pytestmark = pytest.mark.browser

CHART = {
    "data": [{"type": "bar", "x": ["a", "b"], "y": [1, 2]}],
    "layout": {"title": {"text": "Dots</script><script>top.ran=1</script>"}, "height": 300},
}
ATTACK = """
<div id="at"></div><script>
const tries = {
  parent: () => parent.document.title,
  top: () => { top.location = 'ADDRESS/top'; },
  cookie: () => document.cookie,
  storage: () => localStorage.x,
  open: () => { if (window.open('ADDRESS/open')) return; throw new Error('no'); },
  code: () => eval('1'),
  more: () => { const s = document.createElement('script'); s.textContent = 'window.more = 1';
    document.body.append(s); if (!window.more) throw new Error('no'); },
};
const done = Object.keys(tries).filter(name => { try { tries[name](); return true; } catch { return false; } });
fetch('ADDRESS/fetch').catch(() => 0);
navigator.sendBeacon('ADDRESS/beacon');
new Image().src = 'ADDRESS/image';
try { new WebSocket('ADDRESS/socket'.replace('http', 'ws')); } catch { }
try { new EventSource('ADDRESS/events'); } catch { }
const form = document.createElement('form'); form.action = 'ADDRESS/form'; document.body.append(form); form.submit();
const frame = document.createElement('iframe'); frame.src = 'ADDRESS/frame'; document.body.append(frame);
const link = document.createElement('link'); link.rel = 'stylesheet'; link.href = 'ADDRESS/css'; document.head.append(link);
document.getElementById('at').textContent = 'done: ' + done.join();
</script>"""  # fmt: skip


@pytest.fixture
def server() -> Iterator[tuple[str, list[str]]]:
    """The address of a server, and the first lines of what it was asked."""
    asked: list[str] = []
    with socket.create_server(("127.0.0.1", 0)) as listening:

        def serve() -> None:
            while True:
                try:
                    connection, _ = listening.accept()
                except OSError:
                    return
                with connection:
                    asked.append(connection.recv(1000).split(b"\r\n")[0].decode())

        threading.Thread(target=serve, daemon=True).start()
        yield f"http://127.0.0.1:{listening.getsockname()[1]}", asked


@pytest.fixture
def shown(chromium: Any) -> Iterator[Any]:
    """A page of a browser."""
    opened = chromium.new_page()
    yield opened
    opened.close()


def make_page(*datas: dict[str, Any]) -> str:
    scripts = FrameScripts()
    cells = [
        ReportCell(at, "code", "", outputs=({"output_type": "display_data", "data": data},))
        for at, data in enumerate(datas, 1)
    ]
    drawn = "".join(draw_cell(cell, step="load", scripts=scripts) for cell in cells)
    meta = f'<meta http-equiv="Content-Security-Policy" content="{make_policy(scripts.own, scripts.hashes)}">'
    return f"<!doctype html><meta charset=utf-8>{meta}<title>x</title><main>{drawn}</main>{scripts.draw()}"


def open_page(browser_page: Any, folder: Path, html: str) -> None:
    path = folder / "report.html"
    path.write_text(html, encoding="utf-8")
    browser_page.goto(path.as_uri())


def test_charts_of_plotly_are_drawn_with_one_library_for_all(shown: Any, tmp_path: Path) -> None:
    pytest.importorskip("plotly")
    data = {"application/vnd.plotly.v1+json": CHART}
    html = make_page(data, data)
    assert html.count('id="nb-library-plotly"') == 1
    assert len(html) < 2_500_000
    open_page(shown, tmp_path, html)
    for frame in shown.locator("iframe").all():
        frame.scroll_into_view_if_needed()
        frame.content_frame.locator(".bars .point").nth(1).wait_for()
        assert frame.get_attribute("sandbox") == "allow-scripts"
    assert shown.evaluate("window.ran") is None


def test_a_script_in_a_frame_reaches_neither_the_page_nor_the_network(
    shown: Any, tmp_path: Path, server: tuple[str, list[str]]
) -> None:
    address, asked = server
    open_page(shown, tmp_path, make_page({"text/html": ATTACK.replace("ADDRESS", address)}))
    said = shown.locator("iframe").content_frame.locator("#at")
    said.get_by_text("done").wait_for(timeout=5000)
    assert said.text_content() == "done: "
    with shown.expect_event("framenavigated", timeout=5000) as moved:
        shown.frames[1].evaluate(f"location = '{address}/away'")
    assert moved.value.url.startswith("chrome-error:")
    assert asked == []
    assert shown.url.endswith("report.html")


def test_a_still_frame_is_as_high_as_its_content(shown: Any, tmp_path: Path) -> None:
    html = "<style>p{margin:0;height:700px}</style><p>words</p>"
    output = {"output_type": "display_data", "data": {"text/html": html}}
    drawn = draw_cell(ReportCell(1, "code", "", outputs=(output,)), step="load")
    open_page(shown, tmp_path, draw_page("x", [drawn]))
    shown.wait_for_function("document.querySelector('iframe').offsetHeight > 700")
    assert shown.locator("iframe").evaluate("one => one.offsetHeight") < 720
