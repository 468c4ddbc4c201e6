"""A step cannot start a run of its own pipeline: it would run within itself, without end."""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path

import pytest

from nbflow import Pipeline
from nbflow.analysis.contract.scan import read_folder
from nbflow.base.locks import hold
from nbflow.errors import RunError
from nbflow.present.problems import say_what
from nbflow.runs.history import read_runs
from nbflow.runs.nesting import WITHIN, refuse_nested
from tests.notebooks import cell, notebook, write, write_pipeline

ROWS = cell("rows: int = 3", "parameters")
WAYS = {
    "a magic": "%load_ext nbflow\n%nbflow run",
    "a magic that names the folder": "%load_ext nbflow\n%nbflow run . --force",
    "the panel's button": (
        "import nbflow\nfrom nbflow.model import Request\n"
        "from nbflow.workspace.pipeline_folder import find_pipeline\n"
        "from nbflow.execution.start import start, wait_for_log\n"
        "here = find_pipeline('.')\nwait_for_log(here, start(here, Request()))"
    ),
    "Python": "import nbflow\nnbflow.Pipeline('.').run()",
    "a shell command": f"import sys\ncode = !{sys.executable} -m nbflow run .\n"
    "raise RuntimeError('\\n'.join(code))",
    "a subprocess of a subprocess": (
        "import subprocess, sys\n"
        "inner = 'import subprocess, sys; "
        'print(subprocess.run([sys.executable, "-m", "nbflow", "run", "."], '
        "capture_output=True, text=True).stderr)'\n"
        "said = subprocess.run([sys.executable, '-c', inner], capture_output=True, text=True)\n"
        "raise RuntimeError(said.stdout)"
    ),
}


@pytest.mark.kernel
@pytest.mark.parametrize("source", WAYS.values(), ids=WAYS)
def test_a_step_cannot_start_its_own_pipeline(tmp_path: Path, source: str) -> None:
    made = write_pipeline(
        tmp_path, itself=[ROWS, cell(source)], toml="[steps.itself]\ncache = false"
    )
    run = Pipeline(made.folder).run()
    failure = run.steps["itself"].failure
    assert failure is not None
    assert f"The step itself of run {run.id} is being executed" in f"{failure.message}"
    assert len(read_runs(made)) == 1


@pytest.mark.kernel
def test_a_step_may_start_another_pipeline(tmp_path: Path) -> None:
    other = tmp_path / "other"
    write(other / "load.ipynb", [cell("n = 1", "parameters")])
    source = (
        f"import nbflow\nrun = nbflow.Pipeline({str(other)!r}).run()\nassert run.status == 'done'"
    )
    made = write_pipeline(tmp_path, itself=[ROWS, cell(source)])
    assert Pipeline(made.folder).run().status == "done"
    assert len(read_runs(Pipeline(other).location)) == 1


def test_only_a_run_that_lives_counts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What outlives a step and its run, a server that it left, may start the next."""
    made = write_pipeline(tmp_path, itself=[ROWS])
    folder = made.runs / "20260101-000000-000000"
    job = folder / "tasks" / "itself" / "1"
    job.mkdir(parents=True)
    (folder / "events.jsonl").write_text("")
    monkeypatch.setenv(WITHIN, json.dumps([str(job)]))
    with hold(folder / "lock"), pytest.raises(RunError, match="The step itself of run 20260101"):
        refuse_nested(made)
    refuse_nested(made)
    os.environ[WITHIN] = "of another version"
    refuse_nested(made)


STARTS = {
    "a magic": ("%load_ext nbflow\n%nbflow run -p rows 2", ("%nbflow run -p rows 2", 2)),
    "again": ("%load_ext nbflow\n%nbflow rerun last", ("%nbflow rerun last", 2)),
    "a command": ("x = 1\n!nbflow run", ("nbflow run", 2)),
    "a module": ("out = !python -m nbflow run . --force", ("nbflow run . --force", 1)),
    "in a shell's cell": ("%%bash\ncd x\n.venv/bin/nbflow run && ls", ("nbflow run", 3)),
    "another command of nbflow": ("%load_ext nbflow\n%nbflow plan\n!nbflow runs", None),
    "another folder": ("%load_ext nbflow\n%nbflow run ../other\n!nbflow run -C ../other", None),
    "a text": ("print('!nbflow run')", None),
    "a comment": ("# %nbflow run", None),
}


@pytest.mark.parametrize(("source", "expected"), STARTS.values(), ids=STARTS)
def test_lines_that_start_the_own_pipeline_are_warned_of(
    tmp_path: Path, source: str, expected: tuple[str, int] | None
) -> None:
    (tmp_path / "other").mkdir()
    made = write_pipeline(tmp_path, itself=notebook(ROWS, cell(source)))
    found = [
        (say_what(problem), problem.place.cell, problem.place.line, problem.severity)
        for problem in read_folder(made).problems
        if problem.place
    ]
    if expected is None:
        assert found == []
    else:
        text, line = expected
        what = f"`{text}` starts a run of this pipeline from within a step of it."
        assert found == [(what, 2, line, "warning")]
