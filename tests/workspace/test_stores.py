"""Where results are kept, and that each project keeps its own."""

from __future__ import annotations

import json
import platform
import shutil
from pathlib import Path

import pytest

from nbflow.analysis.contract.scan import read_folder
from nbflow.errors import ProjectError
from nbflow.workspace.pipeline_folder import find_pipeline, make_home
from nbflow.workspace.stores import MARK, find_orphans
from tests.notebooks import cell, write


def make(folder: Path, store: str) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "nbflow.toml").write_text(f"store = {json.dumps(store)}")
    write(folder / "01_a.ipynb", [cell("n = 1", "parameters")])
    return folder


def leave_notebooks(store: Path) -> None:
    """Leave what a run leaves: copies of notebooks."""
    for name in ("source", "notebook"):
        write(store / "_root" / "runs" / "r" / "jobs" / "a" / f"{name}.ipynb", [cell("n = 1")])


@pytest.mark.parametrize("same_name", [True, False])
def test_two_projects_with_one_store_have_a_place_each(tmp_path, same_name):
    at = [tmp_path / "a" / "p", tmp_path / "b" / ("p" if same_name else "q")]
    one, two = (find_pipeline(make(root, str(tmp_path / "S"))) for root in at)
    make_home(one)
    make_home(two)
    assert one.project.store.parent == two.project.store.parent == tmp_path / "S"
    assert one.home != two.home
    assert json.loads((one.project.store / MARK).read_text())["project"] == str(one.project.root)
    assert find_pipeline(one.project.root).home == one.home


def test_a_store_beside_the_projects_is_apart_too(tmp_path):
    one, two = (find_pipeline(make(tmp_path / name, "../S")) for name in "ab")
    assert one.project.store.parent == two.project.store.parent == tmp_path / "S"
    assert one.project.store != two.project.store


def test_home_and_variables_are_meant_in_a_store(tmp_path, monkeypatch):
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    monkeypatch.setenv("SCRATCH", str(tmp_path / "scratch"))
    assert (
        find_pipeline(make(tmp_path / "a", "~/S")).project.store.parent == tmp_path / "home" / "S"
    )
    of_variable = find_pipeline(make(tmp_path / "b", "${SCRATCH}/S")).project.store
    assert of_variable.parent == tmp_path / "scratch" / "S"


@pytest.mark.parametrize(
    ("store", "message"),
    [
        ("~nobody-of-this-name/S", "names the home of a user that this machine does not know"),
        ("$NOT_SET_ANYWHERE/S", "names the variable NOT_SET_ANYWHERE, which is not set"),
        (".", "where the notebooks lie"),
        ("a/..", "where the notebooks lie"),
    ],
)
def test_a_store_that_cannot_be_meant_is_refused(tmp_path, store, message):
    with pytest.raises(ProjectError, match=message):
        find_pipeline(make(tmp_path, store))


def test_the_folder_of_the_notebooks_is_no_store(tmp_path):
    make(tmp_path, "notebooks")
    (tmp_path / "notebooks").mkdir()
    with pytest.raises(ProjectError, match="where the notebooks lie"):
        find_pipeline(tmp_path / "notebooks")


def test_what_lies_in_a_store_is_no_notebook(tmp_path):
    pipeline = find_pipeline(make(tmp_path, "results"))
    make_home(pipeline)
    leave_notebooks(pipeline.project.store)
    assert [*read_folder(pipeline).steps] == ["a"]


@pytest.mark.parametrize("before", ["results", "~", "deep/er"])
def test_nor_what_lies_in_one_that_was_used_before(tmp_path, before):
    store = tmp_path / before
    leave_notebooks(store)
    # As versions left it that did not mark a store otherwise.
    (store / ".gitignore").write_text("# nbflow's results: made again by running\n*\n")
    scan = read_folder(find_pipeline(make(tmp_path, "")))
    assert [*scan.steps] == ["a"]
    assert [one.code for one in scan.skipped] == ["results"]


def test_nor_in_that_of_another_project(tmp_path):
    other = find_pipeline(make(tmp_path / "other", str(tmp_path / "mine" / "S")))
    make_home(other)
    leave_notebooks(other.project.store)
    assert [*read_folder(find_pipeline(make(tmp_path / "mine", ""))).steps] == ["a"]


def test_the_place_of_another_project_is_refused(tmp_path):
    one, two = (find_pipeline(make(tmp_path / name, str(tmp_path / "S"))) for name in "ab")
    make_home(one)
    one.project.store.rename(two.project.store)
    with pytest.raises(ProjectError, match=f"keeps the results of the project {one.project.root}"):
        find_pipeline(two.project.root)


@pytest.mark.parametrize("store", ["", "results"])
def test_a_link_to_the_store_of_another_project_is_refused(tmp_path, store):
    one, two = (make(tmp_path / name, store) for name in "ab")
    for root in (one, two):
        (root / (store or ".nbflow")).symlink_to(tmp_path / "S")
    (tmp_path / "S").mkdir()
    make_home(find_pipeline(one))
    make_home(find_pipeline(one))  # its own is not refused
    with pytest.raises(ProjectError, match="take away the link"):
        find_pipeline(two)


def test_a_project_that_was_moved_is_told_how_to_take_its_results_over(tmp_path):
    before = find_pipeline(make(tmp_path / "a", str(tmp_path / "S")))
    make_home(before)
    (before.home / "kept").touch()
    (tmp_path / "a").rename(tmp_path / "b")
    after = find_pipeline(tmp_path / "b")
    make_home(after)
    (warned,) = find_orphans(after.project.root, after.project.settings.store)
    lies = {
        "folder": str(before.project.store),
        "project": str(before.project.root),
        "store": str(after.project.store),
    }
    assert (warned.code, warned.facts) == ("left-results", lies)

    shutil.rmtree(after.project.store)
    before.project.store.rename(after.project.store)
    again = find_pipeline(after.project.root)  # is not refused: who could it belong to else
    make_home(again)
    assert (again.home / "kept").exists()
    assert json.loads((again.project.store / MARK).read_text())["project"] == str(
        after.project.root
    )
    assert find_orphans(after.project.root, after.project.settings.store) == []


def test_what_another_host_knows_is_not_gone(tmp_path):
    pipeline = find_pipeline(make(tmp_path / "a", str(tmp_path / "S")))
    make_home(pipeline)
    owner = {"project": "/only/there", "host": f"not-{platform.node()}"}
    (pipeline.project.store / MARK).write_text(json.dumps(owner))
    with pytest.raises(ProjectError, match="keeps the results of the project /only/there"):
        find_pipeline(pipeline.project.root)


def test_a_moved_project_keeps_what_lies_within_it(tmp_path):
    for store in ("", "results"):
        make_home(find_pipeline(make(tmp_path / "a", store)))
        (tmp_path / "a").rename(tmp_path / "b")
        assert find_pipeline(tmp_path / "b").home.exists()
        shutil.rmtree(tmp_path / "b")
