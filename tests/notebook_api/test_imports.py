"""Importing nbflow loads nothing heavy."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

HEAVY = {"IPython", "duckdb", "jupyter_client", "nbformat", "pandas", "papermill", "pyarrow"}


@pytest.mark.parametrize("module", ["nbflow", "nbflow.notebook_api", "nbflow.notebook_api.by_hand"])
def test_nothing_heavy_is_loaded(module: str) -> None:
    code = f"import sys, {module}; print(sorted({HEAVY} & set(sys.modules)))"
    assert _run(code) == "[]\n"


def test_importing_nbflow_takes_less_than_100_ms_of_the_processor() -> None:
    code = "import time; t = time.process_time(); import nbflow; print(time.process_time() - t)"
    assert min(float(_run(code)) for _ in range(3)) < 0.1


def _run(code: str, *arguments: str) -> str:
    command = [sys.executable, "-c", code, *arguments]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    return done.stdout


HAND_OVER = """
import os, sys
from pathlib import Path
import pandas as pd
from nbflow.storage import output_io
output_io.write(Path(sys.argv[1]), "t", pd.DataFrame({"n": [1, None], "s": ["x", None]}))
for form in ("pandas", "arrow"):
    output_io.read(Path(sys.argv[1]), "t", to=form)
print(sorted({"duckdb", "pyarrow.dataset"} & set(sys.modules)))
"""


def test_a_frame_is_handed_over_without_duckdb(tmp_path: Path) -> None:
    assert _run(HAND_OVER, str(tmp_path)) == "[]\n"
