"""A report is written whole, in the form and to the place that was asked for, or not at all."""

from __future__ import annotations

import errno
import io
import json
import shutil
import zipfile
from pathlib import Path

import fsspec
import nbformat
import pandas as pd
import pytest

import nbflow
from nbflow.base import atomic_files
from nbflow.delivery import chromium
from nbflow.errors import CallError, ReportError, UnknownNameError
from nbflow.workspace.pipeline_folder import PipelineFolder
from tests.cli.runs import make_run
from tests.cli.runs import nbflow as call
from tests.notebooks import cell, write_pipeline

RUN = "20261123-064312-1f3a"


@pytest.fixture
def pipeline(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> PipelineFolder:
    pipeline = write_pipeline(tmp_path / "project", load=[cell("x = 1")])
    make_run(pipeline, RUN, {"load": {"flights": pd.DataFrame({"hour": [5, 6]})}})
    (tmp_path / "here").mkdir()
    monkeypatch.chdir(tmp_path / "here")
    return pipeline


def report(pipeline: PipelineFolder, *words: str, code: int = 0) -> str:
    ended = call("report", "-C", str(pipeline.folder), *words)
    assert ended.exit_code == code, ended.output
    return ended.output


def test_without_options_one_page_is_written_here_and_its_place_is_told(pipeline):
    said = report(pipeline)
    assert said.splitlines()[0] == f"notebooks-{RUN}.html"
    page = Path(f"notebooks-{RUN}.html").read_text()
    assert page.startswith("<!doctype html>")
    assert "<title>✓ " in page
    assert "Content-Security-Policy" in page


def test_what_was_masked_is_counted_once(tmp_path, monkeypatch):
    made = write_pipeline(tmp_path / "project", load=[cell("x = 1")])
    frame = pd.DataFrame({"api_token": ["a1b2c3d4e5", "f6g7h8i9j0"]})
    make_run(made, RUN, {"load": {"accounts": frame}})
    monkeypatch.chdir(tmp_path)
    told = json.loads(report(made, "--json"))
    assert told["masked"].count({"rule": "name", "count": 2}) == 1


@pytest.mark.parametrize("name", ["a.html", "a.md", "a.ipynb", "a.zip"])
def test_the_same_run_gives_the_same_bytes(pipeline, name):
    report(pipeline, "-o", name)
    first = Path(name).read_bytes()
    Path(name).unlink()
    report(pipeline, "-o", name)
    assert Path(name).read_bytes() == first


def test_the_notebook_is_valid_and_no_step_of_a_pipeline(pipeline):
    report(pipeline, "-o", "a.ipynb")
    made = nbformat.read("a.ipynb", as_version=4)
    nbformat.validate(made)
    assert not any(one.metadata.get("tags") for one in made.cells)
    report(pipeline, "-o", "a.ipynb")  # a report gives way to another


def test_a_folder_is_replaced_as_a_whole_and_holds_no_steps(pipeline):
    place = pipeline.folder / "sent"
    report(pipeline, "--format", "folder", "-o", str(place))
    (place / "old").write_text("")
    report(pipeline, "--format", "folder", "-o", str(place))
    found = {one.relative_to(place).as_posix() for one in place.rglob("*.*")}
    assert found == {"index.html", "nbflow-report.json", "notebooks/load.ipynb"}
    assert list(nbflow.Pipeline(pipeline.folder).steps) == []  # `load` has no tags, nor has a copy
    assert not list(pipeline.folder.glob(".sent*"))


def test_an_archive_holds_the_same_files_as_a_folder(pipeline):
    report(pipeline, "-o", "a.zip")
    names = zipfile.ZipFile(io.BytesIO(Path("a.zip").read_bytes())).namelist()
    assert names == ["index.html", "notebooks/load.ipynb", "nbflow-report.json"]


def test_a_url_is_written_through_fsspec(pipeline):
    report(pipeline, "--to", "memory://bucket/reports")
    system = fsspec.filesystem("memory")
    assert system.cat(f"/bucket/reports/notebooks-{RUN}.html").startswith(b"<!doctype html>")


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["nosuch"], "There is no run 'nosuch'"),
        (["-o", "a.doc"], "Its name should end in .html"),
        (["-o", "a.htlm"], "Did you mean .htm?"),
        (["-o", "a.pdf", "--format", "html"], "Give one of them"),
        (["-o", "a.html", "--to", "b"], "Give one of them"),
        (["-o", "/proc/a.html"], "cannot be written"),
        (["--to", "nosuch://x/"], "Is nosuch:// what you mean?"),
        (["--steps", "loda"], "Did you mean load?"),
        (["--logo", "nosuch.png"], "cannot be read"),
        (["--redact", "["], "no regular expression"),
    ],
)
def test_what_cannot_be_meant_is_refused_and_nothing_is_left(pipeline, words, said):
    code = 2
    assert said in " ".join(report(pipeline, *words, code=code).split())
    assert not list(Path.cwd().iterdir())


def test_nothing_is_written_over_what_is_no_report(pipeline):
    notebook = pipeline.folder / "load.ipynb"
    before = notebook.read_bytes()
    report(pipeline, "-o", str(notebook), code=2)
    assert notebook.read_bytes() == before
    Path("mine").mkdir()
    Path("mine/thesis.txt").write_text("years")
    report(pipeline, "--format", "folder", "-o", "mine")
    assert Path("mine/thesis.txt").read_text() == "years"


def test_a_full_disk_leaves_the_report_that_was_there(pipeline, monkeypatch):
    report(pipeline, "-o", "a.html")
    before = Path("a.html").read_bytes()

    def fail(_: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(atomic_files.os, "fsync", fail)
    said = report(pipeline, "-o", "a.html", "--title", "Another", code=2)
    assert "No space left on device" in said
    assert [one.name for one in Path.cwd().iterdir()] == ["a.html"]
    assert Path("a.html").read_bytes() == before


def test_pdf_needs_a_browser_and_says_so(pipeline, monkeypatch):
    monkeypatch.setattr(chromium, "find_browser", lambda: None)
    assert "apt-get install chromium" in report(pipeline, "-o", "a.pdf", code=2)


@pytest.mark.browser
@pytest.mark.skipif(not shutil.which("chromium"), reason="no Chromium")
def test_pdf_is_printed_and_has_the_date_of_its_run(pipeline):
    report(pipeline, "-o", "a.pdf")
    assert b"/CreationDate (D:20" in Path("a.pdf").read_bytes()


def test_a_run_in_python_writes_its_report(pipeline):
    run = nbflow.Pipeline(pipeline.folder).find_run()
    assert run.report("a.md") == Path("a.md").absolute()
    assert "## Steps" in Path("a.md").read_text()
    with pytest.raises(CallError, match="Did you mean title"):
        run.report(titel="x")
    with pytest.raises(ReportError, match="no form"):
        run.report(form="doc")
    with pytest.raises(UnknownNameError, match="Did you mean load"):
        run.report(steps="lod")


def test_programs_are_told_the_place(pipeline):
    told = json.loads(report(pipeline, "-o", "a.md", "--json"))
    assert told["code"] == "report-written"
    assert told["path"] == str(Path("a.md").absolute())


def test_without_code_no_form_has_any(pipeline):
    for form in ("html", "md", "ipynb"):
        report(pipeline, "--no-code", "-o", f"a.{form}")
        assert "x = 1" not in Path(f"a.{form}").read_text()


def test_the_page_of_a_large_folder_leaves_the_cells_to_the_notebooks(pipeline, monkeypatch):
    monkeypatch.setattr("nbflow.delivery.forms.LARGE", 1000)
    assert "--format zip" in report(pipeline, "-o", "a.html")
    report(pipeline, "--format", "folder", "-o", "a")
    page = Path("a/index.html").read_text()
    assert 'id="load-1"' not in page
    assert "with them the page would be too large" in page
    assert Path("a/notebooks/load.ipynb").is_file()
