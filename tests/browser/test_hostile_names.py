"""Names, values and messages from users are text wherever a report shows them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from nbflow.model import Failure, Output, Reason
from nbflow.model.profiles import ColumnProfile
from nbflow.present.report.page import draw_report
from nbflow.reports.facts import (
    Code,
    KeyNumber,
    OutputPreview,
    Report,
    ReportCell,
    ReportStep,
    Setting,
    Source,
    Story,
    TablePreview,
)
from nbflow.runs.fold import Run, StepRun

pytestmark = pytest.mark.browser

SIGNS = (
    "</script><script>top.ran=1</script>",
    "\"'><img src=x onerror=top.ran=1>",
    "]]>--><svg onload=top.ran=1>",
)
PROBE = "probe " + "".join(SIGNS) + " {{7*7}} &amp; \u202e"


def make_report() -> Report:
    """Return a report of two steps whose every text is hostile."""
    table = TablePreview(
        f"load.{PROBE}", 300, (ColumnProfile(PROBE, "VARCHAR", least=PROBE, most=PROBE, common=((PROBE, 2),)),),
        head=((PROBE,),) * 20, hash=PROBE,
    )  # fmt: skip
    outputs = (
        OutputPreview(
            Output(PROBE, "table", "h", rows=300, columns={PROBE: "VARCHAR"}), table=table
        ),
        OutputPreview(Output(PROBE, "value", "h", note=PROBE), text=PROBE),
        OutputPreview(
            Output(PROBE, "figure", "h"), picture={"image/svg+xml": SIGNS[2], "image/png": PROBE}
        ),
    )
    failure = Failure("error", PROBE, PROBE, 1, 1, PROBE, traceback=PROBE)
    done = StepRun(
        PROBE, "done", path=PROBE, why=(Reason("parameter-changed", PROBE, PROBE, PROBE),)
    )
    failed = StepRun("fail", "failed", path=f"{PROBE}.ipynb", failure=failure)
    cells = (ReportCell(1, "markdown", f"# {PROBE}"), ReportCell(2, "code", PROBE, seconds=1.0))
    run = Run(
        PROBE, PROBE, PROBE, "failed", parameters={PROBE: PROBE}, steps={PROBE: done, "fail": failed},
        parents={PROBE: (), "fail": (PROBE,)}, command=("nbflow", PROBE),
    )  # fmt: skip
    first = ReportStep(
        done, PROBE, parameters={PROBE: PROBE}, sources=(Source("file", PROBE, PROBE, PROBE),), cells=cells,
        outputs=outputs, log=PROBE, environment={PROBE: PROBE}, made_by=PROBE,
    )  # fmt: skip
    return Report(
        run, PROBE, (KeyNumber(PROBE, PROBE, PROBE),), (Story(PROBE, PROBE, cells),), story_from=PROBE,
        settings=(Setting(PROBE, PROBE, PROBE, differs=True, steps=(PROBE,)),),
        code=Code(PROBE, PROBE, (PROBE,)), steps=(first, ReportStep(failed)), chain=(PROBE,), environment={PROBE: PROBE},
    )  # fmt: skip


def test_no_text_of_a_report_becomes_an_element(chromium: Any, tmp_path: Path) -> None:
    path = tmp_path / "report.html"
    html = draw_report(make_report())
    path.write_text(html, encoding="utf-8")
    context = chromium.new_context()
    context.set_offline(True)
    page = context.new_page()
    asked: list[str] = []
    page.on(
        "request", lambda one: asked.append(one.url) if not one.url.startswith("data:") else None
    )
    page.goto(path.as_uri())
    page.evaluate("document.querySelectorAll('details').forEach(one => { one.open = true; })")
    assert page.evaluate("window.ran") is None
    assert asked == [path.as_uri()]
    assert page.locator("[onerror], [onload], svg[onload]").count() == 0
    assert PROBE.split("<", maxsplit=1)[0].strip() in page.title()
    assert page.locator("h1").count() == 1
    plain = path.with_name("plain.html")  # the escaping alone suffices
    plain.write_text(html.replace("Content-Security-Policy", "x-nothing"), encoding="utf-8")
    page.goto(plain.as_uri())
    assert page.evaluate("window.ran") is None
    context.close()
