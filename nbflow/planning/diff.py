"""Which lines of a notebook changed since its last result."""

from __future__ import annotations

import difflib
from pathlib import Path

from nbflow.analysis.discover.ipynb import find_own_cells, read_notebook
from nbflow.planning.make import Plan
from nbflow.storage.results.result_index import read_result_ids
from nbflow.storage.results.store import open_store


def read_diff(plan: Plan, step: str) -> list[str]:
    """Return a unified diff of a step's code cells against those of its newest result."""
    ids = read_result_ids(plan.pipeline, step)
    if not ids:
        return []
    path = plan.scan.steps[step].path
    executed = open_store(plan.pipeline.home).fetch(step, ids[0]) / "notebook.ipynb"
    before, after = _code_lines(executed), _code_lines(plan.pipeline.project.root / path)
    return list(difflib.unified_diff(before, after, f"{path} (last run)", path, n=1, lineterm=""))


def _code_lines(path: Path) -> list[str]:
    if not path.exists():
        return []
    lines: list[str] = []
    for number, cell in enumerate(find_own_cells(read_notebook(path)), 1):
        if cell["cell_type"] == "code":
            lines += [f"# cell {number}", *cell["source"].splitlines()]
    return lines
