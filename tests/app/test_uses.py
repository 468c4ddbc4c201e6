"""What a user can do is done from Python, without a command line or a notebook around it."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from nbflow import app
from nbflow.errors import ParameterError, PipelineError, UnknownNameError
from nbflow.model import Request
from nbflow.workspace.pipeline_folder import PipelineFolder
from tests.cli.runs import make_run
from tests.notebooks import cell, write_pipeline

FACES = {"click", "rich", "ipywidgets", "IPython", "anywidget"}
LOAD = [
    cell("n: int = 1\nratio: float = 0.5", "parameters"),
    cell('import nbflow\nnbflow.write("t", [n])'),
]
ADD = [cell("n: float = 1.0", "parameters"), cell('import nbflow\nnbflow.read("load.t")', "inputs")]
USES = """
import sys
from nbflow import app
from nbflow.model import Request
project, scan = app.pipelines.read_pipeline({folder!r})
request = app.requests.make_request(project, scan, Request(), {{"n": 2}})
print(len(app.steps.list_steps({folder!r}).scan.steps))
print(*[planned.action for planned in app.plan.plan(project, scan, request).plan.steps.values()])
print([one.severity for one in app.check.check(project, scan).scan.problems])
print(app.check.check_results(project).failed)
print([run.id for run in app.runs.list_runs(project).runs])
print(app.show.show(project, "load").step.status)
print(app.sql.query(project, "select 1 as one").relation.fetchall())
print(len(app.clean.remove(app.clean.find(project, 0)).removable))
print(app.new.make_step(project, "fresh").facts["step"])
print(app.tag.tag_cell({notebook!r}, 1, "inputs").facts["tags"])
print(app.trust.list_trusted().failed)
print(sorted({faces!r} & {{*sys.modules}}))
"""


@pytest.fixture
def made(tmp_path: Path) -> PipelineFolder:
    return write_pipeline(tmp_path, load=LOAD, add=ADD)


def test_no_use_loads_a_face(made: PipelineFolder) -> None:
    make_run(made, "20261101-000000-000000", {"load": {"t": [1]}})
    notebook = str(made.folder / "load.ipynb")
    code = USES.format(folder=str(made.folder), notebook=notebook, faces=FACES)
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.stderr == ""
    assert done.stdout.splitlines() == [
        "2",
        "run run",
        "['warning']",
        "False",
        "['20261101-000000-000000']",
        "done",
        "[(1,)]",
        "1",
        "fresh",
        "['parameters', 'inputs']",
        "False",
        "[]",
    ]


def show(forms: dict[str, object]) -> str:
    return repr(sorted(forms.items()))


@pytest.mark.parametrize(
    ("values", "texts", "forms"),
    [
        ({"n": np.int64(2)}, {}, {"load.n": 2, "add.n": 2.0}),
        ({}, {"n": "2"}, {"load.n": 2, "add.n": 2.0}),
        ({"n": 3, "load.n": 2}, {}, {"add.n": 3.0, "load.n": 2}),
        ({"n": 3}, {"load.n": "2"}, {"add.n": 3.0, "load.n": 2}),
        ({"ratio": float("inf")}, {}, {"ratio": "inf"}),
        ({"ratio": 0.1}, {"ratio": "0.2"}, {"ratio": 0.2}),
    ],
)
def test_values_are_converted_once_as_the_steps_declare_them(
    made: PipelineFolder, values: dict[str, object], texts: dict[str, str], forms: dict[str, object]
) -> None:
    _, scan = app.pipelines.read_pipeline(made.folder)
    request = app.requests.make_request(made, scan, Request(), values, texts)
    assert show(request.parameters) == show(forms)
    again = app.requests.make_request(made, scan, Request(), request.parameters)
    assert show(again.parameters) == show(forms)


def test_what_is_wrong_is_raised_where_a_request_is_made(made: PipelineFolder) -> None:
    _, scan = app.pipelines.read_pipeline(made.folder)
    with pytest.raises(ParameterError, match="'month'"):
        app.requests.make_request(made, scan, Request(), {"month": 2})
    with pytest.raises(UnknownNameError, match="laod"):
        app.requests.make_request(made, scan, Request(to=("laod",)), {})
    (made.folder / "bad.ipynb").write_text("{")
    _, scan = app.pipelines.read_pipeline(made.folder)
    with pytest.raises(PipelineError) as error:
        app.requests.make_request(made, scan, Request(), {"month": 2})
    assert [one.place.notebook for one in error.value.problems if one.place] == [
        made.project.relative(made.folder / "bad.ipynb")
    ]
