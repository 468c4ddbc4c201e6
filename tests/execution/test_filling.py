"""What a run leaves in DuckDB, and what others do where it did not come to it."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import duckdb
import pandas as pd
import pytest

from nbflow.runs.history import read_runs
from nbflow.workspace.pipeline_folder import PipelineFolder, find_pipeline
from tests.notebooks import cell, write, write_pipeline
from tests.test_run import DOUBLED, NUMBERS, TOTAL, run, statuses

pytestmark = pytest.mark.kernel

SLOW = [
    cell("import nbflow\nnumbers = nbflow.read('numbers.numbers')", "inputs"),
    cell("import time\nopen('started', 'w').close()\ntime.sleep(60)"),
]


def find_folders(made: PipelineFolder) -> list[Path]:
    return [at.parent for at in sorted((made.home / "results").glob("*/*/result.json"))]


def test_a_finished_run_has_all_its_tables_in_duckdb(tmp_path):
    made = write_pipeline(tmp_path, numbers=NUMBERS, doubled=DOUBLED, total=TOTAL)

    ended = run(made)

    assert (ended.status, ended.warnings) == ("done", ())
    with duckdb.connect(str(ended.find_folder("doubled") / "tables.duckdb"), read_only=True) as db:
        assert db.sql("FROM doubled").fetchall() == [(0,), (2,), (4,)]
    assert not (ended.find_folder("total") / "tables.duckdb").exists()
    assert not list((made.home / "results").rglob("*.part*"))


def test_what_reads_a_result_whose_arrow_files_were_dropped(tmp_path):
    made = write_pipeline(tmp_path, numbers=NUMBERS, doubled=DOUBLED)
    run(made)
    for folder in find_folders(made):
        shutil.rmtree(folder / "arrow")
    changed = [*DOUBLED[:1], cell("nbflow.write('doubled', numbers * 3)")]
    write(made.folder / "doubled.ipynb", changed)

    ended = run(made)

    assert statuses(ended) == {"numbers": "reused", "doubled": "done"}
    pd.testing.assert_frame_equal(ended.read("doubled.doubled"), pd.DataFrame({"n": [0, 3, 6]}))


@pytest.mark.skipif(sys.platform == "win32", reason="SIGKILL")
def test_a_run_killed_before_it_filled_is_read_and_mended(tmp_path):
    made = write_pipeline(tmp_path, numbers=NUMBERS, slow=SLOW)
    command = [sys.executable, "-m", "nbflow", "run", str(made.folder)]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    _wait((made.folder / "started").exists)
    os.kill(process.pid, signal.SIGKILL)
    process.wait()
    folder = find_folders(made)[0]
    (folder / "tables.duckdb").unlink(missing_ok=True)  # as if it had been killed before

    query = "select sum(n) as total from numbers.numbers"
    asked = [sys.executable, "-m", "nbflow", "sql", query, "--format", "csv"]
    done = subprocess.run(asked, cwd=made.folder, capture_output=True, text=True, check=False)

    assert done.stdout.splitlines() == ["total", "3"], done.stderr
    (folder / "tables.duckdb").unlink()
    (made.folder / "slow.ipynb").unlink()
    mended = run(made)
    assert statuses(mended) == {"numbers": "reused"}
    assert (folder / "tables.duckdb").exists()
    assert mended.pins == {"numbers": folder.name}
    assert [one.status for one in read_runs(made)] == ["done", "lost"]


def _wait(condition) -> None:
    deadline = time.monotonic() + 60
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.05)


def test_a_run_ends_within_the_limit_of_its_cache(tmp_path):
    made = write_pipeline(tmp_path, numbers=NUMBERS, doubled=DOUBLED)
    (tmp_path / "nbflow.toml").write_text('[cache]\narrow = "0 B"\n')

    ended = run(find_pipeline(made.folder))

    assert ended.status == "done"
    assert not list((made.home / "results").glob("*/*/arrow"))
    pd.testing.assert_frame_equal(ended.read("doubled.doubled"), pd.DataFrame({"n": [0, 2, 4]}))
