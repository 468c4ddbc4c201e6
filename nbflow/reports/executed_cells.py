"""Reads the cells of an executed notebook as a report shows them."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import msgspec

from nbflow.executors.local.worker.cell_numbers import is_inserted
from nbflow.model import Frozen
from nbflow.reports.facts import ReportCell
from nbflow.reports.jupyter_json import decode
from nbflow.reports.output_limits import make_outputs
from nbflow.reports.widget_states import States, find_states, read_states


class ExecutedNotebook(Frozen, frozen=True):
    """The cells of an executed notebook, without those that papermill adds.

    `options` is what its author wrote into its metadata for nbflow.
    """

    cells: tuple[ReportCell, ...] = ()
    options: dict[str, Any] = {}
    language: str = "python"


class Cell(Frozen, frozen=True):
    """A cell in the fields of nbformat 4."""

    cell_type: str = "raw"
    source: str | list[str] = ""
    metadata: dict[str, Any] = {}
    id: str = ""
    outputs: list[msgspec.Raw] = []
    attachments: dict[str, Any] = {}


class _Notebook(Frozen, frozen=True):
    cells: list[Cell] = []
    metadata: dict[str, Any] = {}


_DECODER = msgspec.json.Decoder(_Notebook)


def read_executed(path: Path) -> ExecutedNotebook | None:
    """Return what an executed notebook holds; None where it is gone, or is no notebook."""
    try:
        notebook = decode(path.read_bytes(), _DECODER)
    except (OSError, ValueError, RecursionError):  # ValueError: also msgspec's and json's
        return None
    own = (cell for cell in notebook.cells if not is_inserted(cell.id, cell.metadata))
    models = read_states(notebook.metadata)
    cells = (make_cell(number, cell, models) for number, cell in enumerate(own, 1))
    options = _find_dict(notebook.metadata, "nbflow")
    return ExecutedNotebook(tuple(cells), options, find_language(notebook.metadata))


def make_cell(number: int, cell: Cell, models: States | None = None) -> ReportCell:
    """Return a cell as a report has it.

    `number` is its position in the author's notebook, `models` the widgets that the notebook has.
    """
    outputs, cut = make_outputs(cell.outputs)
    told = _find_dict(cell.metadata, "papermill")
    seconds, tags = told.get("duration"), cell.metadata.get("tags")
    kind = cell.cell_type
    return ReportCell(
        number=number,
        kind="markdown" if kind == "markdown" else "code" if kind == "code" else "raw",
        source=cell.source if isinstance(cell.source, str) else "".join(cell.source),
        tags=tuple(map(str, tags)) if isinstance(tags, list) else (),
        outputs=outputs,
        attachments=cell.attachments,
        widgets=find_states(outputs, models) if models else {},
        seconds=float(seconds) if kind == "code" and isinstance(seconds, int | float) else None,
        failed=told.get("status") == "failed",
        cut=cut,
    )


def find_language(metadata: Mapping[str, Any]) -> str:
    """Return the language of a notebook's code."""
    name = _find_dict(metadata, "language_info").get("name")
    return name if isinstance(name, str) else "python"


def _find_dict(metadata: Mapping[str, Any], name: str) -> dict[str, Any]:
    found = metadata.get(name)
    return found if isinstance(found, dict) else {}
