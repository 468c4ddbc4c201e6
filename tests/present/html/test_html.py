"""Values as HTML: everything that users write is escaped, every state told by a word."""

from __future__ import annotations

from html.parser import HTMLParser
from pathlib import Path

import msgspec
import pytest

from nbflow.analysis.contract.scan import read_folder
from nbflow.model import Command, Failure, Output, Planned, Problem, Reason, Request, make_warning
from nbflow.model.events import RunStatus
from nbflow.planning import make_plan
from nbflow.present.html import draw_page
from nbflow.present.html.markup import Markup, tag
from nbflow.present.pages import pipelines, runs
from nbflow.present.pages.plans import make_plan_page
from nbflow.runs.fold import Run, StepRun
from tests.notebooks import cell, markdown, notebook, write_pipeline

ODD = make_warning("broke-off", error="odd")
EVIL = "<script>alert('&')</script>"
VOID = {"br", "img", "meta"}


class Checked(HTMLParser):
    """Reads HTML, and fails where an element is not closed or a script stands."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.texts: list[str] = []
        self.feed(text)
        self.close()
        assert self.open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        assert tag != "script"
        assert not any(name.startswith("on") for name, _ in attrs)
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        if self.open[-1:] != ["style"]:
            self.texts.append(data)


def read(text: str) -> str:
    """Return what a person reads."""
    assert text.startswith('<div class="nbflow"><style>')
    return " ".join(" ".join(Checked(text).texts).split())


def test_a_pipeline_shows_contracts_skips_and_problems(tmp_path: Path) -> None:
    made = write_pipeline(
        tmp_path,
        load=notebook(
            cell(f"month: int = 1  # {EVIL}", "parameters"),
            cell("import nbflow\nnbflow.file('a.csv')", "inputs"),
            cell("nbflow.write('flights', 1)"),
            metadata={"nbflow": {"description": EVIL, "timeout": 5}},
        ),
        tidy=[cell('import nbflow\nt = nbflow.read("load.flights")', "inputs")],
        notes=[markdown("no step")],
    )
    scan = read_folder(made)
    said = read(draw_page(pipelines.make_pipeline_page("<p>", scan, made.project.root)))
    for part in (
        "<p>",
        "2 steps",
        "month: int = 1",
        EVIL,
        "a.csv",
        "load.flights",
        "timeout = 5",
        "1 notebook skipped",
    ):
        assert part in said


def test_a_plan_shows_reasons_and_changed_lines(tmp_path: Path) -> None:
    made = write_pipeline(
        tmp_path,
        load=[cell("import nbflow", "inputs"), cell("nbflow.write('t', 1)")],
        tidy=[cell('import nbflow\nt = nbflow.read("load.t")', "inputs")],
    )
    plan = make_plan(made, read_folder(made), Request())
    plan = msgspec.structs.replace(
        plan,
        steps={
            **plan.steps,
            "load": Planned("load", "run", (Reason("unread", after=EVIL),), warnings=(ODD,)),
        },
    )
    said = read(draw_page(make_plan_page(plan, {"load": ["--- a", f"-{EVIL}", "+x"]})))
    for part in ("notebooks", "2 to run", "▸ run", EVIL, f"-{EVIL}", "! load: odd"):
        assert part in said


def make_failed_run() -> Run:
    """One step of each kind of state, with texts that are markup."""
    failure = Failure(
        "error",
        "KeyError",
        EVIL,
        cell=3,
        line=2,
        first_line="rates = …",
        traceback=f"Cell In[3], line 2\n----> 2 {EVIL}\n\nKeyError: {EVIL}",
        advice=make_warning("nothing-made"),
    )
    return Run(
        id="20261101-000000-000000",
        name=EVIL,
        status="failed",
        started=100.0,
        seconds=9.0,
        parameters={"n": EVIL},
        steps={
            "load": StepRun(
                "load", "done", seconds=4.0, outputs=(Output("t", "table", "", rows=1234),)
            ),
            "tidy": StepRun("tidy", "failed", failure=failure, path="tidy.ipynb"),
            "live": StepRun("live", "running", started=101.0, cells=4, cells_done=1),
            "last": StepRun("last", "blocked", why=(Reason("blocked", "tidy"),)),
        },
        parents={"tidy": ("load",), "last": ("tidy",)},
    )


def test_a_run_shows_states_and_its_error() -> None:
    run = make_failed_run()
    said = read(draw_page(runs.make_run_page(run, 112.0, [("%nbflow rerun", "go on")])))
    for part in (
        "✗ failed",
        "1 of 4 steps done · 1 failed · 1 blocked",
        "t 1,234 rows",
        "cell 2 of 4",
        "11 s",
        "tidy failed",
        "tidy.ipynb, cell 3 (rates = …), line 2",
        f"----> 2 {EVIL}",
        "Paths in `makes` start at",
        "%nbflow rerun # go on".replace("# ", ""),
    ):
        assert part in said, part


def test_a_step_of_a_run_and_a_list_of_runs_show_their_texts_as_texts() -> None:
    run = make_failed_run()
    outputs = [Output("t", "table", "", columns={EVIL: "INT"})]
    step = read(draw_page(runs.make_step_page(run, run.steps["tidy"], outputs)))
    assert f"{EVIL} INT" in step
    assert f"KeyError: {EVIL}" in step
    assert EVIL in read(draw_page(runs.make_runs_page([run])))
    assert "No run yet" in read(draw_page(runs.make_runs_page([])))


def test_problems_come_with_places_and_remedies() -> None:
    odd = Problem("starts-run", facts={"line": EVIL}, severity="warning")
    problems = [odd, Problem("no-notebooks", facts={"folder": EVIL}, remedy=Command("steps"))]
    said = read(draw_page(pipelines.make_problems(problems)))
    assert said.index("✗ error") < said.index("! warning")
    assert "begin one with `nbflow steps`" in said


@pytest.mark.parametrize("status", RunStatus.__args__)
def test_each_state_is_told_by_glyph_and_word(status: str) -> None:
    said = read(draw_page(runs.make_runs_page([Run(id="1", status=status)])))
    assert status in said


def test_what_is_markup_stays_and_what_is_text_is_escaped() -> None:
    made = tag("a", Markup("<b>1</b>"), "<i>", None, href='"x"', class_=None)
    assert made == '<a href="&#34;x&#34;"><b>1</b>&lt;i&gt;</a>'


def test_a_run_of_a_later_version_is_called_so() -> None:
    later = Run("20991101-000000-aaaaaa", status="later", started=1e9, problem=ODD)
    shown = draw_page(runs.make_runs_page([later]))
    assert "of a later version" in shown
    assert "odd" in shown
    assert "no step" not in shown
