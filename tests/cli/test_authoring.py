"""new, tag, open, demo: what they write, and what they refuse."""

from __future__ import annotations

import errno
import json
import re
from pathlib import Path
from typing import Any

import nbformat
import pytest
from nbformat.sign import NotebookNotary

from nbflow.analysis.contract.scan import read_folder
from nbflow.app import demo, jupyterlab, tag
from nbflow.app.demo import DEMO
from nbflow.notebook_api.executed_notebooks import Executed, read_executed
from nbflow.workspace.pipeline_folder import PipelineFolder, find_pipeline
from tests.cli.runs import make_run, nbflow
from tests.notebooks import cell, markdown, notebook, write, write_pipeline

pytestmark = pytest.mark.usefixtures("pipeline")


@pytest.fixture
def pipeline(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> PipelineFolder:
    monkeypatch.chdir(tmp_path)
    load = [markdown("# Load"), cell("a = 1", "parameters"), cell("b = 2")]
    return write_pipeline(tmp_path, files={"03_load.ipynb": load})


def test_new_makes_a_step_with_the_next_number(pipeline: PipelineFolder) -> None:
    result = nbflow("new", "clean_flights", "-C", "notebooks")
    path = pipeline.folder / "04_clean_flights.ipynb"
    assert result.output.startswith("notebooks/04_clean_flights.ipynb is there.\n")
    nbformat.validate(nbformat.read(path, 4))
    scan = read_folder(pipeline)
    assert scan.steps["clean_flights"].path == "notebooks/04_clean_flights.ipynb"
    assert scan.problems == ()


REFUSED = {
    "a step's name": ("load", "load is a step already: notebooks/03_load.ipynb."),
    "reserved": ("order", "A step cannot be called 'order': \"order\" is a reserved word"),
    "no identifier": ("Clean flights", "Call it clean_flights."),
    "a path": ("../x", "A step cannot be called '../x'"),
    "a number": ("1", "A step cannot be called '1'"),
}


@pytest.mark.parametrize(("name", "text"), REFUSED.values(), ids=REFUSED)
def test_new_refuses(name: str, text: str, pipeline: PipelineFolder) -> None:
    before = sorted(pipeline.project.root.rglob("*"))
    result = nbflow("new", name, "-C", "notebooks")
    assert result.exit_code == 2
    assert text in result.stderr
    assert sorted(pipeline.project.root.rglob("*")) == before


def test_two_words_are_one_name_that_cannot_be() -> None:
    assert "'my step': lower case" in (told := nbflow("new", "my", "step").stderr)
    assert "Call it my_step." in told


@pytest.mark.parametrize(
    "words", [["tag", "notebooks/03_load.ipynb", "1", "other"], ["new", "x"], ["demo", "x"]]
)
def test_what_cannot_be_written_says_what_to_do(
    words: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(path: Path, *_: object, **__: object) -> None:
        raise PermissionError(errno.EACCES, "Permission denied", str(path))

    def open_(path: Path, mode: str = "r", *args: Any, **options: Any) -> Any:
        return refuse(path) if mode == "xb" else opened(path, mode, *args, **options)

    opened = Path.open
    monkeypatch.setattr(tag, "write_file", refuse)
    monkeypatch.setattr(Path, "open", open_)
    monkeypatch.setattr(demo.shutil, "copytree", refuse)
    result = nbflow(*words)
    assert result.exit_code == 2
    assert re.search(r"cannot be written: Permission denied\. Let your user write", result.stderr)


def tags(path: Path, number: int) -> Any:
    return json.loads(path.read_text())["cells"][number - 1]["metadata"].get("tags")


def test_tag_changes_one_cell_and_nothing_else(tmp_path: Path) -> None:
    made = notebook(markdown("ä\u2028\n"), cell("x = 1", "keep"), metadata={"zeta": 1, "alpha": 2})
    made["cells"][1]["outputs"] = [{"output_type": "stream", "name": "stdout", "text": ["π"]}]
    path = tmp_path / "a.ipynb"
    before = json.dumps(made, indent=1, ensure_ascii=False) + "\n"
    path.write_text(before, encoding="utf-8")
    nbflow("tag", str(path), "2", "inputs")
    after = path.read_text(encoding="utf-8")
    assert after == before.replace('"keep"\n', '"keep",\n     "inputs"\n')
    nbflow("tag", str(path), "2", "inputs", "--remove")
    assert path.read_text(encoding="utf-8") == before


def test_tag_keeps_what_plain_json_does_not_know(tmp_path: Path) -> None:
    path = tmp_path / "a.ipynb"
    text = json.dumps(notebook(cell("x = 1"), metadata={"n": float("nan"), "half": "\ud83d"}))
    path.write_text(text)
    assert nbflow("tag", str(path), "1", "parameters").exit_code == 0
    assert json.loads(path.read_text())["metadata"]["half"] == "\ud83d"
    assert tags(path, 1) == ["parameters"]


def test_tag_twice_and_removing_what_is_not_there(pipeline: PipelineFolder) -> None:
    path = pipeline.folder / "03_load.ipynb"
    before = path.read_bytes()
    said = "Nothing to change. notebooks/03_load.ipynb, cell 2 (a = 1) has the tags: parameters."
    assert nbflow("tag", "notebooks/03_load.ipynb", "2", "parameters").output == f"{said}\n"
    assert nbflow("tag", str(path), "3", "inputs", "--remove").output.startswith(
        "Nothing to change."
    )
    assert path.read_bytes() == before


def test_tag_as_json() -> None:
    told = json.loads(nbflow("tag", "notebooks/03_load.ipynb", "3", "inputs", "--json").output)
    assert (told["cell"], told["tags"]) == (3, ["inputs"])


def test_tag_doubts_what_nearly_is_a_tag_of_ours() -> None:
    result = nbflow("tag", "notebooks/03_load.ipynb", "3", "paramters")
    assert "nbflow tag notebooks/03_load.ipynb 3 parameters" in result.output
    assert "did you mean" not in nbflow("tag", "notebooks/03_load.ipynb", "3", "slow").output


def test_tag_finds_a_notebook_of_the_pipeline(
    pipeline: PipelineFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    told = json.loads(
        nbflow("tag", "03_load.ipynb", "3", "slow", "-C", "notebooks", "--json").stdout
    )
    assert told["path"] == "notebooks/03_load.ipynb"
    monkeypatch.chdir(pipeline.folder)  # and by its path from the root, as plans name it
    again = json.loads(nbflow("tag", "notebooks/03_load.ipynb", "3", "slow", "--json").stdout)
    assert (again["path"], again["tags"]) == ("03_load.ipynb", told["tags"])


NO_CELL = {
    "beyond the end": ("9", "03_load.ipynb has no cell 9. It has:\n  1  markdown  # Load\n  2"),
    "markdown": ("1", "Cell 1 of 03_load.ipynb is markdown, and only code cells can be inputs."),
}


@pytest.mark.parametrize(("number", "text"), NO_CELL.values(), ids=NO_CELL)
def test_tag_refuses(number: str, text: str) -> None:
    result = nbflow("tag", "notebooks/03_load.ipynb", number, "inputs")
    assert result.exit_code == 2
    assert text in result.stderr


def test_tag_of_no_notebook(tmp_path: Path) -> None:
    assert nbflow("tag", str(tmp_path / "no.ipynb"), "1", "inputs").exit_code == 2
    write(tmp_path / "text.ipynb", "{")
    assert "not a notebook" in nbflow("tag", str(tmp_path / "text.ipynb"), "1", "inputs").stderr
    write(tmp_path / "a.py", "# %%\nx = 1\n")
    assert '# %% tags=["inputs"]' in nbflow("tag", str(tmp_path / "a.py"), "1", "inputs").stderr


def test_open_copies_to_a_folder_that_git_and_nbflow_ignore(pipeline: PipelineFolder) -> None:
    run = make_run(pipeline, "20261101-000000-aaaa", {"load": {"n": 1}}, name="baseline")
    path = pipeline.folder / "nbflow-open" / run.name / f"load-{run.name}.ipynb"
    assert nbflow("open", "load").output.splitlines()[0] == str(path)
    assert nbflow("open", "baseline", "load").output.splitlines()[0] == str(path)
    assert (path.parent.parent / ".gitignore").read_text().splitlines()[-1] == "*"
    assert read_executed(path) == Executed(run=run.name, step="load")
    assert list(read_folder(pipeline).steps) == ["load"]
    nbformat.validate(nbformat.read(path, 4))


@pytest.mark.parametrize(("mode", "trusted"), [(0o644, True), (0o664, True), (0o666, False)])
def test_jupyter_trusts_a_copy_of_what_this_user_alone_executed(
    pipeline: PipelineFolder, monkeypatch: pytest.MonkeyPatch, mode: int, *, trusted: bool
) -> None:
    monkeypatch.setenv("JUPYTER_DATA_DIR", str(make_folder(pipeline.project.root / "jupyter")))
    run = make_run(pipeline, "20261101-000000-aaaa", {"load": {"n": 1}})
    for executed in pipeline.home.rglob("*.ipynb"):
        executed.chmod(mode)
    path = Path(nbflow("open", "load").output.splitlines()[0])
    assert path.stem == f"load-{run.name}"  # what a tab shows
    assert NotebookNotary().check_signature(nbformat.read(path, 4)) is trusted


def test_a_notebook_that_was_executed_by_another_user_is_not_trusted(
    pipeline: PipelineFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("JUPYTER_DATA_DIR", str(make_folder(pipeline.project.root / "jupyter")))
    make_run(pipeline, "20261101-000000-aaaa", {"load": {"n": 1}})
    monkeypatch.setattr("os.getuid", lambda: 123_456)
    path = Path(nbflow("open", "load").output.splitlines()[0])
    assert not NotebookNotary().check_signature(nbformat.read(path, 4))


def make_folder(path: Path) -> Path:
    path.mkdir()
    return path


OPENING = {
    "a terminal": ({}, True),
    "a cell's kernel": ({"JPY_PARENT_PID": "1"}, False),
    "Jupyter's session": ({"JPY_SESSION_NAME": "/a/b.ipynb"}, False),
}


@pytest.mark.parametrize(("variables", "starts"), OPENING.values(), ids=OPENING)
def test_a_server_is_started_from_a_terminal_only(
    pipeline: PipelineFolder,
    monkeypatch: pytest.MonkeyPatch,
    variables: dict[str, str],
    *,
    starts: bool,
) -> None:
    make_run(pipeline, "20261101-000000-aaaa", {"load": {"n": 1}})
    program = pipeline.project.root / "jupyter-lab"
    program.write_text('#!/bin/sh\necho "$1" > started\n')
    program.chmod(0o755)
    monkeypatch.setenv("PATH", str(pipeline.project.root), prepend=":")
    for name in ("JPY_PARENT_PID", "JPY_SESSION_NAME"):
        monkeypatch.delenv(name, raising=False)
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    result = nbflow("open", "--lab", "load")
    assert result.exit_code == 0
    assert Path("started").exists() is starts
    assert result.output.endswith("load-20261101-000000-aaaa.ipynb\n") is not starts


def test_jupyterlab_is_suggested_where_it_is(
    pipeline: PipelineFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_run(pipeline, "20261101-000000-aaaa", {"load": {"n": 1}})
    monkeypatch.setattr(jupyterlab, "find_lab", lambda: "/bin/jupyter-lab")
    assert "nbflow open --lab load" in nbflow("open", "load").output
    monkeypatch.setattr(jupyterlab, "find_lab", lambda: None)
    add = "pip install jupyterlab  # adds JupyterLab, to "
    assert f"{add}open it" in (told := nbflow("open", "load").output)
    assert "--lab" not in told
    assert f"{add}write it" in nbflow("new", "other", "-C", "notebooks").output


def test_open_the_notebook_of_a_failed_step(pipeline: PipelineFolder) -> None:
    make_run(pipeline, "20261101-000000-aaaa", {}, failed={"load": {}})
    told = json.loads(nbflow("open", "load", "--json").output)
    assert read_executed(Path(told["path"])) is not None


def test_an_opened_notebook_may_be_edited_without_changing_the_result(
    pipeline: PipelineFolder,
) -> None:
    run = make_run(pipeline, "20261101-000000-aaaa", {"load": {"n": 1}})
    kept = run / "tasks" / "load" / "1" / "executed.ipynb"
    before = kept.read_bytes()
    Path(json.loads(nbflow("open", "load", "--json").output)["path"]).write_text("{}")
    assert kept.read_bytes() == before


@pytest.mark.parametrize("words", [(), ("a", "b", "c")])
def test_open_needs_a_step(words: tuple[str, ...]) -> None:
    assert "Name a step, or a run and a step" in nbflow("open", *words).stderr


def test_open_what_was_never_executed(pipeline: PipelineFolder) -> None:
    make_run(pipeline, "20261101-000000-aaaa", {"load": {}})
    assert "has no step 'lod'. It has: load." in nbflow("open", "lod").stderr


def test_demo_refuses_a_folder_with_something_in_it(tmp_path: Path) -> None:
    folder = tmp_path / "mine"
    write(folder / "mine.txt", "precious")
    result = nbflow("demo", str(folder))
    assert result.exit_code == 2
    assert f"{folder} is not empty." in result.stderr
    assert [path.name for path in folder.iterdir()] == ["mine.txt"]


def test_the_example_has_no_problem_and_no_output() -> None:
    scan = read_folder(find_pipeline(DEMO))
    assert (list(scan.steps), scan.problems) == (["load_sales", "summarise", "report"], ())
    for path in DEMO.glob("*.ipynb"):
        made = nbformat.read(path, 4)
        nbformat.validate(made)
        assert not any(one.get("outputs") for one in made.cells)
