"""The graph in static HTML."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from pathlib import Path

import pytest

from nbflow import Pipeline
from nbflow.model import STATES, Failure, Planned, Reason
from nbflow.present.html.graph import _read_looks, draw_graph
from nbflow.present.html.style import draw_style
from nbflow.present.nodes import make_nodes, make_planned_states, make_run_states
from nbflow.runs.fold import StepRun
from tests.notebooks import cell, write_pipeline

NOW = 1_764_500_000.0
SVG = "{http://www.w3.org/2000/svg}"


def make_pipeline(tmp_path: Path) -> Pipeline:
    read = "import nbflow\nsales = nbflow.read('load.sales')"
    made = write_pipeline(
        tmp_path,
        load=[cell("rows = 3", "parameters"), cell("import nbflow\nnbflow.write('sales', rows)")],
        report=[cell(read, "inputs")],
    )
    return Pipeline(made.folder)


def read_svg(html: str) -> ET.Element:
    return ET.fromstring(html).find(f"{SVG}svg")


def read_texts(html: str) -> list[str]:
    return ["".join(one.itertext()) for one in read_svg(html).iter(f"{SVG}text")]


def test_a_pipeline_is_drawn_with_its_states_and_without_scripts_or_addresses(tmp_path):
    states = {"load": {"status": "running", "text": "half", "fraction": 0.5}}
    html = draw_graph(make_pipeline(tmp_path).steps, states)
    assert read_texts(html) == ["load", "running · half", "report", ""]
    bar, done = (one for one in read_svg(html).iter(f"{SVG}rect") if one.get("height") == "3")
    assert float(done.get("width")) == float(bar.get("width")) / 2
    assert len(list(read_svg(html).iter(f"{SVG}path"))) == 1 + 1 + 1  # an edge, two symbols
    assert "<script" not in html
    assert "url(" not in html
    assert html.count("http") == 1  # SVG's namespace


def test_nodes_say_what_a_step_takes_and_gives(tmp_path):
    nodes, edges = make_nodes(make_pipeline(tmp_path).steps)
    assert nodes == [
        {"id": "load", "label": "load", "title": "notebooks/load.ipynb\nparameters: rows\nwrites: sales"},
        {"id": "report", "label": "report", "title": "notebooks/report.ipynb\nreads: load.sales"},
    ]  # fmt: skip
    assert edges == [["load", "report"]]


def test_what_a_notebook_says_is_text_not_markup():
    nodes = [{"id": "a", "label": "<b>&", "title": "</title><script>"}]
    html = draw_graph((nodes, []), {"a": {"status": "failed", "text": "<i>'\""}})
    assert read_texts(html) == ["<b>&", "failed · <i>'\""]
    assert "<script" not in html


def test_a_name_that_is_too_long_is_cut_and_stands_whole_in_the_tooltip():
    name = "a_step_with_a_name_that_is_much_longer_than_its_card"
    html = draw_graph(([{"id": name, "label": name}], []))
    assert read_texts(html)[0] == "a_step_with_a_na…r_than_its_card"  # names differ at their ends
    assert next(read_svg(html).iter(f"{SVG}title")).text == name


def test_every_status_has_the_glyph_that_the_terminal_shows():
    looks = {name: (look["glyph"], look["tone"]) for name, look in _read_looks().items() if name}
    of_runs = {"later", "unreadable"}  # no step's
    assert looks == {n: (one.glyph, one.tone) for n, one in STATES.items() if n not in of_runs}
    style = draw_style("graph")
    assert all(f"--nbflow-{look['tone']}:" in style for look in _read_looks().values())
    page = draw_style("page")
    assert all(f".nb-{one.tone}" in page for one in STATES.values() if one.tone != "grey")


def test_a_plan_gives_actions_and_reasons():
    planned = {
        "a": Planned("a", "run", (Reason("no-result"), Reason("forced"))),
        "b": Planned("b", "reuse"),
    }
    assert make_planned_states(planned) == {
        "a": {"status": "run", "text": "no result yet"},
        "b": {"status": "reuse", "text": ""},
    }


@pytest.mark.parametrize(
    ("step", "state"),
    [
        (StepRun("a"), {"status": "waiting", "text": ""}),
        (
            StepRun("a", "running", cells=4, cells_done=1),
            {"status": "running", "text": "cell 2 of 4", "fraction": 0.25},
        ),
        (
            StepRun("a", "running", cells=4, cells_done=4),
            {"status": "running", "text": "finishing", "fraction": 1.0},
        ),
        (
            StepRun("a", "running", cells=4, cells_done=1, fraction=0.5, text="joining"),
            {"status": "running", "text": "50% joining", "fraction": 0.5},
        ),
        (StepRun("a", "done", seconds=2.04), {"status": "done", "text": "2.0 s"}),
        (StepRun("a", "done", seconds=75), {"status": "done", "text": "1 min 15 s"}),
        (StepRun("a", "reused", age=60, made=NOW - 7200), {"status": "reused", "text": "2 h old"}),
        (
            StepRun("a", "blocked", why=(Reason("blocked", "b"),)),
            {"status": "blocked", "text": "b failed"},
        ),
        (
            StepRun("a", "failed", seconds=3, failure=Failure("error", "KeyError", "'x'")),
            {"status": "failed", "text": "KeyError: 'x'"},
        ),
    ],
)
def test_a_run_gives_states_with_what_matters_next(step: StepRun, state: dict[str, object]):
    assert make_run_states({"a": step}, NOW) == {"a": state}
