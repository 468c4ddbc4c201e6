"""What a saved notebook says of a run: what was true when it was drawn, and stays so."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

from nbflow.base.locks import hold
from nbflow.model import Request
from nbflow.panel.panel import Panel
from nbflow.runs.folder import RunFolder, find_folder
from nbflow.runs.history import find_run
from nbflow.runs.request_file import write_request
from nbflow.workspace.pipeline_folder import PipelineFolder
from tests.cli.runs import make_run
from tests.notebooks import cell, write_pipeline
from tests.panel.test_panel import wait

LOAD = [
    cell("seconds: float = 6.0  # how long\nrows: int = 3", "parameters"),
    cell("import nbflow\nnbflow.write('sales', rows)"),
]
REPORT = [cell("import nbflow\nsales = nbflow.read('load.sales')", "inputs")]


@pytest.fixture
def made(tmp_path: Path) -> PipelineFolder:
    return write_pipeline(tmp_path, load=LOAD, report=REPORT)


def draw(made: PipelineFolder, **values: Any) -> str:
    """Return the text of a panel whose form has these values."""
    panel = Panel(made, request=Request(parameters=values))
    try:
        wait(lambda: panel.page.tail is not None or not made.runs.is_dir())
        return re.sub(r"<[^>]*>", " ", re.sub("<style>.*?</style>", "", panel.draw_saved()))
    finally:
        panel.close()


def leave_run(made: PipelineFolder, *, ended: bool = True, **parameters: Any) -> None:
    folder = make_run(made, "20260101-000000-000000", {"load": {"sales": 1}}, ended=ended)
    write_request(RunFolder(folder), Request(parameters=parameters))


def test_the_values_are_those_of_the_run_and_not_of_the_form(made: PipelineFolder) -> None:
    leave_run(made, seconds=0.5)
    text = draw(made, seconds=8.0)
    assert "✓ done" in " ".join(text.split())
    row = re.search(r"seconds\s+(\S+)\s+(\S+)\s+how long", text)
    assert row
    assert row.groups() == ("0.5", "6.0")  # in this run, by default
    assert re.search(r"rows\s+default\s+3", text)


def test_a_step_that_was_no_part_of_the_run_has_no_state_of_it(made: PipelineFolder) -> None:
    leave_run(made)
    text = " ".join(draw(made).split())
    assert "report not in this run" in text
    assert "waiting" not in text


def test_no_state_is_told_of_a_run_that_goes_on(made: PipelineFolder) -> None:
    leave_run(made, ended=False)
    with hold(find_folder(made, find_run(made).id).lock):
        text = " ".join(draw(made).split())
    assert "was going on when this was drawn" in text
    assert not re.search("running|waiting|done", text)
    assert find_run(made).id in text


def test_without_a_run_there_are_defaults(made: PipelineFolder) -> None:
    text = " ".join(draw(made, seconds=8.0).split())
    assert "not run yet" in text
    assert "seconds 6.0 how long" in text
