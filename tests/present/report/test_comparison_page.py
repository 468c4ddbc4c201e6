"""A page of what differs: code, figures side by side, and nothing that a cell or a name says runs."""

from __future__ import annotations

import re

from nbflow.model import Failure, Output
from nbflow.model.table_differences import (
    CellChange,
    ColumnDifference,
    RowChange,
    TableComparison,
    TableDifference,
)
from nbflow.present.report.comparison import draw_comparison
from nbflow.reports.comparison import (
    Change,
    CodeChange,
    Comparison,
    DiffLine,
    NumberChange,
    OutputComparison,
    Pictures,
    StepComparison,
    ValueChange,
)
from nbflow.reports.redaction import redact
from nbflow.runs.fold import Run, StepRun

EVIL = "<img src=x onerror=alert(1)>"
PNG = "iVBORw0KGgo="


def make_comparison(text: str) -> Comparison:
    """Return a comparison in which every text is this one."""
    difference = TableDifference(
        "different", (1, 1), key=(text,), changed=1,
        columns=(ColumnDifference(text, 1),),
        examples=(RowChange("changed", (text,), (CellChange(text, text, "b"),)),),
    )  # fmt: skip
    failure = Failure("error", text, text)
    output = Output(text, "json", "x")
    step = StepComparison(
        name=text,
        kind="different",
        before=StepRun(text, "done"),
        after=StepRun(text, "failed", failure=failure),
        code=(CodeChange(1, 1, (DiffLine("removed", text), DiffLine("added", text))),),
        outputs=(
            OutputComparison(
                text, "different", output, output, table=TableComparison(text, difference)
            ),
            OutputComparison(
                text, "different", output, output, values=(ValueChange(text, "changed", text, 1),)
            ),
            OutputComparison(
                text, "different", output, output, pictures=Pictures(0, {"image/png": PNG}, {})
            ),
        ),
    )
    run = Run("r", name=text, status="done", parameters={text: text})
    return Comparison(
        run, run, title=text, numbers=(NumberChange(text, text, "1"),),
        parameters=(Change(text, text, "b", (text,)),), files=(Change(text, "a", "b"),),
        steps=(step,), same=(text,),
    )  # fmt: skip


def test_nothing_that_a_run_says_becomes_markup() -> None:
    page = draw_comparison(make_comparison(EVIL))
    assert "<img src=x" not in page
    assert page.count("&lt;img src=x") > 15


def test_changed_lines_and_figures_stand_side_by_side() -> None:
    page = draw_comparison(make_comparison("depth"))
    assert "<del>- depth\n</del><ins>+ depth\n</ins>" in page
    sides = re.search(r'<div class="nb-sides"><div>.*?</div></div>', page)
    assert sides
    assert 'alt="depth, before"' in sides[0]
    assert "<p>none</p>" in sides[0]


def test_secrets_are_masked_in_each_part() -> None:
    secret = "hunter2-and-more"
    run = Run("r", status="done", parameters={"password": secret})
    difference = TableDifference(
        "different", (1, 1), key=("token",), changed=1,
        examples=(RowChange("changed", (secret,), (CellChange("api_key", secret, "b"),)),),
    )  # fmt: skip
    output = Output("t", "table", "x")
    step = StepComparison(
        "load", "different", StepRun("load", "done"), StepRun("load", "done"),
        code=(CodeChange(1, 1, (DiffLine("added", f"login({secret!r})"),)),),
        outputs=(
            OutputComparison("load.t", "different", output, output, TableComparison("load.t", difference)),
            OutputComparison("load.v", "different", output, output,
                             values=(ValueChange("a[0].password", "changed", secret, "b"),)),
        ),
    )  # fmt: skip
    made = Comparison(
        run, run, parameters=(Change("password", secret, "b", ("load",)),), steps=(step,)
    )
    page = draw_comparison(redact(made))
    assert secret not in page
    assert "Left out of this page" in page
