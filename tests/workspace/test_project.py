"""Where a project lies and what its settings are."""

import re
from pathlib import Path

import pytest

from nbflow.errors import ProjectError
from nbflow.workspace.pipeline_folder import find_pipeline, make_home, read_pipelines
from nbflow.workspace.project import find_homes
from nbflow.workspace.settings import Settings


def test_without_any_mark_the_folder_itself_is_the_root(tmp_path):
    pipeline = find_pipeline(tmp_path)
    assert (pipeline.project.root, pipeline.folder, pipeline.name) == (tmp_path, tmp_path, ".")
    assert pipeline.home == tmp_path / ".nbflow" / "_root"


@pytest.mark.parametrize("mark", ["nbflow.toml", "pyproject.toml", ".nbflow/"])
def test_the_nearest_marked_folder_up_is_the_root(tmp_path, mark):
    if mark.endswith("/"):
        (tmp_path / mark).mkdir()
    else:
        (tmp_path / mark).write_text("[tool.nbflow]\n" if "py" in mark else "")
    folder = tmp_path / "work" / "notebooks"
    folder.mkdir(parents=True)
    pipeline = find_pipeline(folder)
    assert (pipeline.project.root, pipeline.name) == (tmp_path, "work/notebooks")
    assert pipeline.runs == tmp_path / ".nbflow" / "work" / "notebooks" / "runs"


def test_of_two_roots_the_nearer_is_taken_and_the_other_named(tmp_path):
    inner = tmp_path / "inner"
    inner.mkdir()
    for folder in (tmp_path, inner):
        (folder / "nbflow.toml").touch()
    pipeline = find_pipeline(inner)
    assert (pipeline.project.root, pipeline.project.rivals) == (inner, (tmp_path,))


def test_a_pyproject_of_something_else_marks_nothing(tmp_path):
    (tmp_path / "pyproject.toml").write_text("[project]\nname = 'other'\n")
    (tmp_path / "notebooks").mkdir()
    assert find_pipeline(tmp_path / "notebooks").project.root == tmp_path / "notebooks"


def test_without_a_folder_the_pipeline_that_was_run_is_at_hand(tmp_path, monkeypatch):
    (tmp_path / "nbflow.toml").touch()
    (tmp_path / "notebooks" / "deep").mkdir(parents=True)
    find_pipeline(tmp_path / "notebooks").runs.mkdir(parents=True)
    for at in (tmp_path, tmp_path / "notebooks", tmp_path / "notebooks" / "deep"):
        monkeypatch.chdir(at)
        assert find_pipeline().folder == tmp_path / "notebooks"


def test_a_pipeline_right_below_is_at_hand_too(tmp_path, monkeypatch):
    (tmp_path / "notebooks").mkdir()
    find_pipeline(tmp_path / "notebooks").runs.mkdir(parents=True)
    monkeypatch.chdir(tmp_path)
    found = find_pipeline()
    assert (found.project.root, found.name) == (tmp_path / "notebooks", ".")


def test_a_pipeline_below_does_not_take_over_a_folder_of_notebooks(tmp_path, monkeypatch):
    (tmp_path / "nbflow-demo").mkdir()
    find_pipeline(tmp_path / "nbflow-demo").runs.mkdir(parents=True)
    (tmp_path / "mine.ipynb").touch()
    monkeypatch.chdir(tmp_path)
    assert find_pipeline().folder == tmp_path


def test_several_pipelines_of_a_project_keep_apart(tmp_path):
    (tmp_path / "nbflow.toml").touch()
    for name in ("sales", "stock/daily"):
        (tmp_path / name).mkdir(parents=True)
        find_pipeline(tmp_path / name).runs.mkdir(parents=True)
    assert [one.name for one in read_pipelines(find_pipeline(tmp_path).project)] == [
        "sales",
        "stock/daily",
    ]


def test_the_setting_store_keeps_results_elsewhere(tmp_path):
    (tmp_path / "nbflow.toml").write_text('store = "/scratch/results"\nkeep = 2\n')
    pipeline = find_pipeline(tmp_path)
    named = rf"/scratch/results/{tmp_path.name}-[0-9a-f]{{8}}/_root/results"
    assert re.fullmatch(named, (pipeline.home / "results").as_posix())
    assert pipeline.project.settings == Settings("nbflow.toml", keep=2, store="/scratch/results")


def test_a_relative_store_lies_in_the_project_as_it_is_named(tmp_path):
    (tmp_path / "nbflow.toml").write_text('store = "kept/results"')
    assert find_pipeline(tmp_path).home == tmp_path / "kept" / "results" / "_root"


def test_the_store_ignores_itself_in_git(tmp_path):
    make_home(find_pipeline(tmp_path))
    assert (tmp_path / ".nbflow" / ".gitignore").read_text().splitlines()[-1] == "*"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("kep = 3", "unknown setting 'kep'. Did you mean keep?"),
        ("keep = 'many'", "keep"),
        ("keep = 3\nkeep = 4", "is not valid TOML"),
        ("exclude = 'drafts'", "exclude"),
        ("keep = 0", "the setting `keep` is 0. Write a whole number from 1, as in keep = 5"),
        ("keep = -1", "the setting `keep` is -1"),
        ("keep = true", "the setting `keep` is True"),
        ("keep = 2.5", "the setting `keep` is 2.5"),
        ("warm = -1", "the setting `warm` is -1. Write minutes from 0, as in warm = 10"),
        ("warm = nan", "the setting `warm` is nan"),
        ("warm = inf", "the setting `warm` is inf"),
        ('store = "x\\u0000y"', "the setting `store` is"),
        ("steps = 3", "the setting `steps` is 3"),
        ('[steps."../x"]', "names no step"),
        ('[steps."01_load.ipynb"]', r"Did you mean \[steps.load\]?"),
        ("[steps.clean-flights]", r"Did you mean \[steps.clean_flights\]?"),
    ],
)
def test_wrong_settings_say_what_and_where(tmp_path, text, message):
    (tmp_path / "nbflow.toml").write_text(text)
    with pytest.raises(ProjectError, match=message) as error:
        find_pipeline(tmp_path)
    assert "nbflow.toml" in str(error.value)


def test_a_folder_that_is_none_is_refused(tmp_path):
    (tmp_path / "a.ipynb").touch()
    with pytest.raises(ProjectError, match="does not exist"):
        find_pipeline(tmp_path / "nowhere")
    with pytest.raises(ProjectError, match="is a file"):
        find_pipeline(tmp_path / "a.ipynb")


@pytest.mark.parametrize("look", [1, 2, 3])
def test_a_folder_may_vanish_while_pipelines_are_looked_for(tmp_path, monkeypatch, look):
    there = tmp_path / ".nbflow" / "there"
    gone = tmp_path / ".nbflow" / "gone"
    (there / "runs").mkdir(parents=True)
    gone.mkdir()
    looks, is_dir = [], Path.is_dir

    def look_and_remove(path):
        found = is_dir(path)
        if path == gone:
            looks.append(found)
            if len(looks) == look:
                gone.rmdir()
        return found

    monkeypatch.setattr(Path, "is_dir", look_and_remove)
    assert find_homes(tmp_path / ".nbflow") == [there]
