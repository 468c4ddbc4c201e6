"""Older runs: what was removed of them, which of them has a table or a step, how they are found."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pandas as pd
import pytest
from msgspec.structs import replace

from nbflow.analysis.contract.scan import read_folder
from nbflow.errors import ParameterError, RemovedError
from nbflow.model import Request
from nbflow.planning import make_plan
from nbflow.runs import cleaning as clean
from nbflow.runs.history import find_run, read_run
from nbflow.storage.results import removals
from nbflow.storage.results.damage import write_note
from nbflow.workspace.pipeline_folder import PipelineFolder
from nbflow.workspace.settings import Settings
from tests.cli.runs import make_run, nbflow
from tests.notebooks import cell, write_pipeline

IDS = [f"2026110{day}-000000-aaaa" for day in range(1, 4)]
FRAME = pd.DataFrame({"n": [1, 2]})
GONE = (
    rf"What load made in run {IDS[0]} was removed by keep = 2 on \d{{4}}-\d\d-\d\d \d\d:\d\d\. "
    rf"`nbflow rerun {IDS[0]}` makes it again\."
)

pytestmark = pytest.mark.usefixtures("pipeline")


@pytest.fixture
def pipeline(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> PipelineFolder:
    monkeypatch.chdir(tmp_path)
    made = write_pipeline(tmp_path, load=[cell("a = 1", "parameters")])
    for run_id in IDS:
        make_run(made, run_id, {"load": {"t": FRAME}})
    return made


@pytest.fixture
def pruned(pipeline: PipelineFolder) -> PipelineFolder:
    """The same where `keep` has removed what the first run made."""
    clean.prune(
        replace(pipeline, project=replace(pipeline.project, settings=Settings(keep=2))),
        read_run(pipeline, IDS[2]),
    )
    (pipeline.runs / IDS[0] / "tasks" / "load" / "1" / "executed.ipynb").unlink()
    return pipeline


@pytest.mark.parametrize(
    "words", [("sql", "--run", IDS[0], "from load.t"), ("open", IDS[0], "load")]
)
def test_what_keep_removed_is_told_as_removed(
    pruned: PipelineFolder, words: tuple[str, ...]
) -> None:
    result = nbflow(*words, "-C", str(pruned.folder))
    assert result.exit_code != 0
    assert re.search(GONE, result.stderr)


def test_python_and_show_say_so_too(pruned: PipelineFolder) -> None:
    run = find_run(pruned, IDS[0])
    with pytest.raises(RemovedError, match=GONE):
        run.read("load.t")
    shown = nbflow("show", IDS[0], "load").output
    assert re.search(GONE, shown.replace("\n", " "))
    assert "kept in" not in shown
    assert find_run(pruned, IDS[1]).read("load.t")["n"].tolist() == [1, 2]


def test_what_clean_removed_names_clean_and_what_nobody_noted_is_gone(
    pipeline: PipelineFolder,
) -> None:
    assert nbflow("clean", "--keep", "1", "--yes").exit_code == 0
    with pytest.raises(RemovedError, match=r"was removed by `nbflow clean` on "):
        find_run(pipeline, IDS[0]).find_folder("load")
    (pipeline.home / removals.FILE).unlink()
    with pytest.raises(RemovedError, match=rf"made in run {IDS[0]} is gone\. `nbflow rerun "):
        find_run(pipeline, IDS[0]).find_folder("load")


def test_what_was_set_aside_is_told_as_damaged(pipeline: PipelineFolder) -> None:
    folder = pipeline.home / "results" / "load" / IDS[0]
    write_note(folder, "arrow/t.arrows", "it has 3 bytes")
    folder.rename(pipeline.home / "aside")
    said = rf"run {IDS[0]} was damaged \(arrow/t.arrows: it has 3 bytes\) and set aside. `nbflow "
    with pytest.raises(RemovedError, match=said):
        find_run(pipeline, IDS[0]).find_folder("load")


def test_the_notes_of_what_was_removed_stay_small(tmp_path: Path) -> None:
    for number in range(12):
        ids = [(f"step{number}", f"2026-{one:06}") for one in range(2000)]
        removals.note_removed(tmp_path, ids, "keep = 5")
    assert (tmp_path / removals.FILE).stat().st_size < 2 << 20
    assert removals.find_removed(tmp_path, "step11", "2026-001999") is not None
    assert removals.find_removed(tmp_path, "step0", "2026-000000") is None
    assert removals.find_removed(tmp_path, "step1", "2026-001999-and-more") is None


def test_damaged_notes_are_passed_over(tmp_path: Path) -> None:
    (tmp_path / removals.FILE).write_bytes(b"\xff r1\n[" + b"[" * 100_000 + b"r1\n{} r1\n")
    removals.note_removed(tmp_path, [("load", "r1")], "keep = 5")
    with (tmp_path / removals.FILE).open("ab") as file:
        file.write(b'{"step": "load", "result": "r1"')
    found = removals.find_removed(tmp_path, "load", "r1")
    assert found is not None
    assert found.by == "keep = 5"


def test_sql_names_the_newest_run_that_has_the_table(pipeline: PipelineFolder) -> None:
    make_run(pipeline, "20261104-000000-aaaa", {"other": {"u": FRAME}})
    said = nbflow("sql", "from load.t", "-C", "notebooks").stderr
    assert "Run 20261104-000000-aaaa has no table load.t." in said
    assert f"Run {IDS[2]} has it: nbflow sql --run {IDS[2]} 'from load.t'" in said
    assert "has it" not in nbflow("sql", "from load.nowhere", "-C", "notebooks").stderr


def test_a_step_is_looked_for_in_the_newest_run_that_has_it(pipeline: PipelineFolder) -> None:
    make_run(pipeline, "20261104-000000-aaaa", {"other": {"u": FRAME}})
    told = json.loads(nbflow("open", "load", "--json").output)
    assert (told["run"], told["step"]) == (IDS[2], "load")
    assert nbflow("show", "load").output.startswith(f"load in run {IDS[2]}: ✓ done")
    assert "has no step 'nowhere'" in nbflow("open", "nowhere").stderr


def test_hints_for_an_older_run_name_it(pipeline: PipelineFolder) -> None:
    assert f"nbflow open {IDS[0]} load" in nbflow("show", IDS[0]).output
    last = nbflow("show").output
    assert "nbflow open load" in last
    make_run(pipeline, "20261104-000000-aaaa", {}, failed={"load": {}})
    make_run(pipeline, "20261105-000000-aaaa", {"load": {"t": FRAME}})
    shown = nbflow("show", "20261104").output
    assert "nbflow open 20261104-000000-aaaa load" in shown
    assert "nbflow rerun 20261104-000000-aaaa" in shown


@pytest.mark.parametrize(
    ("name", "why"),
    [
        ("last", "newest"),
        ("latest", "newest"),
        (IDS[0], "id"),
        ("20990101-000000-000aaa", "id"),
        ("--to", "option"),
        (" a", "blank"),
        ("a\nb", "blank"),
        ("\x1b[31m", "blank"),
    ],
)
def test_a_name_by_which_no_run_could_be_found_is_refused(
    pipeline: PipelineFolder, name: str, why: str
) -> None:
    with pytest.raises(ParameterError) as error:
        make_plan(pipeline, read_folder(pipeline), Request(name=name))
    (problem,) = error.value.problems
    assert (problem.code, problem.facts) == ("unusable-run-name", {"name": name, "why": why})


@pytest.mark.parametrize("name", ["20261101", "2026", "../x", "Ä b", "nightly"])
def test_any_other_name_finds_its_run(pipeline: PipelineFolder, name: str) -> None:
    make_plan(pipeline, read_folder(pipeline), Request(name=name))
    make_run(pipeline, "20261104-000000-aaaa", {}, name=name)
    make_run(pipeline, "20261105-000000-aaaa", {}, name=name)
    make_run(pipeline, "20261106-000000-aaaa", {})
    assert find_run(pipeline, name).id == "20261105-000000-aaaa"


def test_a_run_as_json_says_why_with_codes_and_text(pipeline: PipelineFolder) -> None:
    make_run(pipeline, "20261201-000000-cccc", {}, failed={"load": {}}, blocked={"report": "load"})
    steps = json.loads(nbflow("show", "last", "--json").output)["run"]["steps"]
    (why,) = next(one["why"] for one in steps if one["name"] == "report")
    assert (why["code"], why["subject"], why["text"]) == ("blocked", "load", "load failed")
