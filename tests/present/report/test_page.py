"""A report as a page: what a reader sees first, and what stands where."""

from __future__ import annotations

import json
import re
from typing import Any

from msgspec.structs import replace

from nbflow.model import Command, Failure, Output, Reason, Spent
from nbflow.present.report.drawn_steps import MOST, DrawnStep, choose_steps
from nbflow.present.report.lineage import make_lineage_graph
from nbflow.present.report.page import draw_report
from nbflow.present.report.rails import make_rails
from nbflow.present.report.story import draw_story, make_parts
from nbflow.reports.facts import (
    KeyNumber,
    Masked,
    Report,
    ReportCell,
    ReportStep,
    Setting,
    Source,
    Story,
)
from nbflow.runs.fold import Run, StepRun

PIXEL = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
TREES = Output("trees", "table", "h1", rows=1200, columns={"kind": "VARCHAR", "height": "DOUBLE"})
MODEL = Output("model", "json", "h2")
FIGURE = {"output_type": "display_data", "data": {"image/png": PIXEL}, "metadata": {}}


def make_step(name: str, status: Any = "done", **facts: Any) -> StepRun:
    spent = Spent(start=1.0, cells=2.0)
    ran = {"seconds": 3.0, "spent": spent} if status == "done" else {}
    return StepRun(name, status, path=f"{name}.ipynb", **{**ran, **facts})


LOAD = ReportStep(make_step("load", outputs=(TREES,)), begin=0.0, decides=True)
TRAIN = ReportStep(
    make_step("train", outputs=(MODEL,), why=(Reason("no-result"),)), begin=3.0, decides=True
)
STORY = Story(
    "train",
    "train.ipynb",
    (
        ReportCell(1, "markdown", "Trees grow."),
        ReportCell(2, "markdown", "## Where\n\nIn the wood."),
        ReportCell(3, "code", "plot()", outputs=(FIGURE,)),
    ),
)


def make_report(*steps: ReportStep, **facts: Any) -> Report:
    run = Run(
        "20261130-120000-aaaaaa",
        "trees",
        status=facts.pop("status", "done"),
        started=1_796_000_000.0,
        seconds=6.0,
        steps={one.state.name: one.state for one in steps},
        parents={one.state.name: tuple(facts.get("parents", {}).get(one.state.name, ())) for one in steps},
    )  # fmt: skip
    facts.pop("parents", None)
    return Report(run, facts.pop("title", "Trees"), steps=steps, **facts)


DONE = make_report(LOAD, TRAIN, parents={"train": ["load"]}, chain=("load", "train"))


def say(html: str) -> str:
    """Return what is read of a page, without its contents and its elements."""
    main = html[html.index("<main>") : html.index("</main>")]
    return " ".join(re.sub(r"<[^>]*>", " ", main).split())


def test_the_verdict_stands_in_the_title_and_in_one_line() -> None:
    html = draw_report(DONE)
    assert "<title>✓ Trees</title>" in html
    assert re.search(
        r"✓ Done all 2 steps ran in 6.0 s · \w+ \d+ Nov 2026, \d\d:\d\d \w+ · "
        r"all parameters at their defaults",
        say(html),
    )


def test_only_parameters_that_differ_stand_in_the_verdict() -> None:
    settings = (Setting("depth", 9, 3, differs=True), Setting("seed", 1, 1))
    said = say(draw_report(replace(DONE, settings=settings)))
    assert "· depth 9 (default 3) What came" in said or "· depth 9 (default 3) How" in said
    assert "seed 1" in said  # among what it ran with


def test_numbers_and_words_come_before_how_it_was_made() -> None:
    told = replace(DONE, numbers=(KeyNumber("12 m", "high", "5 m before"),), story=(STORY,))
    said = say(draw_report(told))
    places = [said.index(one) for one in ("12 m high 5 m before", "Trees grow.", "How it was made")]
    assert places == sorted(places)


def test_a_story_is_in_parts_and_its_first_words_stand_beside_the_first_figure() -> None:
    assert [(one.title, one.pictures) for one in make_parts(STORY)] == [("", 0), ("Where", 1)]
    drawn = draw_story(replace(DONE, story=(STORY,)), None)
    assert drawn
    assert 'class="nb-side nb-lead"' in drawn


def test_a_failure_comes_first_with_its_message_before_any_frame() -> None:
    failure = Failure(
        "error", "ValueError", "too deep", 4, 2, "grow()", traceback="Cell In[1], line 2\n----> 2 grow()\n\nValueError: too deep",
        last_success="20261129-1", changes=(Reason("parameter-changed", "depth", 3, 9),),
    )  # fmt: skip
    failed = ReportStep(
        make_step("train", "failed", failure=failure, seconds=1.0),
        parameters={"depth": 9},
        begin=3.0,
    )
    late = ReportStep(make_step("report", "blocked", why=(Reason("blocked", "train"),)))
    html = draw_report(
        make_report(
            LOAD,
            failed,
            late,
            status="failed",
            next=((Command("rerun", ("1",)), "once it is fixed"),),
            numbers=(KeyNumber("12 m", "high"),),
            story_from="20261129-1",
        )
    )
    said = say(html)
    order = (
        "✗ Failed train failed after 6.0 s · 1 ran, 1 failed, 1 blocked",
        "ValueError : too deep",
        "in train.ipynb, cell 4 (grow()), line 2",
        "----&gt; 2 grow()",
        "Changed since it last worked (run 20261129-1 ): parameter depth: 3 → 9; code unchanged",
        "With depth 9",
        "Did not run : report",
        "nbflow rerun 1",
        "How it was made",
        "What the last good run said From run 20261129-1 , not from this one.",
    )
    assert [said.index(one) for one in order] == sorted(said.index(one) for one in order)
    assert re.search(r'<details class="nb-step" id="train" open="">', html)


def test_a_run_that_did_not_end_says_so_and_where_it_was() -> None:
    lost = ReportStep(make_step("train", "lost", started=1.0, cells=6, cells_done=3))
    said = say(draw_report(make_report(LOAD, lost, status="lost")))
    assert "Its process ended without a word" in said
    assert "train was at work, in cell 4 of 6" in said


def test_the_graph_links_to_rows_and_its_chain_is_bold() -> None:
    html = draw_report(DONE)
    assert html.count('class="nbflow-edge nbflow-strong"') == 1
    assert html.count('href="#load"') == 3  # the graph, the rails, the contents
    assert html.count('id="load"') == 1
    assert "1,200 rows" in html


def test_of_a_large_run_the_graph_draws_what_ran_and_its_neighbours() -> None:
    names = [f"s{number:02}" for number in range(MOST + 20)]
    steps = [ReportStep(make_step(name, "reused", age=60.0)) for name in names]
    steps[50] = ReportStep(make_step("s50"), begin=0.0)
    parents = {name: [names[at - 1]] for at, name in enumerate(names) if at}
    drawn = choose_steps(make_report(*steps, parents=parents))
    assert [one.label for one in drawn] == ["+ 49 reused", "s49", "s50", "s51"]
    assert [one.parents for one in drawn] == [(), ("+0",), ("s49",), ("s50",)]


def test_a_lane_of_the_rails_is_free_again_below_the_last_child() -> None:
    steps = [
        DrawnStep("a", "a"),
        DrawnStep("b", "b"),
        DrawnStep("c", "c", ("a",)),
        DrawnStep("d", "d", ("b", "c")),
    ]
    assert [(one.lane, one.into, one.past) for one in make_rails(steps)] == [
        (0, (), ()),
        (1, (), ((0, "a"),)),
        (0, ((0, "a"),), ((1, "b"),)),
        (0, ((0, "c"), (1, "b")), ()),
    ]


def test_the_lineage_of_a_step_goes_back_to_its_files() -> None:
    files = tuple(Source("file", f"data/{name}.csv", f"hash-of-{name}") for name in ("a", "b"))
    load = replace(LOAD, sources=files)
    read = (Source("table", "load.trees", "h1", "r1"), Source("file", "c.csv", "hash-of-c"))
    train = replace(TRAIN, sources=read, lineage=("load",))
    drawn = make_lineage_graph(train, make_report(load, train))
    assert [(one.label, one.parents) for one in drawn] == [
        ("data/a.csv … b.csv", ()),
        ("load", ("files of load",)),
        ("c.csv", ()),
        ("train", ("load", "files of train")),
    ]


def test_the_run_is_in_the_page_for_programs() -> None:
    numbers = (KeyNumber("</script>", "a"),)
    html = draw_report(replace(DONE, numbers=numbers))
    found = re.search(r'<script type="application/json" id="nb-data">(.*?)</script>', html)
    assert found
    data = json.loads(found[1])
    assert data["numbers"][0]["value"] == "</script>"
    assert [one["step"] for one in data["steps"]] == ["load", "train"]
    assert data["steps"][0]["outputs"][0]["hash"] == "h1"


def test_what_was_left_out_is_said_at_the_end() -> None:
    said = say(draw_report(replace(DONE, masked=(Masked("token", 2),))))
    assert "Left out of this report: 2 access tokens." in said


def test_the_shell_of_a_page_is_small() -> None:
    assert len(draw_report(DONE)) < 60_000
    own = re.findall(r"<script>(.*?)</script>", draw_report(DONE), re.DOTALL)
    assert sum(map(len, own)) < 5_000


def test_the_same_report_is_the_same_page() -> None:
    assert draw_report(DONE) == draw_report(DONE)
