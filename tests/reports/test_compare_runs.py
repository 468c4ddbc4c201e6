"""What differs between two runs: real runs of a small pipeline."""

from __future__ import annotations

from pathlib import Path

import pytest

import nbflow
from nbflow import Pipeline, app
from nbflow.app.pages import make_page
from nbflow.errors import CallError, UnknownNameError
from nbflow.model import Reason, Request
from nbflow.present.comparison_texts import say_why
from nbflow.reports.compare_runs import compare_runs
from nbflow.reports.comparison import (
    Change,
    Choice,
    Comparison,
    DiffLine,
    NumberChange,
    StepComparison,
    ValueChange,
)
from nbflow.terminal.json_answers import make_json
from nbflow.terminal.plain import make_plain
from nbflow.workspace.pipeline_folder import PipelineFolder
from tests.notebooks import cell, markdown, write, write_pipeline

pytestmark = pytest.mark.kernel

LOAD = [
    markdown("# Load"),
    cell("import nbflow\npath = nbflow.file('trees.txt')", "inputs"),
    cell("import pandas as pd\nnbflow.write('trees', pd.DataFrame({'n': range(3)}))"),
]
GROW = [
    cell("depth: int = 2", "parameters"),
    cell("import nbflow\ntrees = nbflow.read('load.trees')", "inputs"),
    cell("if depth > 5:\n    raise ValueError('too deep')"),
    cell("trees['height'] = trees['n'] * depth\nnbflow.write('heights', trees)"),
    cell("nbflow.write('model', {'depth': depth, 'names': ['oak']})"),
]
REPORT = [
    markdown("# How deep trees are"),
    cell("title: str = 'Trees'", "parameters"),
    cell("import nbflow\nmodel = nbflow.read('grow.model')", "inputs"),
    cell("numbers = [{'label': 'depth', 'value': model['depth']}]"),
    cell("nbflow.write('findings', numbers)"),
]


@pytest.fixture(scope="module")
def trees(tmp_path_factory: pytest.TempPathFactory) -> PipelineFolder:
    folder = tmp_path_factory.mktemp("trees")
    return write_pipeline(folder, files={"trees.txt": "oak"}, load=LOAD, grow=GROW, report=REPORT)


@pytest.fixture(scope="module")
def first(trees: PipelineFolder) -> str:
    return Pipeline(trees.folder).run().id


@pytest.fixture(scope="module")
def deeper(trees: PipelineFolder, first: str) -> Comparison:
    return compare_runs(trees, first, Pipeline(trees.folder).run(depth=3).id)


@pytest.fixture(scope="module")
def edited(trees: PipelineFolder, deeper: Comparison) -> Comparison:
    """Return what differs from the first run after an edit of a cell and of a file."""
    (trees.folder / "trees.txt").write_text("oak, elm")
    higher = "trees['height'] = trees['n'] * depth + 1\nnbflow.write('heights', trees)"
    write(trees.folder / "grow.ipynb", [*GROW[:3], cell(higher), *GROW[4:]])
    return compare_runs(trees, deeper.before.id, Pipeline(trees.folder).run().id)


def find(comparison: Comparison, step: str) -> StepComparison:
    return next(one for one in comparison.steps if one.name == step)


def test_parameters_and_what_came_of_them(deeper: Comparison) -> None:
    assert deeper.parameters == (Change("depth", 2, 3, ("grow",)),)
    assert deeper.numbers == (NumberChange("depth", "2", "3"),)
    assert (deeper.title, deeper.same) == ("How deep trees are", ("load",))
    assert [one.name for one in deeper.steps] == ["grow", "report"]
    assert (deeper.files, deeper.modules, deeper.environment) == ((), (), ())


def test_tables_and_values(deeper: Comparison) -> None:
    step = find(deeper, "grow")
    assert (step.kind, step.code) == ("different", ())
    assert step.reasons == (Reason("parameter-changed", "depth", 2, 3),)
    heights, model = step.outputs
    assert heights.table is not None
    assert (heights.table.difference.changed, heights.table.difference.key) == (2, ("n",))
    assert model.values == (ValueChange("depth", "changed", 2, 3),)


def test_code_and_files(edited: Comparison) -> None:
    assert [(one.name.rpartition("/")[2], one.steps) for one in edited.files] == [
        ("trees.txt", ("load",))
    ]
    step = find(edited, "grow")
    (change,) = step.code
    assert [line for line in change.lines if line.kind != "same"] == [
        DiffLine("removed", "trees['height'] = trees['n'] * depth"),
        DiffLine("added", "trees['height'] = trees['n'] * depth + 1"),
    ]
    assert say_why(step) == "code: cell 4"


def test_a_step_that_wrote_the_same_says_so(edited: Comparison) -> None:
    step = find(edited, "load")
    assert edited.before.pins["load"] != edited.after.pins["load"]
    assert (step.outputs, step.code) == ((), ())
    assert say_why(step).endswith("trees.txt changed; what it wrote is the same")


def test_a_step_that_was_forced_to_run_again_does_not_differ(
    trees: PipelineFolder, edited: Comparison
) -> None:
    forced = Pipeline(trees.folder).run(Request(only=("load",), force=True))
    again = compare_runs(trees, edited.after.id, forced.id)
    assert "load" in again.same
    assert [(one.name, say_why(one)) for one in again.steps] == [
        ("grow", "only in the earlier run"),
        ("report", "only in the earlier run"),
    ]


def test_a_failed_step_says_how_it_ended(trees: PipelineFolder, edited: Comparison) -> None:
    failed = Pipeline(trees.folder).run(depth=9, title="Oaks").id
    comparison = compare_runs(trees, edited.before.id, failed)
    step = find(comparison, "grow")
    assert comparison.parameters == (
        Change("depth", 2, 9, ("grow",)),
        Change("title", "Trees", "Oaks", ("report",)),  # which did not begin
    )
    assert say_why(step).startswith("done → failed; ")
    page = make_plain(make_page(app.compare.compare(trees, edited.before.id, failed)))
    assert "ValueError: too deep" in page
    report = find(comparison, "report")
    assert (say_why(report), report.outputs, report.code) == ("done → blocked", (), ())


def test_one_table_by_a_key(trees: PipelineFolder, deeper: Comparison) -> None:
    runs = deeper.before.id, deeper.after.id
    (step,) = compare_runs(trees, *runs, Choice(table="grow.heights", key=("n",))).steps
    (output,) = step.outputs
    assert output.table is not None
    assert not output.table.difference.key_found
    with pytest.raises(UnknownNameError, match="'m'"):
        compare_runs(trees, *runs, Choice(table="grow.heights", key=("m",)))
    with pytest.raises(UnknownNameError, match=r"Neither run has grow\.height\. Did you mean"):
        compare_runs(trees, *runs, Choice(table="grow.height"))
    (same,) = compare_runs(trees, *runs, Choice(table="load.trees")).steps
    assert [(one.ref, one.kind) for one in same.outputs] == [("load.trees", "equal")]


def test_what_is_meant_wrong_is_said(trees: PipelineFolder, first: str) -> None:
    with pytest.raises(UnknownNameError, match=r"Did you mean grow\?"):
        compare_runs(trees, first, first, Choice(steps=("grwo",)))
    with pytest.raises(CallError, match="Name two"):
        app.compare.compare(trees, first, first)
    with pytest.raises(CallError, match=r"--table step\.name"):
        app.compare.compare(trees, first, key=("n",))


def test_programs_get_it_as_json(trees: PipelineFolder, deeper: Comparison) -> None:
    compared = app.compare.compare(trees, deeper.before.id, deeper.after.id)
    made = make_json(compared)
    assert made["before"]["id"] == deeper.before.id
    assert made["parameters"][0]["after"] == 3
    assert made["steps"][0]["text"] == "parameter depth: 2 → 3"


def test_a_terminal_shows_it_in_lines(trees: PipelineFolder, deeper: Comparison) -> None:
    page = make_plain(make_page(app.compare.compare(trees, deeper.before.id, deeper.after.id)))
    assert "parameter depth  2 → 3    grow" in page
    assert "1 step has the same result: load" in page


def test_a_page_shows_it_without_secrets_and_places(
    trees: PipelineFolder, deeper: Comparison, tmp_path: Path
) -> None:
    compared = app.compare.compare(trees, deeper.before.id, deeper.after.id)
    told = app.compare.write_page(compared, f"{tmp_path}/page.html")
    page = Path(told.facts["path"]).read_text()
    assert "<h1>How deep trees are</h1>" in page
    assert "2 of 3 steps differ · depth 2 → 3" in page
    assert "<small>was 2</small>" in page
    assert "Content-Security-Policy" in page
    assert str(trees.project.root) not in page
    again = app.compare.write_page(compared, f"{tmp_path}/again.html")
    assert Path(again.facts["path"]).read_text() == page


def test_python_shows_it_in_a_notebook(trees: PipelineFolder, deeper: Comparison) -> None:
    shown = nbflow.compare(deeper.before.id, deeper.after.id, folder=trees.folder)
    assert shown.facts.parameters == deeper.parameters
    assert repr(shown).endswith("grow, report>")
    assert "depth" in shown._repr_html_()
