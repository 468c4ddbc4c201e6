"""A run writes its report when it is over, however it ended."""

from __future__ import annotations

from pathlib import Path

import pytest

import nbflow
from nbflow.model import Request
from tests.cli.runs import nbflow as call
from tests.notebooks import cell, write_pipeline

pytestmark = pytest.mark.kernel


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    ends = cell("if bad:\n    raise ValueError('no flights')")
    load = [cell("bad = False", "parameters"), ends]
    pipeline = write_pipeline(tmp_path, load=load)
    monkeypatch.chdir(tmp_path)
    return str(pipeline.folder)


def test_done_and_failed_runs_write_where_they_are_told(folder, tmp_path):
    assert "report: a.html" in call("run", "--report", "a.html", folder).output
    failed = call("run", "-p", "bad", "true", "--report=failed.md", folder)
    assert failed.exit_code == 1
    assert "ValueError: no flights" in Path("failed.md").read_text()
    (tmp_path / "nbflow.toml").write_text("report = true")
    call("run", folder)
    assert list(Path("nbflow-reports").glob("notebooks-*.html"))


def test_a_place_that_cannot_be_meant_is_refused_before_anything_runs(folder):
    refused = call("run", "--report=a.doc", folder)
    assert refused.exit_code == 2
    assert "Its name should end in .html" in " ".join(refused.output.split())
    assert "No run yet" in call("show", "-C", folder).output


def test_a_report_that_cannot_be_written_leaves_the_run_done(folder):
    said = call("run", "--report=/proc/a.html", folder)
    assert said.exit_code == 1
    assert "The report could not be written" in said.output
    assert nbflow.Pipeline(folder).find_run().status == "done"


def test_a_run_in_a_process_of_its_own_writes_it_too(folder, tmp_path):
    pipeline = nbflow.Pipeline(folder)
    run = pipeline.run(Request(report=str(tmp_path / "a.html")))
    assert run.status == "done"
    assert (tmp_path / "a.html").exists()
