"""The example notebooks are committed clean, and form the pipeline that their README draws."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import nbformat
import pytest

from nbflow.analysis.contract.scan import read_folder
from nbflow.analysis.discover.folder import OPENED
from nbflow.present.problems import say_what
from nbflow.workspace.pipeline_folder import find_pipeline

FOLDER = Path(__file__).parent.parent / "notebooks"
NOTEBOOKS = sorted(FOLDER.glob("*.ipynb"))
TOUR = "00_tour.ipynb"

INPUTS = {
    "load_flights": [],
    "load_weather": [],
    "load_reference": [],
    "clean_flights": ["load_flights.flights", "load_reference.airports"],
    "route_delays": [
        "clean_flights.flights",
        "load_reference.airlines",
        "load_reference.airports",
    ],
    "features": ["clean_flights.flights", "load_reference.planes", "load_weather.hourly"],
    "train_model": ["features.departures"],
    "predict": ["features.departures", "train_model.model", "train_model.split"],
    "report": [
        "predict.forecasts",
        "predict.outcome",
        "route_delays.by_carrier",
        "route_delays.by_hour",
        "route_delays.by_route",
        "train_model.calibration",
        "train_model.scores",
        "train_model.split",
    ],
}

each_notebook = pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)


def cells(path: Path, kind: str = "code") -> list[dict[str, Any]]:
    notebook = json.loads(path.read_text(encoding="utf-8"))
    return [cell for cell in notebook["cells"] if cell["cell_type"] == kind]


def text(cell: dict[str, Any]) -> str:
    return "".join(cell["source"])


@each_notebook
def test_is_valid_notebook_format_4_5(path):
    notebook = json.loads(path.read_text(encoding="utf-8"))
    nbformat.validate(notebook)
    assert (notebook["nbformat"], notebook["nbformat_minor"]) == (4, 5)


@each_notebook
def test_is_written_as_jupyter_writes_it(path):
    written = path.read_text(encoding="utf-8")
    notebook = json.loads(written)
    assert written == json.dumps(notebook, indent=1, ensure_ascii=False, sort_keys=True) + "\n"


@each_notebook
def test_cell_ids_are_unique_and_tell_the_notebook(path):
    notebook = json.loads(path.read_text(encoding="utf-8"))
    ids = [cell["id"] for cell in notebook["cells"]]
    stem = re.sub(r"^\d+_", "", path.stem).replace("_", "-")
    assert len(set(ids)) == len(ids)
    assert [id_ for id_ in ids if not id_.startswith(f"{stem}-")] == []


@each_notebook
def test_has_no_outputs_and_no_counts(path):
    left = [(cell["outputs"], cell["execution_count"]) for cell in cells(path)]
    assert left == [([], None)] * len(left)


@each_notebook
def test_has_the_kernel_everyone_has(path):
    metadata = json.loads(path.read_text(encoding="utf-8"))["metadata"]
    assert metadata["kernelspec"]["name"] == "python3"


@each_notebook
def test_opens_with_a_title(path):
    first = cells(path, "markdown")[0]
    assert re.match(r"# \S.*\n\n\S", text(first))


@each_notebook
def test_names_no_place_on_the_authors_machine(path):
    assert not re.search(r"/(home|Users|tmp|work|root|mnt)/|[A-Z]:\\", path.read_text("utf-8"))


def test_the_pipeline_is_the_one_the_readme_draws():
    scan = read_folder(find_pipeline(FOLDER))
    assert [say_what(problem) for problem in scan.problems] == []
    read = {name: sorted(source.ref for source in step.inputs) for name, step in scan.steps.items()}
    assert read == INPUTS
    skipped = [Path(one.path).name for one in scan.skipped]
    assert [name for name in skipped if name != OPENED] == [TOUR]  # a user may have opened one


def test_every_table_that_is_read_by_hand_is_written():
    written = {
        f"{name}.{write.name}"
        for name, step in read_folder(find_pipeline(FOLDER)).steps.items()
        for write in step.writes
    }
    source = "\n".join(text(cell) for cell in cells(FOLDER / TOUR))
    read = set(re.findall(r"read\(\s*\"(\w+\.\w+)\"", source))
    read |= set(re.findall(r"from (\w+\.\w+)", source))
    assert read
    assert read <= written


def test_every_parameter_says_what_it_is():
    scan = read_folder(find_pipeline(FOLDER))
    parameters = [parameter for step in scan.steps.values() for parameter in step.parameters]
    assert {parameter.name: str(parameter.type) for parameter in parameters} == {
        "months": "list[int]",
        "min_flights": "int",
        "late_after": "int",
        "lead_hours": "int",
        "holdout": "int",
        "rounds": "int",
        "watched_share": "float",
    }
    assert [parameter.name for parameter in parameters if not parameter.help] == []
