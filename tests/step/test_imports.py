"""Importing nbflow loads nothing heavy."""

from __future__ import annotations

import subprocess
import sys

import pytest

HEAVY = {"IPython", "duckdb", "jupyter_client", "nbformat", "pandas", "papermill", "pyarrow"}


@pytest.mark.parametrize("module", ["nbflow", "nbflow.step", "nbflow.step.byhand"])
def test_nothing_heavy_is_loaded(module: str) -> None:
    code = f"import sys, {module}; print(sorted({HEAVY} & set(sys.modules)))"
    assert _run(code) == "[]\n"


def test_importing_nbflow_takes_less_than_100_ms() -> None:
    code = "import time; t = time.perf_counter(); import nbflow; print(time.perf_counter() - t)"
    assert min(float(_run(code)) for _ in range(3)) < 0.1


def _run(code: str) -> str:
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    return done.stdout
