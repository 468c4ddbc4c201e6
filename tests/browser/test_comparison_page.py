"""The page of what differs between two runs, in a browser: readable, and nothing in it acts."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from nbflow.present.report.comparison import draw_comparison
from tests.present.report.test_comparison_page import make_comparison

pytestmark = pytest.mark.browser

AXE = Path(__file__).parents[2] / "extension" / "node_modules" / "axe-core" / "axe.min.js"
HOSTILE = "</script><img src=//x onerror='window.ran=1'><script>window.ran=1</script>"
WRONG = """
async () => {
  const { violations } = await axe.run(document, { resultTypes: ['violations'] });
  const bad = violations.filter(({ impact }) => impact === 'serious' || impact === 'critical');
  return bad.map(({ id, nodes }) => `${id}: ${nodes.map(node => node.html).join(' | ')}`);
}
"""
WIDER = "document.documentElement.scrollWidth > innerWidth"


def test_it_reads_well_and_asks_for_nothing(chromium: Any, tmp_path: Path) -> None:
    plain, hostile = tmp_path / "plain.html", tmp_path / "hostile.html"
    plain.write_text(draw_comparison(make_comparison("depth of all trees")), "utf-8")
    hostile.write_text(draw_comparison(make_comparison(HOSTILE)), "utf-8")
    nothing_acts(chromium, hostile)
    for width, scheme in ((1400, "light"), (1400, "dark"), (400, "light"), (400, "dark")):
        context = chromium.new_context(
            bypass_csp=True, color_scheme=scheme, viewport={"width": width, "height": 900}
        )
        reads_well(context.new_page(), plain)
        context.close()


def nothing_acts(browser: Any, path: Path) -> None:
    page, asked = browser.new_page(), []
    page.on("request", lambda request: asked.append(request.url))
    page.goto(path.as_uri())
    assert page.evaluate("window.ran") is None
    assert [url for url in asked if not url.startswith("data:")] == [path.as_uri()]
    assert page.title().startswith("≠ </script>")


def reads_well(page: Any, path: Path) -> None:
    page.goto(path.as_uri())
    assert not page.evaluate(WIDER)
    if AXE.exists():
        page.add_script_tag(path=AXE)
        assert page.evaluate(WRONG) == []
