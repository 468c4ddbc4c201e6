"""papermill's `injected-parameters` cell, where papermill places it."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING, Any

import nbformat
from msgspec.structs import replace
from papermill.parameterize import parameterize_notebook
from papermill.utils import find_first_tagged_cell_index

from nbflow.analysis.code.ipython_syntax import neutralise
from nbflow.executors.local.worker.cell_numbers import INJECTED

if TYPE_CHECKING:
    from nbflow.model import Injection, Job


def inject(notebook: Any, job: Job) -> Any:
    """Return the notebook with its parameters, as papermill does: overrides only.

    papermill knows one cell tagged `parameters`. Where there are more, each later one is followed
    by the overrides of what it sets: else it would set the defaults again.
    """
    if not job.parameters:
        return notebook
    older = find_first_tagged_cell_index(notebook, INJECTED)
    name = notebook.cells[older].id if older >= 0 else INJECTED  # papermill replaces an older one
    notebook = parameterize_notebook(
        notebook, dict(job.parameters), kernel_name=job.kernel, language=job.language
    )
    at = find_first_tagged_cell_index(notebook, INJECTED)
    notebook.cells[at].id = name
    if job.injected is not None:
        notebook.cells[at].source = str(job.injected)
        notebook.cells[at + 1 :] = _follow(notebook.cells[at + 1 :], job.injected)
    return notebook


def _follow(cells: list[Any], injected: Injection) -> list[Any]:
    """Return the cells, those tagged `parameters` followed by the overrides of what they set."""
    followed = []
    for number, cell in enumerate(cells):
        followed.append(cell)
        if "parameters" in cell.metadata.get("tags", []):
            names = _find_names(cell.source)
            again = {name: line for name, line in injected.assignments.items() if name in names}
            if again:
                source = str(replace(injected, assignments=again))
                followed.append(_make_cell(source, f"{INJECTED}-{number}"))
    return followed


def _find_names(source: str) -> set[str]:
    try:
        tree = ast.parse(neutralise(source))
    except SyntaxError:  # the kernel will say so
        return set()
    names = (node for node in ast.walk(tree) if isinstance(node, ast.Name))
    return {node.id for node in names if isinstance(node.ctx, ast.Store)}


def _make_cell(source: str, name: str) -> Any:
    return nbformat.v4.new_code_cell(
        source, id=name, metadata={"tags": [INJECTED], "papermill": {}}
    )
