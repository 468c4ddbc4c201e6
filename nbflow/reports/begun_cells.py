"""Reads the cells of a step that has no executed notebook: it runs, was lost or never began."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import PurePosixPath
from typing import Any

import msgspec

from nbflow.analysis.discover.ipynb import find_own_cells, read_notebook
from nbflow.errors import NotebookError
from nbflow.model import Frozen
from nbflow.reports.executed_cells import Cell, ExecutedNotebook, find_language, make_cell
from nbflow.reports.jupyter_json import decode
from nbflow.runs.folder import AttemptFolder

Output = dict[str, Any]


class _Message(Frozen, frozen=True):
    """A line of a step's journal: an output of the cell with this number."""

    msg_type: str
    content: dict[str, Any]
    number: int | None = None


_MESSAGES = msgspec.json.Decoder(_Message)


def read_begun(attempt: AttemptFolder, path: str) -> ExecutedNotebook | None:
    """Return the notebook that was to be executed, with the outputs that have come so far.

    `path` is that of the author's notebook. None where no copy was made of it.
    """
    try:
        notebook = read_notebook(attempt.source(PurePosixPath(path).suffix))
    except (NotebookError, OSError):
        return None
    outputs = _read_outputs(attempt)
    cells = (
        Cell(one["cell_type"], one["source"], one["metadata"], outputs=outputs.get(number, []))
        for number, one in enumerate(find_own_cells(notebook), 1)
    )
    metadata = notebook["metadata"]
    options = metadata.get("nbflow")
    given = options if isinstance(options, dict) else {}
    made = (make_cell(number, cell) for number, cell in enumerate(cells, 1))
    return ExecutedNotebook(tuple(made), given, find_language(metadata))


def _read_outputs(attempt: AttemptFolder) -> dict[int, list[msgspec.Raw]]:
    """Return the outputs of each cell, by its number."""
    found: dict[int, list[Output]] = {}
    for message in _read_journal(attempt):
        if message.number is not None:
            _add(found.setdefault(message.number, []), found, message)
    return {number: [*map(_encode, outputs)] for number, outputs in found.items()}


def _read_journal(attempt: AttemptFolder) -> Iterator[_Message]:
    try:
        lines = attempt.outputs.read_bytes().splitlines(keepends=True)
    except OSError:  # nothing has come, or the notebook holds it now
        return
    for line in lines:
        if line.endswith(b"\n"):  # else it broke off there
            yield decode(line, _MESSAGES)


def _add(outputs: list[Output], known: dict[int, list[Output]], message: _Message) -> None:
    """Add an output to those of its cell, as a front end does."""
    content = message.content
    match message.msg_type:
        case "clear_output":
            outputs.clear()
        case "update_display_data":
            _update(known, content)
        case "stream" if outputs and outputs[-1].get("name") == content["name"]:
            outputs[-1]["text"] += content["text"]
        case kind:
            outputs.append({"output_type": kind, **content})


def _update(known: dict[int, list[Output]], content: Output) -> None:
    """Replace what is shown under the display's name, in whichever cell it is."""
    name = _find_display(content)
    for outputs in known.values():
        for one in outputs:
            if name is not None and _find_display(one) == name:
                one.update(data=content.get("data", {}), metadata=content.get("metadata", {}))


def _find_display(content: Output) -> Any:
    transient = content.get("transient")
    return transient.get("display_id") if isinstance(transient, dict) else None


def _encode(output: Output) -> msgspec.Raw:
    shown = {name: value for name, value in output.items() if name != "transient"}
    return msgspec.Raw(msgspec.json.encode(shown))
