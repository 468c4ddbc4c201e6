"""The graph widget's Python half."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from nbflow import Pipeline
from nbflow.panel import Graph, make_nodes
from tests.notebooks import cell, write_pipeline

NODES = [{"id": "load", "label": "load"}, {"id": "report", "label": "report"}]
EDGES = [["load", "report"]]


def test_a_pipeline_becomes_nodes_and_edges_also_from_its_steps(tmp_path: Path):
    read = cell("import nbflow\nsales = nbflow.read('load.sales')", "inputs")
    write = [cell("rows = 3", "parameters"), cell("import nbflow\nnbflow.write('sales', rows)")]
    pipeline = Pipeline(write_pipeline(tmp_path, load=write, report=[read]).folder)
    nodes, edges = make_nodes(pipeline)
    assert ([node["id"] for node in nodes], edges) == (["load", "report"], EDGES)
    assert make_nodes(pipeline.steps) == (nodes, edges)
    assert Graph(nodes=nodes, edges=edges).nodes == nodes


def test_front_ends_without_widgets_show_the_drawing_or_a_line_for_each_step():
    states = {"load": {"status": "running", "text": "cell 2 of 4", "fraction": 0.25}}
    graph = Graph(nodes=NODES, edges=EDGES, states=states)
    data, _ = graph._repr_mimebundle_()
    assert data["text/plain"] == "load · running · cell 2 of 4\nreport"
    assert data["text/html"].count('class="nbflow-edge"') == 1
    assert "application/vnd.jupyter.widget-view+json" in data


def test_the_script_is_in_the_package_and_asks_for_nothing_else():
    script = (Path(__file__).parents[2] / "nbflow/panel/static/graph.js").read_text()
    assert "import(" not in script
    assert "fetch(" not in script
    assert script.count("http") == 1  # SVG's namespace


def test_the_package_loads_no_ipywidgets_before_a_widget_is_made():
    code = "import sys, nbflow.panel; print('ipywidgets' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "False\n"
