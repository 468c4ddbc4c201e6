"""What a report says of runs of each kind: real runs of a small pipeline."""

from __future__ import annotations

import os
import signal
import time

import pytest

from nbflow import Pipeline
from nbflow.errors import UnknownNameError
from nbflow.model import Command, Reason, Request
from nbflow.model.events import OutputPrinted
from nbflow.reports.facts import KeyNumber, Options, Report, ReportStep, Setting
from nbflow.reports.gather import make_report
from nbflow.runs.cancel import cancel
from nbflow.runs.follow import follow, follow_lines
from nbflow.runs.history import read_run
from nbflow.storage.results.store import open_store
from nbflow.workspace.pipeline_folder import PipelineFolder
from tests.notebooks import cell, markdown, notebook, write, write_pipeline

pytestmark = pytest.mark.kernel

LOAD = [
    markdown("# Load the trees"),
    cell("count: int = 3", "parameters"),
    cell("import nbflow\npath = nbflow.file('trees.txt')", "inputs"),
    cell("import pandas as pd\nnbflow.write('trees', pd.DataFrame({'n': range(count)}))"),
]
GROW = [
    markdown("# Grow"),
    cell("depth: int = 2\nseconds: int = 0", "parameters"),
    cell("import nbflow\ntrees = nbflow.read('load.trees')", "inputs"),
    cell("print('growing', flush=True)\nimport time; time.sleep(seconds)"),
    cell(
        "if depth > 5:\n    raise ValueError('too deep')\nnbflow.write('model', {'depth': depth})"
    ),
]
REPORT = [
    markdown("# How deep trees are"),
    cell("import nbflow\nmodel = nbflow.read('grow.model')", "inputs"),
    cell("number = {'label': 'depth', 'value': model['depth'], 'against': '5 at most'}"),
    cell("nbflow.write('findings', [number])"),
    {**markdown("They are **deep**."), "metadata": {"tags": ["report"]}},
    cell("model", "report"),
]


@pytest.fixture(scope="module")
def trees(tmp_path_factory: pytest.TempPathFactory) -> PipelineFolder:
    described = notebook(*LOAD, metadata={"nbflow": {"description": "Counts trees"}})
    files = {"trees.txt": "oak"}
    folder = tmp_path_factory.mktemp("trees")
    return write_pipeline(folder, files=files, load=described, grow=GROW, report=REPORT)


@pytest.fixture(scope="module")
def good(trees: PipelineFolder) -> str:
    return Pipeline(trees.folder).run().id


@pytest.fixture(scope="module")
def failed(trees: PipelineFolder, good: str) -> str:
    assert good  # a success comes first
    return Pipeline(trees.folder).run(depth=9).id


def find(report: Report, step: str) -> ReportStep:
    return next(one for one in report.steps if one.state.name == step)


def test_a_report_says_what_came_out(trees: PipelineFolder, good: str) -> None:
    report = make_report(trees, good)
    assert report.title == "How deep trees are"
    assert report.numbers == (KeyNumber("2", "depth", "5 at most"),)
    (story,) = report.story
    assert (story.step, story.path, report.story_from) == ("report", "notebooks/report.ipynb", "")
    told, shown = story.cells
    assert (told.number, told.source) == (5, "They are **deep**.")
    assert (shown.number, shown.tags) == (6, ("report", "remove-input"))
    assert shown.outputs[0]["data"]["text/plain"] == "{'depth': 2}"


def test_a_report_says_how_it_came_about(trees: PipelineFolder, good: str) -> None:
    report = make_report(trees, good)
    assert report.chain == ("load", "grow", "report")
    assert Setting("depth", 2, 2, differs=False, steps=("grow",)) in report.settings
    assert [one.state.name for one in report.steps] == ["load", "grow", "report"]
    load, grow, told = report.steps
    assert (load.description, grow.description) == ("Counts trees", "Grow")
    assert [(one.kind, one.name) for one in load.sources] == [("file", "notebooks/trees.txt")]
    assert [(one.name, one.result) for one in grow.sources] == [("load.trees", load.state.result)]
    assert (told.lineage, told.decides) == (("load", "grow"), True)
    assert report.environment["language"] == "python"
    assert 0 <= load.begin < grow.begin < told.begin < report.run.seconds


def test_the_same_run_gives_the_same_report(trees: PipelineFolder, good: str, failed: str) -> None:
    assert make_report(trees, good) == make_report(trees, good)
    assert make_report(trees, failed) == make_report(trees, failed)


def test_a_failed_run_shows_the_cell_and_what_it_read(trees: PipelineFolder, failed: str) -> None:
    report = make_report(trees, failed)
    grow = find(report, "grow")
    (cell,) = [one for one in grow.cells if one.failed]
    assert (cell.number, cell.line) == (5, 2)
    assert cell.outputs[0]["ename"] == "ValueError"
    assert [one.name for one in grow.sources] == ["load.trees"]
    assert grow.parameters == {"depth": 9, "seconds": 0}
    assert grow.state.failure.changes == (Reason("parameter-changed", "depth", 2, 9),)
    assert Setting("depth", 9, 2, differs=True, steps=("grow",)) in report.settings
    assert Command("rerun", (failed, "")) in [command for command, _ in report.next]


def test_a_failed_run_tells_the_story_of_the_last_good_one(
    trees: PipelineFolder, good: str, failed: str
) -> None:
    report = make_report(trees, failed)
    assert (report.title, report.story_from) == ("How deep trees are", good)
    assert (report.story, report.numbers) == (
        make_report(trees, good).story,
        make_report(trees, good).numbers,
    )
    assert find(report, "report").state.status == "blocked"
    assert find(report, "report").cells[4].source == "They are **deep**."


def test_reused_steps_come_first_and_say_who_made_them(
    trees: PipelineFolder, good: str, failed: str
) -> None:
    load = make_report(trees, failed).steps[0]
    assert (load.state.name, load.state.status, load.made_by) == ("load", "reused", good)
    assert (load.begin, load.cells) == (None, find(make_report(trees, good), "load").cells)


@pytest.mark.usefixtures("good")
def test_a_partial_run_is_reported_alone(trees: PipelineFolder) -> None:
    run = Pipeline(trees.folder).run(Request(only=("grow",)), depth=3)
    report = make_report(trees, run.id)
    assert (report.title, report.story_from) == ("Grow", "")
    (grow,), (load,) = report.steps, report.outside
    assert (grow.state.name, grow.lineage, load.state.name) == ("grow", ("load",), "load")
    assert [one.result for one in grow.sources] == [load.state.result]
    assert [one.name for one in load.sources] == ["notebooks/trees.txt"]


def test_steps_and_code_can_be_left_out(trees: PipelineFolder, good: str) -> None:
    report = make_report(trees, good, Options(title="Trees", steps=("grow",), code=False))
    assert (report.title, [one.state.name for one in report.steps]) == ("Trees", ["grow"])
    assert {one.source for one in report.steps[0].cells if one.kind == "code"} == {""}
    (story,) = make_report(trees, good, Options(code=False)).story
    assert [one.source for one in story.cells] == ["They are **deep**.", ""]
    with pytest.raises(UnknownNameError, match=r"Did you mean grow\?"):
        make_report(trees, good, Options(steps=("grwo",)))


@pytest.mark.usefixtures("good")
def test_an_unknown_run_is_an_error(trees: PipelineFolder) -> None:
    with pytest.raises(UnknownNameError, match="no run 20991231"):
        make_report(trees, "20991231-000000-000000")


def test_a_cancelled_run_shows_how_far_it_came(trees: PipelineFolder, good: str) -> None:
    run_id = start_and_wait(trees)
    cancel(trees, read_run(trees, run_id))
    for _ in follow(trees, run_id):
        pass
    report = make_report(trees, run_id)
    assert (report.run.status, report.story_from) == ("cancelled", good)
    assert find(report, "grow").cells[3].outputs[0]["text"] == "growing\n"


def test_a_running_and_a_lost_run_show_what_has_come(trees: PipelineFolder, good: str) -> None:
    run_id = start_and_wait(trees)
    running = make_report(trees, run_id)
    assert (running.run.status, find(running, "grow").state.status) == ("running", "running")
    os.kill(read_run(trees, run_id).pid, signal.SIGKILL)
    for _ in follow(trees, run_id):
        pass
    lost = make_report(trees, run_id)
    assert (lost.run.status, find(lost, "grow").state.status) == ("lost", "lost")
    assert find(lost, "grow").cells == find(running, "grow").cells
    assert find(lost, "grow").cells[3].outputs[0]["text"] == "growing\n"
    assert (lost.story_from, find(lost, "report").state.status) == (good, "waiting")


@pytest.mark.usefixtures("good")
def test_what_was_removed_is_missed(trees: PipelineFolder) -> None:
    run = Pipeline(trees.folder).run(count=7)
    before = make_report(trees, run.id)
    open_store(trees.home).remove("load", run.steps["load"].result)
    load = find(make_report(trees, run.id), "load")
    assert [one.code for one in load.problems] == ["removed-result"]
    assert [(one.output.name, one.problem) for one in load.outputs] == [("trees", *load.problems)]
    assert load.cells == find(before, "load").cells  # the run has its notebook still
    assert load.state == find(before, "load").state


def test_a_text_that_was_rewritten_is_told_of_a_reused_result(trees: PipelineFolder) -> None:
    path = trees.folder / "report.ipynb"
    Pipeline(trees.folder).run(depth=4)
    rewritten = [*REPORT[:4], {**REPORT[4], "source": "They are _deep_."}, *REPORT[4:]]
    write(path, rewritten)
    run = Pipeline(trees.folder).run(depth=4)
    assert run.steps["report"].status == "reused"
    (story,) = make_report(trees, run.id).story
    assert [one.source for one in story.cells] == [
        "They are _deep_.",
        "They are **deep**.",
        "model",
    ]
    assert story.cells[2].outputs[0]["data"]["text/plain"] == "{'depth': 4}"
    os.utime(path, (time.time() + 10, time.time() + 10))  # it is another one now
    (story,) = make_report(trees, run.id).story
    assert [one.source for one in story.cells] == ["They are **deep**.", "model"]
    write(path, REPORT)


def start_and_wait(trees: PipelineFolder) -> str:
    """Start a run and return it when its step `grow` prints."""
    run_id = Pipeline(trees.folder).start(seconds=60)
    for _, lines in follow_lines(trees, run_id):
        if any(isinstance(line.event, OutputPrinted) for line in lines):
            return run_id
    raise AssertionError(read_run(trees, run_id))
