"""A report as a notebook: its story, then the executed cells of each step."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from nbflow.present.report.markdown_form import (
    is_code_hidden,
    make_environment,
    make_head,
    make_steps,
)
from nbflow.reports.facts import Report, ReportCell

_WIDGETS = "application/vnd.jupyter.widget-state+json"
_PYTHON = {"display_name": "Python 3", "language": "python", "name": "python3"}


def make_notebook(report: Report) -> dict[str, Any]:
    """Return a notebook of nbformat 4.5, which Jupyter opens with all outputs, and runs nothing.

    Its cells have no tags, so that nbflow takes it for no step.
    """
    cells = [
        _make_text(make_head(report)),
        *(cell for one in report.story for cell in _make_cells(one.cells)),
        _make_text(make_steps(report)),
        *(cell for step in report.steps for cell in _make_step(str(step.state.task), step.cells)),
        _make_text(make_environment(report)),
    ]
    shown = [cell for cell in cells if cell["source"] or cell.get("outputs")]
    numbered = [cell | {"id": f"cell-{place}"} for place, cell in enumerate(shown, 1)]
    metadata = _make_metadata(report)
    return {"cells": numbered, "metadata": metadata, "nbformat": 4, "nbformat_minor": 5}


def _make_step(name: str, cells: Iterable[ReportCell]) -> Iterator[dict[str, Any]]:
    made = list(_make_cells(cells))
    if made:
        yield _make_text(f"# {name}")
    yield from made


def _make_cells(cells: Iterable[ReportCell]) -> Iterator[dict[str, Any]]:
    for cell in cells:
        made: dict[str, Any] = {"cell_type": cell.kind, "metadata": {}, "source": cell.source}
        if cell.kind == "code":
            outputs = list(map(_make_output, cell.outputs))
            hide = is_code_hidden(cell) or not cell.source
            hidden = {"jupyter": {"source_hidden": True}} if hide else {}
            made |= {"outputs": outputs, "execution_count": None, "metadata": hidden}
        elif cell.attachments:
            made["attachments"] = cell.attachments
        yield made


def _make_output(output: dict[str, Any]) -> dict[str, Any]:
    """Return the output without the number of its execution, which its cell has not here."""
    numbered = output.get("output_type") == "execute_result"
    return output | {"execution_count": None} if numbered else output


def _make_text(source: str) -> dict[str, Any]:
    return {"cell_type": "markdown", "metadata": {}, "source": source}


def _make_metadata(report: Report) -> dict[str, Any]:
    metadata: dict[str, Any] = {"kernelspec": _PYTHON, "language_info": {"name": "python"}}
    metadata["nbflow"] = {"report": {"run": report.run.id, "pipeline": report.run.pipeline}}
    cells = (cell for step in report.steps for cell in step.cells)
    if widgets := {name: model for cell in cells for name, model in cell.widgets.items()}:
        state = {"version_major": 2, "version_minor": 0, "state": widgets}
        metadata["widgets"] = {_WIDGETS: state}
    return metadata
