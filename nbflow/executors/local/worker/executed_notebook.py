"""The notebook that is executed: a job's copy, with parameters injected as papermill does."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

import nbformat
from papermill.execute import ERROR_ANCHOR_MSG, ERROR_MESSAGE_TEMPLATE, remove_error_markers
from papermill.utils import find_first_tagged_cell_index
from papermill.version import version

from nbflow.base.atomic_files import write_file
from nbflow.environments import OWN
from nbflow.executors.local.worker.cell_numbers import INJECTED, MARKER
from nbflow.executors.local.worker.injected_cell import inject
from nbflow.executors.local.worker.notebook_validity import complete, identify, write
from nbflow.notebook_api.executed_notebooks import mark_executed
from nbflow.runs.folder import find_attempt

if TYPE_CHECKING:
    from nbflow.model import Failure, Job


class Document:
    """A job's notebook while it is executed; cells keep the numbers of the author's notebook."""

    def __init__(self, job: Job) -> None:
        self.job = job
        self.path = find_attempt(job).notebook
        self.ending_cell: Any = None  # the one that ended the notebook, and did not fail
        self.notebook = read_notebook(Path(job.notebook), Path(job.source).suffix)
        self.numbers = {cell.id: number for number, cell in enumerate(self.notebook.cells, 1)}
        self.notebook = inject(_add_papermill(self.notebook), job)
        if job.parameters:  # an older injected cell is replaced, and is not the author's
            at = find_first_tagged_cell_index(self.notebook, INJECTED)
            self.numbers.pop(self.notebook.cells[at].id, None)
        self.notebook = add_metadata(self.notebook, job, self.path)

    def number(self, cell: Any) -> int | None:
        """Return the cell's position in the author's notebook; None for an injected one."""
        return self.numbers.get(cell.id)

    def is_executed(self, cell: Any) -> bool:
        """Tell the cells that a kernel executes and that the author wrote."""
        skipped = "skip-execution" in cell.metadata.get("tags", [])
        code = cell.cell_type == "code" and bool(cell.source.strip())
        return code and not skipped and self.number(cell) is not None

    def failed_cell(self) -> Any | None:
        """Return the cell that papermill's metadata calls failed."""
        cells = self.notebook.cells
        failed = (c for c in cells if c.metadata.get("papermill", {}).get("status") == "failed")
        return next(failed, None)

    def finish(self, failure: Failure | None, struck: Any) -> None:
        """Show a failure in its cell, also one that no kernel could report."""
        if failure is not None and failure.cause == "timeout" and struck is not None:
            struck.outputs.append(make_error(failure))
            struck.metadata.papermill.update(status="failed", exception=True)
            self.notebook.metadata.papermill["exception"] = True
        if failure is not None:
            self._mark()

    def _mark(self) -> None:
        """Add papermill's markers: a line at the top, and an anchor before the failed cell."""
        cell = self.failed_cell()
        if cell is None:
            return
        cells = self.notebook.cells
        cells.insert(cells.index(cell), _make_marker(ERROR_ANCHOR_MSG, "papermill-error-anchor"))
        count = str(cell.get("execution_count"))
        cells.insert(0, _make_marker(ERROR_MESSAGE_TEMPLATE % count, "papermill-error-message"))

    def save(self) -> None:
        """Write the notebook; a reader finds a whole one, old or new."""
        data = write(self.notebook)
        self.path.parent.mkdir(parents=True, exist_ok=True)
        write_file(self.path, data, durable=False)

    def reset(self) -> None:
        """Take out what an earlier execution left, as papermill does before its own."""
        for cell in self.notebook.cells:
            cell.metadata["papermill"] = nbformat.from_dict(
                {"status": "pending", "exception": None}
            )
            if cell.cell_type == "code":
                cell.execution_count, cell.outputs = None, []

    def drop_outputs(self) -> None:
        for cell in self.notebook.cells:
            if cell.cell_type == "code":
                cell.outputs = [out for out in cell.outputs if out.output_type == "error"]


def make_error(failure: Failure) -> Any:
    """Return the output that shows a failure in its cell."""
    text = f"{failure.type}: {failure.message}"
    return nbformat.v4.new_output(
        "error", ename=failure.type, evalue=failure.message, traceback=[text]
    )


def read_notebook(path: Path, suffix: str) -> Any:
    """Read a notebook of nbformat or, with `suffix`, of jupytext; every cell gets a firm id."""
    text = path.read_text(encoding="utf-8-sig")
    if suffix == ".ipynb" or text.lstrip().startswith("{"):
        notebook = nbformat.v4.to_notebook_json(complete(nbformat.reader.parse_json(text)))
    else:
        import jupytext  # noqa: PLC0415  # 1.6 s, and few notebooks need it

        notebook = jupytext.reads(text, fmt=suffix)
        notebook.nbformat_minor = 4
    identified = (notebook.nbformat, notebook.nbformat_minor) >= (4, 5)
    notebook = nbformat.v4.upgrade(nbformat.convert(notebook, 4))
    identify(notebook.cells, keep=identified)
    return notebook


def add_metadata(notebook: Any, job: Job, output: Path) -> Any:
    """Return the notebook with the metadata that papermill gives to what it executes."""
    notebook = remove_error_markers(notebook)
    notebook.metadata.papermill["input_path"] = _relative(job.source, job.root)
    notebook.metadata.papermill["output_path"] = _relative(str(output), job.root)
    mark_executed(notebook.metadata, job)
    if "kernelspec" not in notebook.metadata:
        name = "python3" if job.kernel == OWN else job.kernel
        spec = {"name": name, "display_name": name, "language": job.language}
        notebook.metadata["kernelspec"] = nbformat.from_dict(spec)
    return notebook


def _add_papermill(notebook: Any) -> Any:
    """Do as papermill's `load_notebook_node`, which reads from a path only."""
    names = ("default_parameters", "parameters", "environment_variables")
    record = {"version": version} | {name: {} for name in names}
    notebook.metadata.setdefault("papermill", nbformat.from_dict(record))
    for cell in notebook.cells:
        cell.metadata.setdefault("tags", [])
        cell.metadata.setdefault("papermill", nbformat.from_dict({}))
    return notebook


def _make_marker(text: str, name: str) -> Any:
    return nbformat.v4.new_markdown_cell(text, id=name, metadata={"tags": [MARKER]})


def _relative(path: str, root: str) -> str:
    inside = Path(path).is_relative_to(root)
    return Path(path).relative_to(root).as_posix() if inside else os.fspath(path)
